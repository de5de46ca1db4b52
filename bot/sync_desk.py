"""Synchronisation as the command line asks for it: in this process, or of the running service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from bot.reconciling import Check, Checked, Plan, Reconciler
from handlers.actions.synchronise import begin
from storage.inbox import InboxState
from storage.queries.sync_progress import SyncProgress, sync_progress

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts


class SyncDesk(Protocol):
    """What the command line may ask about the platform's customers as a whole."""

    async def begin(self) -> None:
        """Begin a synchronisation, or go on with the one that is under way."""
        ...

    async def progress(self) -> SyncProgress | None:
        """Return how far the newest synchronisation has come."""
        ...

    async def plan_check(self) -> Plan:
        """Return what a reconciliation compares, one by one."""
        ...

    async def check(self, check: Check) -> Checked:
        """Compare one list, or one page of it."""
        ...


class LocalSyncDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts
        self._reconciler = Reconciler(parts.clients.corp, parts.store, parts.clock)

    async def begin(self) -> None:
        """Write the rows; whoever works on inbox and fetches does the rest."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            await begin(work)
            await work.commit()

    async def progress(self) -> SyncProgress | None:
        """Read how far it has come, and whether a page that came is stuck."""
        seen = await self._read()
        if seen is None or seen.is_over or seen.asked:
            return seen
        counts = await self._parts.inbox.counts()
        under_way = counts.get(InboxState.PENDING, 0) + counts.get(InboxState.LEASED, 0)
        if under_way or not counts.get(InboxState.PARKED, 0):
            return seen
        # Unless a page took effect between the two looks, it is among the parked ones.
        again = await self._read()
        return replace(seen, is_parked=True) if again == seen else again

    async def _read(self) -> SyncProgress | None:
        async with self._parts.database.read() as tx:
            return await sync_progress(tx)

    async def plan_check(self) -> Plan:
        """Ask the platform who may have customers."""
        return await self._reconciler.plan()

    async def check(self, check: Check) -> Checked:
        """Ask the platform and compare."""
        return await self._reconciler.check(check)


class CheckWords(msgspec.Struct):
    """Which comparison to make."""

    check: Check


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

    async def plan_check(self) -> Plan:
        """Let the service plan."""
        return msgspec.json.decode(await self._ask("check-plan", NoWords()), type=Plan)

    async def check(self, check: Check) -> Checked:
        """Let the service compare."""
        answer = await self._ask("check", CheckWords(check))
        return msgspec.json.decode(answer, type=Checked)


def add_sync_jobs(app: web.Application, desk: SyncDesk) -> None:
    """Let the service answer what :class:`RemoteSyncDesk` asks."""
    add_jobs(
        app,
        {
            "sync-begin": Job(NoWords, lambda _: desk.begin()),
            "sync-progress": Job(NoWords, lambda _: desk.progress()),
            "check-plan": Job(NoWords, lambda _: desk.plan_check()),
            "check": Job(CheckWords, lambda asked: desk.check(asked.check)),
        },
    )
