"""Customers of members: reading them, remarks, tags, contact ways, welcome (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wecom.client.answers import (
    JsonObject,
    object_of,
    objects_of,
    required_text,
    strings_of,
    text_of,
)
from bot.wecom.client.api import Api
from bot.wecom.client.transport import WireCall

_BASE = "/cgi-bin/externalcontact"
#: A welcome code lives 20 s: a call that hangs longer has lost its use.
WELCOME_TOTAL_FOR = 5.0
#: Pages of 500 followers each; a customer whom more members follow does not exist.
_FOLLOWER_PAGES = 40


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; an empty cursor is the end."""

    items: tuple[JsonObject, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class ContactWayRequest:
    """A QR code to add one or several members; ``state`` (≤ 30 characters) names the channel."""

    users: tuple[str, ...]
    state: str
    remark: str = ""
    skip_verify: bool = True


@dataclass(frozen=True, slots=True)
class ContactWay:
    """A created code. Losing ``config_id`` means it can never be edited or deleted."""

    config_id: str
    qr_code: str


class ContactApi:
    """Calls with the secret of 客户联系 or of an app that may use it."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def get(self, external_userid: str) -> JsonObject:
        """Return ``external_contact`` and the whole ``follow_user`` list, all pages joined.

        Raises:
            WireError: 84061 when no member in scope follows the customer.
        """
        query = {"external_userid": external_userid}
        contact: JsonObject = {}
        followers: list[JsonObject] = []
        for _ in range(_FOLLOWER_PAGES):
            answer = await self._api.get(f"{_BASE}/get", query)
            contact = contact or object_of(answer, "external_contact")
            followers += objects_of(answer, "follow_user")
            cursor = text_of(answer, "next_cursor")
            if not cursor:
                break
            query["cursor"] = cursor
        return {"external_contact": contact, "follow_user": followers}

    async def follow_users(self) -> tuple[str, ...]:
        """Return the members who may follow customers.

        Raises:
            WireError: 48002 without the right to customer contact.
        """
        return strings_of(await self._api.get(f"{_BASE}/get_follow_user_list"), "follow_user")

    async def customers_of(self, userid: str) -> tuple[str, ...]:
        """Return the external_userids of a member's customers; none is an empty tuple.

        Raises:
            WireError: see :class:`Api`.
        """
        answer = await self._api.get(f"{_BASE}/list", {"userid": userid})
        return strings_of(answer, "external_userid")

    async def batch_by_user(self, userids: Sequence[str], cursor: str = "") -> Page:
        """Return up to 100 customers of up to 100 members, each with its follow_info.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"userid_list": list(userids), "cursor": cursor, "limit": 100}
        answer = await self._api.post(f"{_BASE}/batch/get_by_user", body)
        items = tuple(objects_of(answer, "external_contact_list"))
        return Page(items, text_of(answer, "next_cursor"))

    async def remark(self, body: Mapping[str, object]) -> None:
        """Write what a member sees of a customer; body by ``bot.wecom.cards.remark``.

        Raises:
            WireError: see :class:`Api`.
        """
        await self._api.post(f"{_BASE}/remark", body)

    async def mark_tag(self, body: Mapping[str, object]) -> None:
        """Add and remove corp tags; body by ``bot.wecom.cards.mark_tag``. No callback follows.

        Raises:
            WireError: see :class:`Api`.
        """
        await self._api.post(f"{_BASE}/mark_tag", body)

    async def tag_groups(self) -> tuple[JsonObject, ...]:
        """Return the corp's tag library: groups with their tags.

        Raises:
            WireError: see :class:`Api`.
        """
        answer = await self._api.post(f"{_BASE}/get_corp_tag_list", {})
        return tuple(objects_of(answer, "tag_group"))

    async def add_tags(self, group: str, names: Sequence[str], agent_id: int) -> JsonObject:
        """Add tags under the group named ``group``; return the group with the new tag ids.

        Raises:
            WireError: 40071 for a name that exists, 40126 when the library is full.
        """
        body = {"group_name": group, "tag": [{"name": n} for n in names], "agentid": agent_id}
        return object_of(await self._api.post(f"{_BASE}/add_corp_tag", body), "tag_group")

    async def edit_tag(self, ident: str, name: str, agent_id: int) -> None:
        """Rename a tag, or a group of tags.

        Raises:
            WireError: 40068 unknown, 40071 name taken, 81011 made by another app.
        """
        body = {"id": ident, "name": name, "agentid": agent_id}
        await self._api.post(f"{_BASE}/edit_corp_tag", body)

    async def delete_tags(self, tag_ids: Sequence[str], agent_id: int) -> None:
        """Delete tags; they vanish from every customer, and no callback follows.

        Raises:
            WireError: 40068 unknown, 81011 made by another app.
        """
        body = {"tag_id": list(tag_ids), "agentid": agent_id}
        await self._api.post(f"{_BASE}/del_corp_tag", body)

    async def add_contact_way(self, request: ContactWayRequest) -> ContactWay:
        """Create a QR code. Not idempotent: store the answer under its state before use.

        Raises:
            WireError: 41054 or 40098 for a member who is not activated or verified.
        """
        body = {
            "type": 1 if len(request.users) == 1 else 2,
            "scene": 2,
            "remark": request.remark,
            "skip_verify": request.skip_verify,
            "state": request.state,
            "user": list(request.users),
        }
        endpoint = f"{_BASE}/add_contact_way"
        answer = await self._api.post(endpoint, body)
        config_id = required_text(answer, "config_id", endpoint)
        return ContactWay(config_id, text_of(answer, "qr_code"))

    async def send_welcome(self, body: Mapping[str, object]) -> None:
        """Greet a new contact; body by ``bot.wecom.cards.welcome``.

        Raises:
            WireError: 41050 late, 41051 given already, 41053 consent missing.
        """
        path = f"{_BASE}/send_welcome_msg"
        await self._api.call(WireCall(path, body=body, total_for=WELCOME_TOTAL_FOR))
