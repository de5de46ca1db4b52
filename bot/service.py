"""A running Clew: the loops of one process and its web server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from bot.app import create_app, create_probes
from bot.bootstrap import Parts, build
from bot.clock import SystemClock
from bot.clock_watch import ClockWatch
from bot.cluster.roles import ALL_ROLES, ProcessRole, check_roles, is_sqlite
from bot.cluster.sole import sole_service
from bot.company_blocks import company_blocks_of
from bot.directory import sync_directory
from bot.housekeeping import housekeeper_of
from bot.importer import importer_of
from bot.lake import lake_keeper_of
from bot.list_sweeper import list_sweeper_of
from bot.loops import looping
from bot.office import LocalOffice
from bot.office_wire import listening
from bot.scheduler import SWEEP, Scheduler
from bot.scoring.days import day_keeper_of
from bot.scoring.keeper import score_keeper_of
from bot.scoring.seeding import keep_rules
from bot.segmenting import segment_runner_of
from bot.tagging import tag_sweeper_of
from domain.chat.models import load_models
from handlers.actions.kinds import release_known
from storage.inbox import InboxState
from storage.queries.queues import work_waits

if TYPE_CHECKING:
    from config.settings import Settings
    from handlers.ports import Clock

log = structlog.get_logger("clew.service")

#: How long requests under way may take while the server stops.
GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.01
_INTRODUCTION = b"clew introduction"


@dataclass(slots=True)
class Service:
    """One process: what it is made of, and where it answers."""

    parts: Parts
    scheduler: Scheduler
    address: str

    async def settle(self) -> None:
        """Return when nothing is under way: no row, no fetch, no push, no due timer."""
        calm = 0
        while calm < 2:  # noqa: PLR2004 - twice in a row: one loop may hand over to another
            calm = calm + 1 if await self._is_calm() else 0
            await asyncio.sleep(_POLL_SECONDS)

    async def _is_calm(self) -> bool:
        parts = self.parts
        if await self.scheduler.sweep():
            return False
        waiting = await parts.inbox.counts()
        if any(waiting.get(state, 0) for state in (InboxState.PENDING, InboxState.LEASED)):
            return False
        if parts.worker.is_busy or parts.relay.is_busy or parts.fetcher.is_busy:
            return False
        now = parts.clock.now()
        async with parts.database.read() as tx:
            return not await work_waits(tx, now)


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock, roles: frozenset[ProcessRole] = ALL_ROLES
) -> AsyncIterator[Service]:
    """Run the roles in this process until the block is left, then drain.

    On the way out the server refuses new callbacks (the platform comes again),
    the loops finish what they have in hand and give the rest back, and the
    databases close. A process without the web role answers probes only.

    Raises:
        ProcessRefusedError: another process is in the way, or needs what is not there.
        ConfigError, StorageError: as :func:`bot.bootstrap.build`.
        OSError: the address to listen on is taken.
    """
    check_roles(roles, settings.store)
    with sole_service(settings.store):
        async with build(settings, clock) as parts, _serving(parts, roles) as service:
            yield service


@asynccontextmanager
async def _serving(parts: Parts, roles: frozenset[ProcessRole]) -> AsyncIterator[Service]:
    settings = parts.settings
    app = create_app(parts) if ProcessRole.WEB in roles else create_probes(parts)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, settings.listen_host, settings.listen_port)
    scheduler = Scheduler(parts.database, parts.inbox, parts.clock, parts.duty(SWEEP))
    try:
        if ProcessRole.WORKER in roles:
            load_models()
            await _introduce(parts)
        await site.start()
        async with _office(parts), _loops(parts, scheduler, roles):
            address = f"http://{settings.listen_host}:{_port(runner)}"
            log.info("started", address=address, roles=sorted(roles))
            yield Service(parts, scheduler, address)
            await site.stop()
    finally:
        await runner.cleanup()
        log.info("stopped", roles=sorted(roles))


def _office(parts: Parts) -> AbstractAsyncContextManager[None]:
    """Listen to the command line where it may not write itself."""
    if not is_sqlite(parts.settings.store):
        return nullcontext()
    return listening(LocalOffice(parts), parts.settings.office_socket)


def _port(runner: web.AppRunner) -> int:
    address = runner.addresses[0]
    return int(address[1])


async def _introduce(parts: Parts) -> None:
    """Write channels and pools down, and learn who works here."""
    catalog, now = parts.context.catalog, parts.clock.now()
    async with parts.store.unit_of_work(now) as work:
        await work.tx.lock_keys([_INTRODUCTION])  # replicas that start at once take turns
        await work.organisation.put_channels(
            (c.code, c.parent, c.name, catalog.channels.kind_of(c.code).value, round(c.cost * 100))
            for c in catalog.channels.channels.values()
        )
        await work.organisation.put_pools(
            (p.code, p.name, catalog.default_line, p.rules.capacity or 0)
            for p in catalog.pools.pools.values()
        )
        await keep_rules(parts, work)
        await release_known(work, parts.context)
        await work.commit()
    managers = parts.settings.corp.managers
    await sync_directory(parts.clients.corp.directory, parts.store, managers, now)


@asynccontextmanager
async def _loops(
    parts: Parts, scheduler: Scheduler, roles: frozenset[ProcessRole]
) -> AsyncIterator[None]:
    loops = (
        *((ProcessRole.WORKER, run) for run in parts.worker.runs),
        (ProcessRole.RELAY, parts.relay.run),
        (ProcessRole.RELAY, parts.fetcher.run),
        (ProcessRole.SCHEDULER, scheduler.run),
        (ProcessRole.SCHEDULER, housekeeper_of(parts).run),
        (ProcessRole.SCHEDULER, importer_of(parts).run),
        (ProcessRole.SCHEDULER, score_keeper_of(parts).run),
        (ProcessRole.SCHEDULER, day_keeper_of(parts).run),
        (ProcessRole.SCHEDULER, tag_sweeper_of(parts).run),
        (ProcessRole.SCHEDULER, lake_keeper_of(parts).run),
        (ProcessRole.SCHEDULER, segment_runner_of(parts).run),
        (ProcessRole.SCHEDULER, list_sweeper_of(parts).run),
        (ProcessRole.SCHEDULER, company_blocks_of(parts).run),
    )
    runs = [run for role, run in loops if role in roles]
    if isinstance(parts.clock, SystemClock):  # a driven clock jumps on purpose
        runs.append(ClockWatch(parts.clock).run)
    runs.append(parts.lists.run)
    if parts.shared.wake_ups is not None:
        runs += [parts.shared.wake_ups.tell, parts.shared.wake_ups.hear]
    async with looping(runs):
        yield
