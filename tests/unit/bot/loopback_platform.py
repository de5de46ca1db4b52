"""A loopback platform that answers as a test says; the full stand-in is another thing."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = dict[str, Any]
TOKENS = {"/cgi-bin/gettoken", "/cgi-bin/stable_token"}
Script = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Platform:
    """Issues tokens ``T1``, ``T2``…; other paths answer what was scripted, else success."""

    asked: list[Asked] = field(default_factory=list)
    scripts: dict[str, deque[Answer | Script]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Answer | Script] = field(default_factory=dict)
    dead_tokens: set[str] = field(default_factory=set)
    issued: int = 0
    refuses_all: bool = False
    #: Holds every answer but tokens back until it is set.
    gate: asyncio.Event | None = None
    running: int = 0
    most_running: int = 0

    def on(self, path: str, *answers: Answer | Script) -> None:
        self.scripts[path].extend(answers)

    def calls(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        kind = request.content_type
        self.asked.append(Asked(request.path, dict(request.query), body, kind))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self.gate is not None and request.path not in TOKENS:
                await self.gate.wait()
            return await self._answer(request)
        finally:
            self.running -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        scripted = self.scripts[path].popleft() if self.scripts[path] else self.always.get(path)
        if callable(scripted):
            return await scripted(request)
        if scripted is not None:
            return web.json_response(scripted)
        if path in TOKENS:
            self.issued += 1
            token = {"access_token": f"T{self.issued}", "expires_in": 7200}
            return web.json_response({"errcode": 0, "errmsg": "ok", **token})
        token_used = request.query.get("access_token", "")
        if self.refuses_all or token_used in self.dead_tokens:
            return web.json_response({"errcode": 40014, "errmsg": "invalid access_token"})
        return web.json_response({"errcode": 0, "errmsg": "ok"})
