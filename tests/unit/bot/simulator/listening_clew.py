"""Something that listens where Clew would: keeps what arrives, answers as a test says."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from aiohttp import web

from bot.simulator import demo
from bot.simulator.config import CallbackTarget
from bot.wecom.codec import Codec, Signature


@dataclass(frozen=True)
class Arrived:
    """A POST as it came in, and what was inside."""

    query: dict[str, str]
    body: bytes
    plaintext: bytes

    @property
    def tree(self) -> ET.Element:
        return ET.fromstring(self.plaintext)  # noqa: S314 - written by the stand-in

    @property
    def fields(self) -> dict[str, str]:
        return {element.tag: element.text or "" for element in self.tree}

    def text(self, path: str) -> str:
        return self.tree.findtext(path) or ""


@dataclass
class Answer:
    """What the next POST is answered with; a silent one never comes."""

    status: int = 200
    body: bytes = b""
    is_silent: bool = False


@dataclass
class ListeningClew:
    """Opens callbacks with the real codec; ``answers`` are used up in order, then empty 200s."""

    corp: Codec
    official: Codec
    bot: Codec = field(default_factory=lambda: Codec(demo.BOT_TOKEN, demo.BOT_KEY, ""))
    arrived: list[Arrived] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    running: int = 0
    most_running: int = 0
    #: Holds every answer back until it is set.
    gate: asyncio.Event | None = None
    url: str = ""
    echo_suffix: bytes = b""

    @classmethod
    def with_targets(
        cls, corp: tuple[CallbackTarget, str], official: tuple[CallbackTarget, str]
    ) -> ListeningClew:
        first, second = (
            Codec(target.token, target.encoding_aes_key, who) for target, who in (corp, official)
        )
        return cls(first, second)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/callback/wecom/{app}", self.verify_corp)
        app.router.add_post("/callback/wecom/{app}", self.take_corp)
        app.router.add_get("/callback/aibot/{bot}", self.verify_bot)
        app.router.add_post("/callback/aibot/{bot}", self.take_bot)
        app.router.add_get("/callback/mp/{account}", self.verify_official)
        app.router.add_post("/callback/mp/{account}", self.take_official)
        return app

    def named(self, name: str) -> list[Arrived]:
        """Return what arrived with this Event (or ChangeType)."""
        return [
            a for a in self.arrived if name in (a.fields.get("Event"), a.fields.get("ChangeType"))
        ]

    async def verify_corp(self, request: web.Request) -> web.Response:
        echo = self.corp.verify_url(signed(request), request.query["echostr"])
        return web.Response(body=echo + self.echo_suffix)

    async def verify_bot(self, request: web.Request) -> web.Response:
        return web.Response(body=self.bot.verify_url(signed(request), request.query["echostr"]))

    async def take_bot(self, request: web.Request) -> web.Response:
        body = await request.read()
        return await self._take(request, body, self.bot.open(signed(request), body))

    async def verify_official(self, request: web.Request) -> web.Response:
        self.official.check_plain(signed(request, "signature"))
        return web.Response(text=request.query["echostr"])

    async def take_corp(self, request: web.Request) -> web.Response:
        body = await request.read()
        return await self._take(request, body, self.corp.open(signed(request), body))

    async def take_official(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.official.check_plain(signed(request, "signature"))
        is_sealed = request.query.get("encrypt_type") == "aes"
        plaintext = self.official.open(signed(request), body) if is_sealed else body
        return await self._take(request, body, plaintext)

    async def _take(self, request: web.Request, body: bytes, plaintext: bytes) -> web.Response:
        self.arrived.append(Arrived(dict(request.query), body, plaintext))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            answer = self.answers.popleft() if self.answers else Answer()
            if answer.is_silent:
                await asyncio.Event().wait()
            if self.gate is not None:
                await self.gate.wait()
            return web.Response(status=answer.status, body=answer.body)
        finally:
            self.running -= 1


def signed(request: web.Request, name: str = "msg_signature") -> Signature:
    query = request.query
    return Signature(query[name], query["timestamp"], query["nonce"])


def utf8_json(content: Any) -> bytes:
    """Dump the way WeCom wants it: real UTF-8."""
    return json.dumps(content, ensure_ascii=False).encode()
