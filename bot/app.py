"""The web application: callback routes, health, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import AGES, CALLBACKS, INBOX_ROWS, OUTBOX_ROWS
from bot.visitors import PlatformVisitors
from bot.wecom.callback import callback_routes
from handlers.web.pages import Pages
from handlers.web.session import LoginPage
from storage.errors import StorageError
from storage.queries.ages import NONE, ages

if TYPE_CHECKING:
    from bot.bootstrap import Parts

log = structlog.get_logger("clew.app")


def create_app(parts: Parts) -> web.Application:
    """Return the application that the platform and probes call."""
    app = create_probes(parts)
    app.add_routes(
        callback_routes(parts.callbacks, parts.inbox, parts.clock, CALLBACKS, parts.shared.witness)
    )
    _pages(parts).mount(app)
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


class Health:
    """Answers probes."""

    def __init__(self, parts: Parts) -> None:
        """Look at these parts."""
        self._parts = parts

    async def alive(self, request: web.Request) -> web.Response:
        """Say that the process runs its loop."""
        del request
        return web.json_response({"status": "alive"})

    async def ready(self, request: web.Request) -> web.Response:
        """Say whether both databases answer; 503 when one does not."""
        del request
        try:
            async with self._parts.database.read() as tx:
                await tx.fetch("select 1 as one")
            await self._parts.inbox.counts()
        except StorageError as error:
            body = {"status": "unavailable", "reason": type(error).__name__}
            return web.json_response(body, status=503)
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
            log.warning("storage_unavailable", error=type(error).__name__)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _look(self) -> None:
        for state, count in (await self._parts.inbox.counts()).items():
            INBOX_ROWS.labels(state.value).set(count)
        for name, number in (await self._parts.outbox.counts()).items():
            OUTBOX_ROWS.labels(str(name)).set(number)
        await self._measure_ages()
