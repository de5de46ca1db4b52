"""Carries out what was ordered about entry points: makes, changes, deletes them.

Making one is not idempotent on the platform. So the platform is first asked for
one that bears our word: whatever an earlier attempt made before its answer was
lost is found again instead of being made twice. Scenes and service links may be
made any number of times, they stay the same. Of join ways the platform keeps no
list; one that a lost answer made is left over, without any harm to who scans.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from bot.wecom.client.acquisition import LinkRequest
from bot.wecom.client.answers import text_of
from bot.wecom.client.contact import ContactWayRequest
from bot.wecom.client.ways import JoinWayRequest, WayChange
from bot.wecom.errors import PlatformError
from domain.channels.entry import EntryKind
from domain.messages import EntryAct, EntryOrder, Push
from storage.ids import moment_of_id

if TYPE_CHECKING:
    from bot.wecom.client.clients import Clients

#: What came of an order: platform_id, url, qr_code.
Made: TypeAlias = Mapping[str, str]
#: Our clock and the platform's may differ by this much.
_SKEW = timedelta(minutes=10)
#: Gone already: an earlier attempt deleted it.
_NO_SUCH_WAY = 41044
_ALL_TIME = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Errand:
    """An order, the entry point's account, and the send id, which is older than its call."""

    order: EntryOrder
    account: str
    send_id: int


class EntryOrders:
    """One method per kind."""

    def __init__(self, clients: Clients) -> None:
        """Order through ``clients``."""
        self._clients = clients
        self._makers: Mapping[str, Callable[[Errand], Awaitable[Made]]] = {
            EntryKind.CONTACT_WAY: self._contact_way,
            EntryKind.ACQUISITION_LINK: self._link,
            EntryKind.MP_SCENE: self._scene,
            EntryKind.KF_SCENE: self._service_link,
            EntryKind.JOIN_WAY: self._join_way,
        }

    async def carry_out(self, push: Push, order: EntryOrder, send_id: int) -> Made:
        """Carry out one order; only what was made anew has an answer.

        Raises:
            WireError: the platform refused, was not reached, or did not answer.
        """
        if order.act is EntryAct.CREATE:
            return await self._makers[order.kind](Errand(order, push.account, send_id))
        if order.act is EntryAct.UPDATE:
            await self._update(order)
        else:
            await self._delete(order)
        return {}

    async def _contact_way(self, errand: Errand) -> Made:
        order, ways = errand.order, self._clients.corp.ways
        since = int((moment_of_id(errand.send_id) - _SKEW).timestamp())
        page = await ways.listed(since, _ALL_TIME)
        for item in page.items:
            way = await ways.get(text_of(item, "config_id"))
            if text_of(way, "state") == order.word:
                return _made(text_of(way, "config_id"), qr_code=text_of(way, "qr_code"))
        request = ContactWayRequest(order.userids, order.word, order.title)
        made = await self._clients.corp.contacts.add_contact_way(request)
        return _made(made.config_id, qr_code=made.qr_code)

    async def _link(self, errand: Errand) -> Made:
        order, acquisition = errand.order, self._clients.corp.acquisition
        cursor, more = "", True
        while more:
            ids, next_cursor = await acquisition.link_ids(cursor)
            for link_id in ids:
                link, _ = await acquisition.get(link_id)
                if link.name == order.word:
                    return _made(link.link_id, url=link.for_channel(order.word))
            more = bool(next_cursor) and next_cursor != cursor
            cursor = next_cursor
        link = await acquisition.create(LinkRequest(order.word, order.userids))
        return _made(link.link_id, url=link.for_channel(order.word))

    async def _scene(self, errand: Errand) -> Made:
        order, seconds = errand.order, errand.order.life_seconds
        life = timedelta(seconds=seconds) if seconds else None
        code = await self._clients.official(errand.account).create_qrcode(order.word, life)
        return _made(code.ticket, url=code.url, qr_code=code.image_url)

    async def _service_link(self, errand: Errand) -> Made:
        url = await self._clients.corp.kf.add_contact_way(errand.account, errand.order.word)
        return _made(errand.order.word, url=url)

    async def _join_way(self, errand: Errand) -> Made:
        order = errand.order
        request = JoinWayRequest(order.chat_ids, order.word, order.title)
        made = await self._clients.corp.ways.add_join_way(request)
        return _made(text_of(made, "config_id"), qr_code=text_of(made, "qr_code"))

    async def _update(self, order: EntryOrder) -> None:
        corp = self._clients.corp
        if order.kind == EntryKind.CONTACT_WAY:
            change = WayChange(order.platform_id, order.userids, order.word, order.title)
            await corp.ways.update(change)
        elif order.kind == EntryKind.ACQUISITION_LINK:
            await corp.acquisition.update(order.platform_id, LinkRequest(order.word, order.userids))
        elif order.kind == EntryKind.JOIN_WAY:
            request = JoinWayRequest(order.chat_ids, order.word, order.title)
            await corp.ways.update_join_way(order.platform_id, request, order.chat_ids)

    async def _delete(self, order: EntryOrder) -> None:
        """Delete; scenes and service links cannot be, and simply are no longer spread."""
        corp = self._clients.corp
        try:
            if order.kind == EntryKind.CONTACT_WAY:
                await corp.ways.delete(order.platform_id)
            elif order.kind == EntryKind.ACQUISITION_LINK:
                await corp.acquisition.delete(order.platform_id)
            elif order.kind == EntryKind.JOIN_WAY:
                await corp.ways.delete_join_way(order.platform_id)
        except PlatformError as error:
            if error.errcode != _NO_SUCH_WAY:
                raise


def _made(platform_id: str, *, url: str = "", qr_code: str = "") -> Made:
    return {"platform_id": platform_id, "url": url, "qr_code": qr_code}
