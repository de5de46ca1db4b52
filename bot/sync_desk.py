"""Synchronisation as the command line asks for it: in this process, or of the running service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

import msgspec
from aiohttp import web

from handlers.actions.synchronise import begin
from storage.queries.sync_progress import SyncProgress, sync_progress

if TYPE_CHECKING:
    from bot.bootstrap import Parts

#: Asks the running service for a job by name: JSON out, JSON in.
Ask = Callable[[str, msgspec.Struct], Awaitable[bytes]]


class SyncDesk(Protocol):
    """What the command line may ask about the platform's customers as a whole."""

    async def begin(self) -> None:
        """Begin a synchronisation, or go on with the one that is under way."""
        ...

    async def progress(self) -> SyncProgress | None:
        """Return how far the newest synchronisation has come."""
        ...


class LocalSyncDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def begin(self) -> None:
        """Write the rows; whoever works on inbox and fetches does the rest."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            await begin(work)
            await work.commit()

    async def progress(self) -> SyncProgress | None:
        """Read how far it has come."""
        async with self._parts.database.read() as tx:
            return await sync_progress(tx)


class NoWords(msgspec.Struct):
    """Nothing to say: the job is enough."""


class RemoteSyncDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def begin(self) -> None:
        """Let the service begin."""
        await self._ask("sync-begin", NoWords())

    async def progress(self) -> SyncProgress | None:
        """Let the service tell how far it has come."""
        answer = await self._ask("sync-progress", NoWords())
        return msgspec.json.decode(answer, type=SyncProgress | None)


def add_sync_jobs(app: web.Application, desk: SyncDesk) -> None:
    """Let the service answer what :class:`RemoteSyncDesk` asks."""

    async def start(_request: web.Request) -> web.Response:
        await desk.begin()
        return web.json_response(None)

    async def progress(_request: web.Request) -> web.Response:
        body = msgspec.json.encode(await desk.progress())
        return web.Response(body=body, content_type="application/json")

    app.router.add_post("/sync-begin", start)
    app.router.add_post("/sync-progress", progress)
