"""The routes of the HTTP API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from domain.access import Scope
from handlers.web.api.openapi import Description, document
from handlers.web.api.operations import OPERATIONS
from handlers.web.api.persons import PERSON
from handlers.web.api.problem import json_answer
from handlers.web.api.schemas import KeyAnswer

if TYPE_CHECKING:
    from handlers.web.api.gate import Call, Gate, Handler
    from handlers.web.api.leads import Leads
    from handlers.web.api.merges import MergeDoor
    from handlers.web.api.reading import Reading
    from handlers.web.api.segments import SegmentDoor
    from handlers.web.api.tags import TagReading


@dataclass(frozen=True, slots=True)
class Api:
    """What the API needs."""

    gate: Gate
    leads: Leads
    reading: Reading
    address: str
    tags: TagReading
    segments: SegmentDoor
    merges: MergeDoor

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        for method, path, scope, handler in self._routes():
            app.router.add_route(method, path, self.gate.guarded(scope, handler))
        described = Description(document(OPERATIONS, self.address))
        app.router.add_get("/api/openapi.json", described.show, allow_head=False)

    def _routes(self) -> Iterable[tuple[str, str, Scope | None, Handler]]:
        leads, reading = self.leads, self.reading
        yield "GET", "/api/v1/key", None, _own_key
        yield "POST", "/api/v1/leads", Scope.LEADS_WRITE, leads.one
        yield "POST", "/api/v1/leads/batch", Scope.LEADS_WRITE, leads.batch
        yield "POST", "/api/v1/activations", Scope.LEADS_WRITE, leads.activation
        yield "POST", "/api/v1/fissions", Scope.LEADS_WRITE, leads.fission
        yield "GET", "/api/v1/receipts/{receipt}", Scope.LEADS_WRITE, reading.receipt
        yield "GET", "/api/v1/leads/{lead_id}", Scope.LEADS_READ, reading.lead
        yield "POST", "/api/v1/lookup", Scope.LEADS_READ, reading.lookup
        yield "GET", "/api/v1/merges", Scope.MERGES_WRITE, self.merges.list
        yield "POST", "/api/v1/merges/{merge}/undo", Scope.MERGES_WRITE, self.merges.undo
        yield from self._tag_routes()
        yield from self._segment_routes()

    def _tag_routes(self) -> Iterable[tuple[str, str, Scope | None, Handler]]:
        tags, person = self.tags, f"/api/v1/persons/{PERSON}"
        yield "GET", "/api/v1/tags", Scope.TAGS_READ, tags.definitions
        yield "GET", f"{person}/tags", Scope.TAGS_READ, tags.values
        yield "GET", f"{person}/tags/{{name}}", Scope.TAGS_READ, tags.value
        yield "PUT", f"{person}/tags/{{name}}", Scope.TAGS_WRITE, tags.put
        yield "DELETE", f"{person}/tags/{{name}}", Scope.TAGS_WRITE, tags.take
        yield "GET", f"{person}/portrait", Scope.TAGS_READ, tags.portrait

    def _segment_routes(self) -> Iterable[tuple[str, str, Scope | None, Handler]]:
        door, read, write = self.segments, Scope.TAGS_READ, Scope.SEGMENTS_WRITE
        one, run = "/api/v1/segments/{name}", "/api/v1/segment-runs/{run:[0-9]{1,18}}"
        file = "/api/v1/segment-files/{file:[0-9]{1,18}}"
        yield "GET", "/api/v1/segments", read, door.list
        yield "PUT", one, write, door.define
        yield "DELETE", one, write, door.withdraw
        yield "GET", f"{one}/rule/{{form:json|sensors}}", read, door.rule
        yield "GET", f"{one}/estimate", read, door.estimate
        yield "GET", f"{one}/runs", read, door.runs
        yield "POST", f"{one}/runs", write, door.compute
        yield "GET", run, read, door.run
        yield "GET", f"{run}/members", read, door.members
        yield "POST", f"{run}/files", write, door.make_file
        yield "GET", file, write, door.file
        yield "GET", f"{file}/content", write, door.content


async def _own_key(call: Call) -> web.Response:
    key = call.key
    return json_answer(
        KeyAnswer(key.word, key.name, key.system, sorted(key.scopes), key.per_minute)
    )
