"""The web application: callback routes, health, metrics."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import AGES, CALLBACKS, INBOX_ROWS, OUTBOX_ROWS
from bot.storage_watch import StorageWatch, cause_of
from bot.visitors import PlatformVisitors
from bot.wecom.callback import callback_routes
from handlers.web.api.gate import Gate
from handlers.web.api.leads import Leads
from handlers.web.api.merges import MergeDoor
from handlers.web.api.reading import Reading
from handlers.web.api.routes import Api
from handlers.web.api.segments import SegmentDoor
from handlers.web.api.tags import TagReading
from handlers.web.collect.door import CollectDoor
from handlers.web.collect.segment import Segment
from handlers.web.collect.sensors import Sensors
from handlers.web.imports.door import Imports
from handlers.web.pages import Pages
from handlers.web.rendering import Renderer
from handlers.web.session import LoginPage
from handlers.web.tag_pages import TagPages
from storage.api_keys import ApiKeys
from storage.errors import StorageError
from storage.queries.ages import NONE, ages
from storage.readiness import check_writing
from storage.uploads import Uploads

if TYPE_CHECKING:
    from bot.bootstrap import Parts

#: Seconds that the storage may take to commit a probe's mark.
READY_WITHIN = 10.0


def create_app(parts: Parts) -> web.Application:
    """Return the application that the platform and probes call."""
    app = create_probes(parts)
    app.add_routes(
        callback_routes(parts.callbacks, parts.inbox, parts.clock, CALLBACKS, parts.shared.witness)
    )
    pages = _pages(parts)
    pages.mount(app)
    TagPages(pages).mount(app)
    _api(parts).mount(app)
    collect = _collect(parts)
    Sensors(collect).mount(app)
    Segment(collect).mount(app)
    _imports(parts).mount(app)
    return app


def create_probes(parts: Parts) -> web.Application:
    """Return the application of a process that takes no callbacks."""
    app = web.Application()
    health = Health(parts)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", health.metrics)
    return app


def _pages(parts: Parts) -> Pages:
    accounts = parts.context.accounts
    login = LoginPage(
        parts.settings.oauth_base, accounts.corp_id, accounts.agent_id, accounts.public_url
    )
    visitors = PlatformVisitors(parts.clients.corp.login)
    return Pages(parts.store, parts.context, parts.clock, visitors, login)


def _api(parts: Parts) -> Api:
    store = parts.store
    keys = ApiKeys(store.database, store.vault, store.ids)
    return Api(
        Gate(keys, parts.clock, parts.context.words, parts.shared.rates()),
        Leads(parts.context, keys, parts.inbox),
        Reading(parts.context, store, keys),
        parts.settings.public_url,
        TagReading(parts.context, store),
        SegmentDoor(parts.context, store),
        MergeDoor(parts.context, store),
    )


def _collect(parts: Parts) -> CollectDoor:
    store = parts.store
    keys = ApiKeys(store.database, store.vault, store.ids)
    rates = parts.shared.rates()
    return CollectDoor(keys, parts.inbox, parts.clock, parts.context.words, rates)


def _imports(parts: Parts) -> Imports:
    store, words = parts.store, parts.context.words
    return Imports(
        store,
        Uploads(store.database, store.vault, store.ids),
        ApiKeys(store.database, store.vault, store.ids),
        parts.context,
        parts.clock,
        Renderer(words),
        sorted(parts.texts.keys_under("field")),
    )


def _unavailable(reason: str, advice: str) -> web.Response:
    body = {"status": "unavailable", "reason": reason, "advice": advice}
    return web.json_response(body, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _refused_callbacks() -> float:
    """Return how many callbacks this process could not store."""
    return sum(
        sample.value
        for metric in CALLBACKS.collect()
        for sample in metric.samples
        if sample.labels["result"] == "storage_unavailable" and sample.name.endswith("_total")
    )


class Health:
    """Answers probes."""

    def __init__(self, parts: Parts) -> None:
        """Look at these parts."""
        self._parts = parts
        self._watch = StorageWatch("probes")
        self._refused = _refused_callbacks()

    async def alive(self, request: web.Request) -> web.Response:
        """Say that the process runs its loop."""
        del request
        return web.json_response({"status": "alive"})

    async def ready(self, request: web.Request) -> web.Response:
        """Say whether both databases take what is written; 503 and why when one does not."""
        del request
        parts = self._parts
        try:
            async with asyncio.timeout(READY_WITHIN):
                await check_writing(parts.database, parts.inbox, parts.clock.now())
        except StorageError as error:
            self._watch.failed(error)
            return _unavailable(cause_of(error), str(error))
        except TimeoutError:
            return _unavailable("slow", f"The storage took nothing for {READY_WITHIN:.0f} s.")
        self._watch.worked()
        before, self._refused = self._refused, _refused_callbacks()
        if self._refused > before:  # a mark needs less room than a callback
            return _unavailable("refusing", "Callbacks were refused since the last look: see log.")
        return web.json_response({"status": "ready"})

    async def _measure_ages(self) -> None:
        now, since = self._parts.clock.now(), await self._parts.inbox.oldest()
        async with self._parts.database.read() as tx:
            found = await ages(tx, now)
        found["inbox"] = max(now - since, NONE) if since else NONE
        for queue, age in found.items():
            AGES.labels(queue).set(age.total_seconds())

    async def metrics(self, request: web.Request) -> web.Response:
        """Return all counters, and gauges as far as the databases answer."""
        del request
        try:
            await self._look()
        except StorageError as error:
            self._watch.failed(error)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _look(self) -> None:
        for state, count in (await self._parts.inbox.counts()).items():
            INBOX_ROWS.labels(state.value).set(count)
        for name, number in (await self._parts.outbox.counts()).items():
            OUTBOX_ROWS.labels(str(name)).set(number)
        await self._measure_ages()
