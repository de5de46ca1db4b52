"""微信客服: pulling and sending messages, session state, accounts, customers (fact sheet 3.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from bot.wecom.client.answers import (
    JsonObject,
    number_of,
    objects_of,
    required_text,
    strings_of,
    text_of,
)
from bot.wecom.client.api import Api
from bot.wecom.client.contact import WELCOME_TOTAL_FOR
from bot.wecom.client.transport import WireCall

_PAGE_LIMIT = 1000
#: A full page is about 1 MB and may take the platform seconds to collect.
_PULL_TOTAL_FOR = 20.0


class SessionState(IntEnum):
    """Who answers a 微信客服 session; an app may speak in the first two only."""

    NEW = 0
    BOT = 1
    POOL = 2
    HUMAN = 3
    ENDED = 4


_STATES = frozenset(SessionState)


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Which page of an account's messages. Without a cursor it starts 3 days back.

    ``token`` comes with the callback and lives 10 min; without it a strict rate applies.
    """

    open_kfid: str
    cursor: str = ""
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PulledPage:
    """One page of messages; few or none with ``has_more`` is normal."""

    messages: tuple[JsonObject, ...]
    next_cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class ServiceState:
    """State of a session and, with ``HUMAN``, the member who serves."""

    state: SessionState
    servicer_userid: str = ""


class KfApi:
    """Calls with the secret of 微信客服 or of an app that may use it."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def pull(self, request: PullRequest) -> PulledPage:
        """Return one page. Messages sent through the API are never among them.

        Raises:
            WireError: 95007 for a token that is over, 45033 above about 5 pulls at once.
        """
        body: JsonObject = {
            "open_kfid": request.open_kfid,
            "cursor": request.cursor,
            "limit": _PAGE_LIMIT,
            "voice_format": 0,
        }
        if request.token:
            body["token"] = request.token
        call = WireCall("/cgi-bin/kf/sync_msg", body=body, total_for=_PULL_TOTAL_FOR)
        answer = await self._api.call(call)
        return PulledPage(
            messages=tuple(objects_of(answer, "msg_list")),
            next_cursor=text_of(answer, "next_cursor"),
            has_more=number_of(answer, "has_more") == 1,
        )

    async def send(self, message: Mapping[str, object]) -> str:
        """Send a rendered message and return its id; our own msgid makes it idempotent.

        Raises:
            WireError: 95001 over 5 messages, 95002 over 48 h since the customer's last one.
        """
        return text_of(await self._api.post("/cgi-bin/kf/send_msg", message), "msgid")

    async def send_on_event(self, message: Mapping[str, object]) -> str:
        """Answer an event by its code (welcome: 20 s, once) and return the message id.

        Raises:
            WireError: the code is spent or late.
        """
        path = "/cgi-bin/kf/send_msg_on_event"
        call = WireCall(path, body=message, total_for=WELCOME_TOTAL_FOR)
        return text_of(await self._api.call(call), "msgid")

    async def state(self, open_kfid: str, external_userid: str) -> ServiceState:
        """Return who answers the session; a state that is not known counts as somebody else.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"open_kfid": open_kfid, "external_userid": external_userid}
        answer = await self._api.post("/cgi-bin/kf/service_state/get", body)
        number = number_of(answer, "service_state")
        state = SessionState(number) if number in _STATES else SessionState.HUMAN
        return ServiceState(state, text_of(answer, "servicer_userid"))

    async def move(self, open_kfid: str, external_userid: str, to: ServiceState) -> None:
        """Hand the session over.

        Raises:
            WireError: 95016 for a move that is not allowed, 95013 when it has ended.
        """
        body: JsonObject = {
            "open_kfid": open_kfid,
            "external_userid": external_userid,
            "service_state": to.state.value,
        }
        if to.servicer_userid:
            body["servicer_userid"] = to.servicer_userid
        await self._api.post("/cgi-bin/kf/service_state/trans", body)

    async def accounts(self) -> tuple[JsonObject, ...]:
        """Return the first 100 accounts: open_kfid, name, avatar.

        Raises:
            WireError: see :class:`Api`.
        """
        answer = await self._api.post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})
        return tuple(objects_of(answer, "account_list"))

    async def customers(self, external_userids: Sequence[str]) -> JsonObject:
        """Return ``customer_list`` and ``invalid_external_userid`` for up to 100 customers.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"external_userid_list": list(external_userids)}
        answer = await self._api.post("/cgi-bin/kf/customer/batchget", body)
        return {
            "customer_list": objects_of(answer, "customer_list"),
            "invalid_external_userid": list(strings_of(answer, "invalid_external_userid")),
        }

    async def add_contact_way(self, open_kfid: str, scene: str) -> str:
        """Return an address that opens the chat; ``&scene_param=`` may be added to it.

        Raises:
            WireError: see :class:`Api`.
        """
        endpoint = "/cgi-bin/kf/add_contact_way"
        answer = await self._api.post(endpoint, {"open_kfid": open_kfid, "scene": scene})
        return required_text(answer, "url", endpoint)
