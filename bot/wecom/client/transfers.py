"""Handing customers and groups over to another member (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wecom.client.answers import number_of, objects_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_BASE = "/cgi-bin/externalcontact"
_UNASSIGNED_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Handover:
    """Up to 100 customers from one member to another; only customers of ``handover`` count."""

    handover: str
    takeover: str
    customers: tuple[str, ...]


class TransferApi:
    """Calls with the secret of 客户联系; a transfer is done after 24 h unless refused."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def customers(self, handover: Handover, message: str = "") -> dict[str, int]:
        """Begin to hand over a present member's customers; return each one's errcode, 0 = begun.

        ``message`` (≤ 200 characters) is what the customer reads.

        Raises:
            WireError: 40097 when the member has resigned, 60111 for an unknown one.
        """
        body = _body(handover) | ({"transfer_success_msg": message} if message else {})
        return _verdicts(await self._api.post(f"{_BASE}/transfer_customer", body))

    async def customers_of_leaver(self, handover: Handover) -> dict[str, int]:
        """Begin to hand over a former member's customers; return as :meth:`customers`.

        Raises:
            WireError: 40097 when the member has not resigned.
        """
        path = f"{_BASE}/resigned/transfer_customer"
        return _verdicts(await self._api.post(path, _body(handover)))

    async def results(self, handover: str, takeover: str, cursor: str = "") -> Page:
        """Return external_userid, status and takeover_time of transfers between two members.

        The status is 1 done, 2 waiting, 3 refused, 4 member full, 5 none.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"handover_userid": handover, "takeover_userid": takeover, "cursor": cursor}
        answer = await self._api.post(f"{_BASE}/transfer_result", body)
        return Page(tuple(objects_of(answer, "customer")), text_of(answer, "next_cursor"))

    async def unassigned(self, cursor: str = "") -> Page:
        """Return customers whom former members still have, with the moment of leaving.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"cursor": cursor, "page_size": _UNASSIGNED_PAGE}
        answer = await self._api.post(f"{_BASE}/get_unassigned_list", body)
        return Page(tuple(objects_of(answer, "info")), text_of(answer, "next_cursor"))

    async def groups(self, chat_ids: Sequence[str], new_owner: str) -> dict[str, int]:
        """Give groups of present members to a new owner; return the errcodes of the failed.

        Raises:
            WireError: 60111 for an owner who does not exist.
        """
        return await self._groups("onjob_transfer", chat_ids, new_owner)

    async def groups_of_leaver(self, chat_ids: Sequence[str], new_owner: str) -> dict[str, int]:
        """Give groups of former members to a new owner; return the errcodes of the failed.

        Raises:
            WireError: as :meth:`groups`.
        """
        return await self._groups("transfer", chat_ids, new_owner)

    async def _groups(self, call: str, chat_ids: Sequence[str], owner: str) -> dict[str, int]:
        body = {"chat_id_list": list(chat_ids), "new_owner": owner}
        answer = await self._api.post(f"{_BASE}/groupchat/{call}", body)
        failed = objects_of(answer, "failed_chat_list")
        return {text_of(one, "chat_id"): number_of(one, "errcode") for one in failed}


def _body(handover: Handover) -> dict[str, object]:
    return {
        "handover_userid": handover.handover,
        "takeover_userid": handover.takeover,
        "external_userid": list(handover.customers),
    }


def _verdicts(answer: Mapping[str, object]) -> dict[str, int]:
    listed = objects_of(answer, "customer")
    return {text_of(one, "external_userid"): number_of(one, "errcode") for one in listed}
