"""What the JS-SDK of the stand-in answers: signatures judged, then the client's own calls (3.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha1
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from bot.simulator.acts.stage import ActRefused
from bot.simulator.api.refusal import ADVICE_URL
from bot.simulator.clients import Client, Entry
from bot.simulator.simulator import Simulator

T = TypeVar("T")
Facts = Mapping[str, object]

AGENT_CONFIG, CONFIG = "agentConfig", "config"


FAILED = -1


class SdkNo(Enum):
    """Why a call is refused: the words behind its name in ``errMsg``, and ``errCode``.

    Words of config codes as reported by developers; those of -1 **unverified**.
    """

    INVALID_CORPID = ("invalid corpId", 40013)
    INVALID_AGENTID = ("invalid agentId", 40056)
    INVALID_SIGNATURE = ("invalid signature", 40093)
    INVALID_DOMAIN = ("invalid url domain", 50001)
    NO_SUCH_FUNCTION = ("fail, function not exist", FAILED)
    NOT_GRANTED = ("permission denied", FAILED)
    NO_CUSTOMER = ("fail, without context of external contact", FAILED)
    NO_GROUP = ("fail, without context of external chat", FAILED)
    NO_CHAT = ("fail, without context of chat", FAILED)

    @property
    def code(self) -> int:
        """The ``errCode``."""
        return self.value[1]

    @property
    def words(self) -> str:
        """What ``errMsg`` says, with the advice that the platform adds to codes."""
        words, code = self.value
        return words if code == FAILED else f"{words}, more info at {ADVICE_URL}?e={code}"


class SdkRefused(Exception):  # noqa: N818 - the platform's expected "no"
    """A call of the SDK is refused."""

    def __init__(self, no: SdkNo) -> None:
        """Refuse because of ``no``."""
        super().__init__(no.words)
        self.no = no


@dataclass(frozen=True, slots=True)
class SdkCall:
    """A call as the page made it; ``session`` is one load of the page."""

    name: str
    page: str
    session: str
    client: str
    args: bytes


class Signed(msgspec.Struct):
    """Arguments of config, which calls the corp ``appId``, and of agentConfig (``corpid``)."""

    nonceStr: str  # noqa: N815 - the platform's spelling
    timestamp: int | str
    signature: str
    appId: str = ""  # noqa: N815 - as above
    corpid: str = ""
    agentid: str = ""
    jsApiList: list[str] = []  # noqa: N815 - as above


class Checked(msgspec.Struct):
    """Arguments of checkJsApi."""

    jsApiList: list[str]  # noqa: N815 - the platform's spelling


class Content(msgspec.Struct):
    """A text."""

    content: str


class ChatMessage(msgspec.Struct):
    """Arguments of sendChatMessage; the stand-in's windows show texts."""

    msgtype: str
    text: Content


class JsSdk:
    """Answers the calls of pages that have the stand-in's script."""

    def __init__(self, sim: Simulator) -> None:
        """Answer for the clients of ``sim``."""
        self._sim = sim
        self._world = sim.world
        self._clients = sim.clients
        self._calls: Mapping[str, Callable[[SdkCall, Client], Facts]] = {
            "getContext": self._context,
            "getCurExternalContact": self._external_contact,
            "getCurExternalChat": self._external_chat,
            "sendChatMessage": self._send,
        }

    def answer(self, call: SdkCall) -> dict[str, object]:
        """Return what the page gets: ``errCode``, ``errMsg`` and what the call found."""
        try:
            found = self._do(call)
        except SdkRefused as refused:
            return {"errCode": refused.no.code, "errMsg": f"{call.name}:{refused.no.words}"}
        except ActRefused as refused:
            return {"errCode": FAILED, "errMsg": f"{call.name}:fail, {refused.code}"}
        except msgspec.DecodeError as error:
            return {"errCode": FAILED, "errMsg": f"{call.name}:fail, {error}"}
        return {**found, "errCode": 0, "errMsg": f"{call.name}:ok"}

    def _do(self, call: SdkCall) -> Facts:
        if call.name in (CONFIG, AGENT_CONFIG):
            return self._enter(call)
        if call.name == "checkJsApi":
            wanted = _args(call, Checked).jsApiList
            return {"checkResult": {name: name in self._calls for name in wanted}}
        do = self._calls.get(call.name)
        if do is None:
            raise SdkRefused(SdkNo.NO_SUCH_FUNCTION)
        granted = self._clients.granted.get((call.session, call.page), {})
        if call.name not in granted.get(AGENT_CONFIG, frozenset()):
            raise SdkRefused(SdkNo.NOT_GRANTED)
        return do(call, self._clients.open_pages.get(call.client, Client("")))

    def _enter(self, call: SdkCall) -> Facts:
        asked = _args(call, Signed)
        corp = self._world.config.corp
        is_agent = call.name == AGENT_CONFIG
        if (asked.corpid if is_agent else asked.appId) != corp.corpid:
            raise SdkRefused(SdkNo.INVALID_CORPID)
        if is_agent and asked.agentid != str(corp.agentid):
            raise SdkRefused(SdkNo.INVALID_AGENTID)
        host = urlsplit(call.page).hostname or ""
        if corp.trusted_hosts and host not in corp.trusted_hosts:
            raise SdkRefused(SdkNo.INVALID_DOMAIN)
        holder = f"agent:{corp.app_secret}" if is_agent else "corp"
        tickets = self._world.tickets.living(holder, self._world.now)
        if asked.signature not in {_signature(ticket, asked, call.page) for ticket in tickets}:
            raise SdkRefused(SdkNo.INVALID_SIGNATURE)
        granted = self._clients.granted.setdefault((call.session, call.page), {})
        granted[call.name] = frozenset(asked.jsApiList)
        return {}

    def _context(self, call: SdkCall, client: Client) -> Facts:
        del call
        return {"entry": client.entry.value}

    def _external_contact(self, call: SdkCall, client: Client) -> Facts:
        del call
        if client.entry not in (Entry.SINGLE_CHAT_TOOLS, Entry.CONTACT_PROFILE):
            raise SdkRefused(SdkNo.NO_CUSTOMER)
        return {"userId": client.chat}

    def _external_chat(self, call: SdkCall, client: Client) -> Facts:
        del call
        if client.entry is not Entry.GROUP_CHAT_TOOLS:
            raise SdkRefused(SdkNo.NO_GROUP)
        return {"chatId": client.chat}

    def _send(self, call: SdkCall, client: Client) -> Facts:
        message = _args(call, ChatMessage)
        match client.entry:
            case Entry.SINGLE_CHAT_TOOLS:
                self._sim.friends.say(
                    client.chat, client.userid, client.userid, message.text.content
                )
            case Entry.GROUP_CHAT_TOOLS:
                self._sim.rooms.say(client.chat, client.userid, message.text.content)
            case _:
                raise SdkRefused(SdkNo.NO_CHAT)
        return {}


def _args(call: SdkCall, kind: type[T]) -> T:
    return msgspec.json.decode(call.args, type=kind)


def _signature(ticket: str, asked: Signed, page: str) -> str:
    text = f"jsapi_ticket={ticket}&noncestr={asked.nonceStr}&timestamp={asked.timestamp}&url={page}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
