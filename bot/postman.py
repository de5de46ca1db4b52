"""Takes one push to its platform call and says what the platform answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from bot.entry_orders import EntryOrders, Made
from bot.tag_library import TagLibrary
from bot.wecom import render
from bot.wecom.cards import CannotRenderError, Unfit, card_update
from bot.wecom.client.clients import Clients, bare_openid
from bot.wecom.error_codes import Reaction, Verdict
from bot.wecom.errors import Family, PlatformError, classify
from bot.wecom.render import AppEnvelope, KfEnvelope
from domain.messages import CardUpdate, Endpoint, EntryOrder, Push, WearTags

#: What is kept with the row: msgid, response_code and the like.
Answer: TypeAlias = Mapping[str, str]
#: Takes in what was made of an order.
Told: TypeAlias = Callable[[Push, EntryOrder, Made], Awaitable[None]]
Call: TypeAlias = Callable[[Push, int], Awaitable[Answer]]

_NO_VALID_RECEIVER = 81013
_NO_LICENCE = 701008


class Postman:
    """One method per endpoint: render, call, read the answer."""

    def __init__(self, clients: Clients, home_url: str, told: Told | None = None) -> None:
        """``home_url`` is where a notice card without an address of its own leads.

        ``told`` takes in what the platform made of an entry point, before the push counts
        as sent.
        """
        self._clients = clients
        self._told = told
        self._entries = EntryOrders(clients)
        self._home_url = home_url
        self._tags = TagLibrary(clients.corp.contacts, clients.corp.app.agent_id)
        self._calls: Mapping[Endpoint, Call] = {
            Endpoint.APP_MESSAGE: self._app_message,
            Endpoint.CARD_UPDATE: self._card_update,
            Endpoint.WELCOME: self._welcome,
            Endpoint.KF_MESSAGE: self._kf_message,
            Endpoint.KF_EVENT_MESSAGE: self._kf_event_message,
            Endpoint.MP_MESSAGE: self._official_message,
            Endpoint.REMARK: self._remark,
            Endpoint.MARK_TAG: self._mark_tag,
            Endpoint.ENTRY: self._entry,
        }

    async def deliver(self, push: Push, send_id: int) -> Answer:
        """Send ``push``; ``send_id`` is the same in every attempt at the same row.

        Raises:
            CannotRenderError: the body has no form on this endpoint.
            WireError: the platform refused, was not reached, or did not answer.
        """
        return await self._calls[push.endpoint](push, send_id)

    async def _app_message(self, push: Push, send_id: int) -> Answer:
        app = self._clients.corp.app
        envelope = AppEnvelope(push.receiver, app.agent_id, send_id, self._home_url)
        answer = await app.send(render.app_message(push.body, envelope))
        if answer.refuses(push.receiver):
            raise _refused(_NO_VALID_RECEIVER)
        if answer.is_unlicensed(push.receiver):
            raise _refused(_NO_LICENCE)
        return _kept(msgid=answer.msgid, response_code=answer.response_code)

    async def _card_update(self, push: Push, _send_id: int) -> Answer:
        if not isinstance(push.body, CardUpdate):
            raise CannotRenderError(Unfit.KIND)
        app = self._clients.corp.app
        body = card_update(push.body, app.agent_id, self._home_url)
        missed = {userid.casefold() for userid in await app.update_card(body)}
        if missed >= {userid.casefold() for userid in push.body.userids}:
            raise _refused(_NO_VALID_RECEIVER)
        return _kept(missed="|".join(sorted(missed)))

    async def _welcome(self, push: Push, _send_id: int) -> Answer:
        await self._clients.corp.contacts.send_welcome(render.welcome(push.body))
        return {}

    async def _kf_message(self, push: Push, send_id: int) -> Answer:
        envelope = KfEnvelope(push.receiver, push.account, _msgid(send_id))
        sent = await self._clients.corp.kf.send(render.kf_message(push.body, envelope))
        return _kept(msgid=sent or envelope.msgid)

    async def _kf_event_message(self, push: Push, send_id: int) -> Answer:
        message = render.kf_event_message(push.body, push.event_code, _msgid(send_id))
        return _kept(msgid=await self._clients.corp.kf.send_on_event(message) or _msgid(send_id))

    async def _official_message(self, push: Push, _send_id: int) -> Answer:
        openid = bare_openid(push.account, push.receiver)
        message = render.official_message(push.body, openid)
        await self._clients.official(push.account).send(message)
        return {}

    async def _remark(self, push: Push, _send_id: int) -> Answer:
        await self._clients.corp.contacts.remark(render.remark(push.body, push.receiver))
        return {}

    async def _mark_tag(self, push: Push, _send_id: int) -> Answer:
        if not isinstance(push.body, WearTags):
            await self._clients.corp.contacts.mark_tag(render.mark_tag(push.body, push.receiver))
            return {}
        return _kept(tags="|".join(await self._tags.wear(push.body, push.receiver)))

    async def _entry(self, push: Push, send_id: int) -> Answer:
        if not isinstance(push.body, EntryOrder):
            raise CannotRenderError(Unfit.KIND)
        made = await self._entries.carry_out(push, push.body, send_id)
        if made and self._told is not None:
            await self._told(push, push.body, made)
        return _kept(**made)


def _msgid(send_id: int) -> str:
    """Return our id of a 微信客服 message: equal in every attempt, unique over rows."""
    return f"clew_{send_id:x}"


def _refused(errcode: int) -> PlatformError:
    """Return the refusal of this one receiver inside an answer that says success.

    The app itself is not at fault, so nobody else has to wait for an operator.
    """
    advice = classify(errcode, Family.WECOM).advice
    verdict = Verdict(Reaction.PERMANENT, advice)
    return PlatformError("/cgi-bin/message/send", errcode, "refused for this receiver", verdict)


def _kept(**fields: str) -> Answer:
    return {name: value for name, value in fields.items() if value}
