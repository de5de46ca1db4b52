"""The routes of the HTTP API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from domain.access import Scope
from handlers.web.api.problem import json_answer

if TYPE_CHECKING:
    from handlers.web.api.gate import Call, Gate, Handler
    from handlers.web.api.leads import Leads
    from handlers.web.api.reading import Reading


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
    leads: Leads
    reading: Reading

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        for method, path, scope, handler in self._routes():
            app.router.add_route(method, path, self.gate.guarded(scope, handler))

    def _routes(self) -> Iterable[tuple[str, str, Scope | None, Handler]]:
        leads, reading = self.leads, self.reading
        yield "GET", "/api/v1/key", None, _own_key
        yield "POST", "/api/v1/leads", Scope.LEADS_WRITE, leads.one
        yield "POST", "/api/v1/leads/batch", Scope.LEADS_WRITE, leads.batch
        yield "POST", "/api/v1/activations", Scope.LEADS_WRITE, leads.activation
        yield "POST", "/api/v1/fissions", Scope.LEADS_WRITE, leads.fission
        yield "GET", "/api/v1/receipts/{receipt}", Scope.LEADS_WRITE, reading.receipt
        yield "GET", "/api/v1/leads/{lead_id:[0-9]{1,18}}", Scope.LEADS_READ, reading.lead
        yield "POST", "/api/v1/lookup", Scope.LEADS_READ, reading.lookup


async def _own_key(call: Call) -> web.Response:
    key = call.key
    return json_answer(
        KeyAnswer(key.word, key.name, key.system, sorted(key.scopes), key.per_minute)
    )
