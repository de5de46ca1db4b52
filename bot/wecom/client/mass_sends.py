"""Mass-send tasks that members confirm in their client (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.wecom.client.answers import JsonObject, objects_of, required_text, strings_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_BASE = "/cgi-bin/externalcontact"
_LIST_PAGE = 100
_RESULT_PAGE = 500


@dataclass(frozen=True, slots=True)
class MassSendRequest:
    """What a member is asked to send.

    ``customers`` (≤ 10 000) may be empty: then all of ``sender``'s. ``is_to_groups``
    sends to the sender's customer groups instead. ``attachments`` have the form of
    send_welcome_msg.
    """

    sender: str
    text: str
    customers: tuple[str, ...] = ()
    is_to_groups: bool = False
    attachments: tuple[Mapping[str, object], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MassSend:
    """A created task; ``unreachable`` are customers it will not reach."""

    msgid: str
    unreachable: tuple[str, ...]


class MassSendApi:
    """Calls with the secret of 客户联系; nothing is sent before the member confirms."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def create(self, request: MassSendRequest) -> MassSend:
        """Create a task. Not idempotent: a second call asks the member twice.

        Raises:
            WireError: 41048 when it reaches nobody.
        """
        endpoint = f"{_BASE}/add_msg_template"
        answer = await self._api.post(endpoint, _body(request))
        msgid = required_text(answer, "msgid", endpoint)
        return MassSend(msgid, strings_of(answer, "fail_list"))

    async def created_between(
        self, start: datetime, end: datetime, cursor: str = "", *, is_to_groups: bool = False
    ) -> Page:
        """Return the tasks made in a span.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {
            "chat_type": "group" if is_to_groups else "single",
            "start_time": int(start.timestamp()),
            "end_time": int(end.timestamp()),
            "limit": _LIST_PAGE,
            "cursor": cursor,
        }
        answer = await self._api.post(f"{_BASE}/get_groupmsg_list_v2", body)
        return Page(tuple(objects_of(answer, "group_msg_list")), text_of(answer, "next_cursor"))

    async def senders(self, msgid: str, cursor: str = "") -> Page:
        """Return userid, status (0 unsent, 2 sent) and send_time of each member asked.

        Raises:
            WireError: the task is not known.
        """
        body = {"msgid": msgid, "limit": _RESULT_PAGE, "cursor": cursor}
        answer = await self._api.post(f"{_BASE}/get_groupmsg_task", body)
        return Page(tuple(objects_of(answer, "task_list")), text_of(answer, "next_cursor"))

    async def results(self, msgid: str, userid: str, cursor: str = "") -> Page:
        """Return each receiver's status: 0 unsent, 1 sent, 2 not a contact, 3 got others.

        Raises:
            WireError: 41063 right after creation: ask again later.
        """
        body = {"msgid": msgid, "userid": userid, "limit": _RESULT_PAGE, "cursor": cursor}
        answer = await self._api.post(f"{_BASE}/get_groupmsg_send_result", body)
        return Page(tuple(objects_of(answer, "send_list")), text_of(answer, "next_cursor"))

    async def remind(self, msgid: str) -> None:
        """Remind the members who have not confirmed; three times in 24 hours.

        Raises:
            WireError: too often, or the task is over.
        """
        await self._api.post(f"{_BASE}/remind_groupmsg_send", {"msgid": msgid})

    async def cancel(self, msgid: str) -> None:
        """Withdraw a task from the members who have not confirmed.

        Raises:
            WireError: the task is over.
        """
        await self._api.post(f"{_BASE}/cancel_groupmsg_send", {"msgid": msgid})


def _body(request: MassSendRequest) -> JsonObject:
    body: JsonObject = {
        "chat_type": "group" if request.is_to_groups else "single",
        "sender": request.sender,
    }
    if request.customers:
        body["external_userid"] = list(request.customers)
    if request.text:
        body["text"] = {"content": request.text}
    if request.attachments:
        body["attachments"] = [dict(one) for one in request.attachments]
    return body
