"""Contact ways 联系我 and join ways 群活码 after they were made (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.wecom.client.answers import JsonObject, object_of, objects_of, required_text, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_BASE = "/cgi-bin/externalcontact"
_JOIN = f"{_BASE}/groupchat"
_PAGE = 1000
#: ``scene`` of ways that give a picture.
_QR = 2


@dataclass(frozen=True, slots=True)
class WayChange:
    """New members, remark and state of a contact way; all of them are replaced."""

    config_id: str
    users: tuple[str, ...]
    state: str
    remark: str = ""
    skip_verify: bool = True


@dataclass(frozen=True, slots=True)
class JoinWayRequest:
    """A QR code into up to five groups; ``state`` (≤ 30 characters) comes back with the member."""

    chat_ids: tuple[str, ...]
    state: str
    remark: str = ""


class WayApi:
    """Calls with the secret of 客户联系 or of an app that may use it."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def listed(self, since: int, until: int, cursor: str = "") -> Page:
        """Return config_ids of contact ways made in a span of unix seconds.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"start_time": since, "end_time": until, "cursor": cursor, "limit": _PAGE}
        answer = await self._api.post(f"{_BASE}/list_contact_way", body)
        return Page(tuple(objects_of(answer, "contact_way")), text_of(answer, "next_cursor"))

    async def get(self, config_id: str) -> JsonObject:
        """Return a contact way: state, remark, user, qr_code.

        Raises:
            WireError: 41044 when there is none.
        """
        answer = await self._api.post(f"{_BASE}/get_contact_way", {"config_id": config_id})
        return object_of(answer, "contact_way")

    async def update(self, change: WayChange) -> None:
        """Replace members, remark and state; the code on the wall stays what it is.

        Raises:
            WireError: 41044 unknown, 41054 or 40098 for a member who is not verified.
        """
        body = {
            "config_id": change.config_id,
            "remark": change.remark,
            "skip_verify": change.skip_verify,
            "state": change.state,
            "user": list(change.users),
        }
        await self._api.post(f"{_BASE}/update_contact_way", body)

    async def delete(self, config_id: str) -> None:
        """Delete a contact way: its code leads nowhere from now on.

        Raises:
            WireError: 41044 when there is none.
        """
        await self._api.post(f"{_BASE}/del_contact_way", {"config_id": config_id})

    async def add_join_way(self, request: JoinWayRequest) -> JsonObject:
        """Create a join way and return config_id and qr_code.

        Raises:
            WireError: 86003 or the like for a group that does not exist.
        """
        endpoint = f"{_JOIN}/add_join_way"
        body = {
            "scene": _QR,
            "remark": request.remark,
            "state": request.state,
            "chat_id_list": list(request.chat_ids),
        }
        config_id = required_text(await self._api.post(endpoint, body), "config_id", endpoint)
        answer = await self._api.post(f"{_JOIN}/get_join_way", {"config_id": config_id})
        qr_code = text_of(object_of(answer, "join_way"), "qr_code")
        return {"config_id": config_id, "qr_code": qr_code}

    async def update_join_way(
        self, config_id: str, request: JoinWayRequest, chat_ids: Sequence[str]
    ) -> None:
        """Replace groups, remark and state of a join way.

        Raises:
            WireError: there is none, or a group does not exist.
        """
        body = {
            "config_id": config_id,
            "scene": _QR,
            "remark": request.remark,
            "state": request.state,
            "chat_id_list": list(chat_ids),
        }
        await self._api.post(f"{_JOIN}/update_join_way", body)

    async def delete_join_way(self, config_id: str) -> None:
        """Delete a join way.

        Raises:
            WireError: there is none.
        """
        await self._api.post(f"{_JOIN}/del_join_way", {"config_id": config_id})
