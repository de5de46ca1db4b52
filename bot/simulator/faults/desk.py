"""Faults over HTTP: list, add, load a profile, remove, clear."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from bot.simulator.faults.check import FaultRefused
from bot.simulator.faults.codes import MEANINGS, meaning_at
from bot.simulator.faults.fault import DEFAULTS, Fault, Profile

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator

RULES = "/faults/rules"


class FaultDesk:
    """The routes under ``/faults``; documented in docs/reference/faults.md."""

    def __init__(self, sim: Simulator) -> None:
        """Take rules for ``sim``."""
        self._world = sim.world
        self._faults = sim.faults
        self._texts = sim.world.texts

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/faults", self.page)
        app.router.add_get("/faults/catalog", self.catalog)
        app.router.add_get(RULES, self.list)
        app.router.add_post(RULES, self.add)
        app.router.add_delete(RULES, self.clear)
        app.router.add_delete(RULES + "/{id:[0-9]+}", self.remove)
        app.router.add_post("/faults/profile", self.load)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Give the page that does the same by hand."""
        del request
        page = self._world.config.pages / "faults.html"
        if not page.is_file():
            raise web.HTTPNotFound(text=f"{page} is missing")
        return web.FileResponse(page)

    async def catalog(self, request: web.Request) -> web.Response:
        """Give what rules may name: kinds with their fields, endpoints, codes, accounts, people."""
        del request
        places = self._faults.places
        codes = [
            {
                "errcode": int(code),
                "paths": sorted({place.path for place in places if meaning_at(code, place)}),
            }
            for code in MEANINGS
        ]
        people = [(e.userid, e.name) for e in self._world.directory.employees]
        people += [(c.external_userid, c.name) for c in self._world.customers.all.values()]
        content = {
            "kinds": DEFAULTS,
            "endpoints": sorted({place.path for place in places}),
            "errcodes": codes,
            "accounts": list(self._faults.accounts()),
            "receivers": [{"id": person, "name": name} for person, name in people],
        }
        return _json(content)

    async def list(self, request: web.Request) -> web.Response:
        """Give the rules in force with their counters."""
        del request
        return self._standing()

    async def add(self, request: web.Request) -> web.Response:
        """Put one rule into force and give it back with its id."""
        try:
            rule = self._faults.add(msgspec.json.decode(await request.read(), type=Fault))
        except (msgspec.DecodeError, FaultRefused) as error:
            return self._refusal(error)
        return _json(rule.as_json(), HTTPStatus.CREATED)

    async def load(self, request: web.Request) -> web.Response:
        """Replace all rules by a profile, or change nothing when one of it is refused."""
        try:
            self._faults.load(msgspec.json.decode(await request.read(), type=Profile))
        except (msgspec.DecodeError, FaultRefused) as error:
            return self._refusal(error)
        return self._standing()

    async def remove(self, request: web.Request) -> web.Response:
        """Drop one rule."""
        rule_id = int(request.match_info["id"])
        if not self._faults.remove(rule_id):
            return self._no("no_such_rule", HTTPStatus.NOT_FOUND, id=rule_id)
        return self._standing()

    async def clear(self, request: web.Request) -> web.Response:
        """Drop all rules."""
        del request
        self._faults.clear()
        return self._standing()

    def _standing(self) -> web.Response:
        rules = [rule.as_json() for rule in self._faults.rules]
        return _json({"seed": self._faults.seed, "rules": rules})

    def _refusal(self, error: msgspec.DecodeError | FaultRefused) -> web.Response:
        if isinstance(error, FaultRefused):
            return self._no(error.code, HTTPStatus.BAD_REQUEST, **error.facts)
        return self._no("bad_rule", HTTPStatus.BAD_REQUEST, detail=str(error))

    def _no(self, code: str, status: HTTPStatus, **facts: object) -> web.Response:
        message = self._texts.fault(code, **facts)
        if "number" in facts:
            message = self._texts.fault("numbered", number=facts["number"], reason=message)
        return _json({"error": {"code": code, "message": message, **facts}}, status)


def _json(content: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=status, content_type="application/json")
