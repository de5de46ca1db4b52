"""The routes of the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from handlers.web.api.problem import json_answer

if TYPE_CHECKING:
    from handlers.web.api.gate import Call, Gate


class KeyAnswer(msgspec.Struct):
    """What the caller's own key is."""

    key: str
    name: str
    system: str
    scopes: list[str]
    per_minute: int


@dataclass(frozen=True, slots=True)
class Api:
    """What the API needs."""

    gate: Gate

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/api/v1/key", self.gate.guarded(None, _own_key), allow_head=False)


async def _own_key(call: Call) -> web.Response:
    key = call.key
    return json_answer(
        KeyAnswer(key.word, key.name, key.system, sorted(key.scopes), key.per_minute)
    )
