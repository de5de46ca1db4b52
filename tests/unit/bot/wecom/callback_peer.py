"""The platform as a peer of the callback routes: seals, signs and posts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from prometheus_client import Counter

from bot.clock import DrivenClock
from bot.wecom.callback import CallbackAccount, Family, Mode
from bot.wecom.codec import Codec, Sealed
from storage.inbox import Claimed, Inbox

TOKEN = "exampleToken01"


KEY = "LeadBotExampleKey0LeadBotExampleKey1LeadBot"


CORP, SUITE, APP_ID, GH = (
    "wwclewtest0000001",
    "wwsuitetest0001",
    "wxclewtest000001",
    "gh_clewtest0001",
)


TEXT = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{content}]]></Content><MsgId>{msgid}</MsgId></xml>"
)


ADDED = (
    "<xml><ToUserName>wwclewtest0000001</ToUserName><FromUserName>sys</FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType>event</MsgType>"
    "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"
    "<UserID>LiLei</UserID><ExternalUserID>wmclewtest0000000000000000000001</ExternalUserID>"
    "<WelcomeCode>CODE</WelcomeCode></xml>"
)


ACCOUNTS = {
    "wecom": CallbackAccount("clew", Family.WECOM, Codec(TOKEN, KEY, CORP), CORP),
    "suite": CallbackAccount("clew", Family.SUITE, Codec(TOKEN, KEY, SUITE), SUITE),
    "aibot": CallbackAccount("helper", Family.AIBOT, Codec(TOKEN, KEY, ""), ""),
    "plain": CallbackAccount("gh_plain", Family.MP, Codec(TOKEN, KEY, APP_ID), GH, Mode.PLAIN),
    "compat": CallbackAccount("gh_compat", Family.MP, Codec(TOKEN, KEY, APP_ID), GH, Mode.COMPAT),
    "mp": CallbackAccount("gh_safe", Family.MP, Codec(TOKEN, KEY, APP_ID), GH, Mode.ENCRYPTED),
}


@dataclass
class Peer:
    """The peer: seals and posts as the platform does, and looks behind the door."""

    client: TestClient[Any, Any]
    inbox: Inbox
    counter: Counter
    clock: DrivenClock
    nonces: int = 0

    def seal(self, name: str, plaintext: str, *, in_json: bool = False) -> Sealed:
        self.nonces += 1
        codec = ACCOUNTS[name].codec
        seal = codec.seal_json if in_json else codec.seal_xml
        stamp = int(self.clock.now().timestamp())
        return seal(plaintext.encode(), timestamp=stamp, nonce=f"n{self.nonces}")

    async def post(self, name: str, sealed: Sealed, body: bytes | None = None) -> tuple[int, str]:
        query = {
            "msg_signature": sealed.signature.value,
            "timestamp": sealed.signature.timestamp,
            "nonce": sealed.signature.nonce,
        }
        return await self.send(name, query, sealed.body if body is None else body)

    async def deliver(self, name: str, plaintext: str) -> tuple[int, str]:
        return await self.post(name, self.seal(name, plaintext))

    async def post_plain(
        self, body: str, *, age: timedelta = timedelta(), nonce: str = ""
    ) -> tuple[int, str]:
        self.nonces += 1
        query = plain_query(self.clock, age, nonce or f"n{self.nonces}")
        return await self.send("plain", query, body.encode())

    async def send(self, name: str, query: dict[str, str], body: bytes) -> tuple[int, str]:
        async with self.client.post(ACCOUNTS[name].path, params=query, data=body) as response:
            return response.status, await response.text()

    async def stored(self) -> list[Claimed]:
        return await self.inbox.claim(100, timedelta(minutes=1), self.clock.now())

    def counted(self, name: str, result: str) -> float:
        return self.counter.labels(ACCOUNTS[name].source, result)._value.get()


def plain_query(clock: DrivenClock, age: timedelta, nonce: str) -> dict[str, str]:
    stamp = str(int((clock.now() - age).timestamp()))
    value = ACCOUNTS["plain"].codec._sign(stamp, nonce, None).decode()
    return {"signature": value, "timestamp": stamp, "nonce": nonce, "openid": "o1"}


Opener = Callable[..., Awaitable[Peer]]


def text(to: str = CORP, who: str = "LiLei", content: str = "漏斗", msgid: int = 1) -> str:
    return TEXT.format(to=to, who=who, content=content, msgid=msgid)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'


NESTED = "<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>"
