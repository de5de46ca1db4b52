"""The OpenAPI document is true: calls made of it get answers that it describes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests.auth import AuthBase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from bot.app import create_app
from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from domain.access import Scope
from handlers.web.api.operations import OPERATIONS
from tests.acceptance.api_caller import Caller, caller

#: Calls of each operation; the document is small.
EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
_numbers = count(1)


class Signed(AuthBase):
    """Signs a call as it leaves, with an idempotency key where one was made up."""

    def __init__(self, site: Caller) -> None:
        self.site = site

    def __call__(self, call: requests.PreparedRequest) -> requests.PreparedRequest:
        body = call.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        stamp, nonce = str(int(self.site.now.timestamp())), f"schema-{next(_numbers):08}"
        digest = hashlib.sha256(raw).hexdigest()
        text = f"CLEW1-HMAC-SHA256\n{call.method}\n{call.path_url}\n{stamp}\n{nonce}\n{digest}"
        signature = hmac.new(self.site.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        signed = {
            "X-Clew-Key": self.site.word,
            "X-Clew-Timestamp": stamp,
            "X-Clew-Nonce": nonce,
            "X-Clew-Signature": signature,
        }
        call.headers.update(signed)
        return call


@pytest.fixture
async def both(migrated_sqlite_url: str, tmp_path: Path) -> AsyncIterator[Demo]:
    place = Place(tmp_path / "data", database_url=migrated_sqlite_url)
    async with demo(place, DrivenClock(START, is_running=False)) as running:
        yield running


async def described(both: Demo) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{both.service.address}/api/openapi.json") as answer,
    ):
        assert answer.status == 200
        return await answer.json()


async def test_every_route_is_described(both: Demo) -> None:
    document = await described(both)
    told = {(m.upper(), path) for path, entry in document["paths"].items() for m in entry}
    assert told == {(o.method, o.path) for o in OPERATIONS}
    mounted = {
        (route.method, route.resource.canonical)
        for route in create_app(both.service.parts).router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/")
    }
    assert mounted - {("GET", "/api/openapi.json")} == told, "every public route is described"
    needed = {o.scope for o in OPERATIONS if o.scope is not None}
    assert needed == set(Scope) - {Scope.CONTACTS_READ, Scope.COLLECT}
    lead = document["components"]["schemas"]["LeadIn"]
    assert lead["additionalProperties"] is False
    assert {"phone", "uid", "channel", "attributes"} <= lead["properties"].keys()


async def test_calls_made_of_the_document_are_answered_as_it_says(both: Demo) -> None:
    scopes = tuple(Scope)
    store, address = both.service.parts.store, both.service.address
    site = await caller(store, address, START, *scopes, per_minute=1_000_000)
    schema = schemathesis.openapi.from_dict(await described(both))
    await asyncio.to_thread(call_everything, schema, site)
    await both.service.settle()
    assert (await both.service.parts.inbox.counts()).get("parked", 0) == 0


def call_everything(schema: Any, site: Caller) -> None:
    called = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        called += 1

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:
            response = case.call(base_url=site.address, auth=Signed(site))
            case.validate_response(response, checks=CHECKS)

        check()
    assert called == len(OPERATIONS)
