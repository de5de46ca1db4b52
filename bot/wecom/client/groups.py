"""Customer groups and the transfer of customers and groups between members (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.wecom.client.answers import JsonObject, number_of, object_of, objects_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_BASE = "/cgi-bin/externalcontact"


@dataclass(frozen=True, slots=True)
class Handover:
    """Customers that pass from one member to another; ``message`` (≤ 200) is shown to them.

    ``is_resigned`` takes the calls for a member who has left, which carry no message.
    """

    from_userid: str
    to_userid: str
    external_userids: tuple[str, ...]
    message: str = ""
    is_resigned: bool = False


@dataclass(frozen=True, slots=True)
class TransferPart:
    """What became of one customer of a :class:`Handover`: 0 is accepted for transfer."""

    external_userid: str
    errcode: int


class GroupApi:
    """Calls with the secret of 客户联系 or of an app that may use it."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def get(self, chat_id: str) -> JsonObject:
        """Return ``group_chat`` with its members' names.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"chat_id": chat_id, "need_name": 1}
        answer = await self._api.post(f"{_BASE}/groupchat/get", body)
        return {"group_chat": object_of(answer, "group_chat")}

    async def groups_of(self, owners: Sequence[str], cursor: str = "") -> Page:
        """Return up to 1000 groups of up to 100 owners; without owners, of all in scope.

        Raises:
            WireError: 81017 without owners when over 1000 members are in scope.
        """
        body: JsonObject = {"status_filter": 0, "cursor": cursor, "limit": 1000}
        if owners:
            body["owner_filter"] = {"userid_list": [*owners]}
        answer = await self._api.post(f"{_BASE}/groupchat/list", body)
        items = tuple(objects_of(answer, "group_chat_list"))
        return Page(items, text_of(answer, "next_cursor"))

    async def transfer_groups(
        self, chat_ids: Sequence[str], owner: str, *, is_resigned: bool
    ) -> tuple[JsonObject, ...]:
        """Give groups a new owner; return those that failed, each with its errcode.

        Raises:
            WireError: see :class:`Api`.
        """
        name = "transfer" if is_resigned else "onjob_transfer"
        body = {"chat_id_list": [*chat_ids], "new_owner": owner}
        answer = await self._api.post(f"{_BASE}/groupchat/{name}", body)
        return tuple(objects_of(answer, "failed_chat_list"))

    async def transfer_customers(self, handover: Handover) -> tuple[TransferPart, ...]:
        """Ask to pass customers on; each has its own errcode. Takes effect after 24 h.

        Raises:
            WireError: 40097 for a resigned member without ``is_resigned``.
        """
        body: JsonObject = {
            "handover_userid": handover.from_userid,
            "takeover_userid": handover.to_userid,
            "external_userid": [*handover.external_userids],
        }
        if not handover.is_resigned:
            body["transfer_success_msg"] = handover.message
        answer = await self._api.post(
            _transfer_path("customer", is_resigned=handover.is_resigned), body
        )
        return tuple(
            TransferPart(text_of(item, "external_userid"), number_of(item, "errcode"))
            for item in objects_of(answer, "customer")
        )

    async def transfer_result(
        self, from_userid: str, to_userid: str, *, cursor: str = "", is_resigned: bool = False
    ) -> Page:
        """Return how a handover went: 1 done, 2 waiting, 3 refused, 4 limit, 5 none.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"handover_userid": from_userid, "takeover_userid": to_userid, "cursor": cursor}
        answer = await self._api.post(_transfer_path("result", is_resigned=is_resigned), body)
        return Page(tuple(objects_of(answer, "customer")), text_of(answer, "next_cursor"))


def _transfer_path(what: str, *, is_resigned: bool) -> str:
    folder = "/resigned" if is_resigned else ""
    return f"{_BASE}{folder}/transfer_{what}"
