"""Somebody at the doors of the running service: the platform itself, or who claims to be it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import aiohttp

from bot.simulator import demo as invented
from bot.wecom.codec import Codec, Sealed
from storage.inbox import InboxState

if TYPE_CHECKING:
    from bot.demo import Demo

DOOR = "/callback/wecom/clew"
ROUTE = "wecom:clew"
CODEC = Codec(invented.CALLBACK_TOKEN, invented.CALLBACK_KEY, invented.CORPID)
_COUNTED = re.compile(r'clew_callbacks_total\{result="(\w+)",route="([\w:]+)"\} ([\d.]+)')
_nonces = count(1)


def text(content: str, msgid: int, sender: str = "LiLei") -> str:
    """Return a member's message to the app (fact sheet 2.1)."""
    return (
        f"<xml><ToUserName><![CDATA[{invented.CORPID}]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName><CreateTime>1795485600</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
        f"<MsgId>{msgid}</MsgId><AgentID>{invented.AGENTID}</AgentID></xml>"
    )


def seal(plaintext: str, codec: Codec = CODEC, random16: bytes | None = None) -> Sealed:
    """Encrypt and sign as the platform does."""
    nonce = f"n{next(_nonces)}"
    return codec.seal_xml(plaintext.encode(), timestamp=1795485600, nonce=nonce, random16=random16)


def resigned(sealed: Sealed, encrypt: str) -> Sealed:
    """Return another encrypted text under a signature that fits it."""
    stamp, nonce = sealed.signature.timestamp, sealed.signature.nonce
    value = CODEC._sign(stamp, nonce, encrypt.encode()).decode()
    body = f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
    return Sealed(body, sealed.signature._replace(value=value), encrypt)


@dataclass
class Peer:
    """Posts to the service of a demo and looks at what came of it."""

    both: Demo
    http: aiohttp.ClientSession

    async def post(self, sealed: Sealed, body: bytes | None = None) -> tuple[int, str]:
        """Deliver; return status and body of the answer."""
        query = {
            "msg_signature": sealed.signature.value,
            "timestamp": sealed.signature.timestamp,
            "nonce": sealed.signature.nonce,
        }
        address = self.both.service.address + DOOR
        data = sealed.body if body is None else body
        async with self.http.post(address, params=query, data=data) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str) -> tuple[int, str]:
        """Ask for a page of the service."""
        async with self.http.get(self.both.service.address + path) as answer:
            return answer.status, await answer.text()

    async def counted(self) -> dict[str, float]:
        """Return the callbacks of the app by result, as the metrics page shows them."""
        _, page = await self.get("/metrics")
        return {r: float(n) for r, route, n in _COUNTED.findall(page) if route == ROUTE}

    async def stored(self) -> int:
        """Return how many rows the inbox holds, in whatever state."""
        inbox = self.both.service.parts.inbox
        return sum([len(await inbox.list(state, 1000)) for state in InboxState])


@asynccontextmanager
async def peer_of(both: Demo) -> AsyncIterator[Peer]:
    """Yield a peer with a connection of its own."""
    async with aiohttp.ClientSession() as http:
        yield Peer(both, http)
