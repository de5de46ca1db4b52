"""Once a day, at night: what was kept long enough is dropped.

Payloads go first; the keys of inbox and outbox stay known, so that a late
repeat is still a repeat. Everything is done in small pieces between other work,
and may be cut off and begun again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.looks import is_ours, look_every
from bot.metrics import PURGED
from storage.api_keys import forget_calls
from storage.repositories.segments import forget_files
from storage.retention import day_done, forget_applied, forget_unknown, mark_day
from storage.uploads import forget_uploads

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from config.settings import KeepSettings
    from handlers.ports import Clock
    from storage.database import Database
    from storage.inbox import Inbox
    from storage.outbox import Outbox

log = structlog.get_logger("clew.housekeeping")

#: Name of the duty that schedulers of several processes apply for, and of its mark.
DUTY = "housekeeping"
#: How long a file waits for somebody to say how to read it.
DAY = timedelta(days=1)
#: From this hour of the business day on: when few people write.
NIGHT = time(3, 30)
#: Real seconds between two looks at the clock.
LOOK_SECONDS = 60.0
#: Rows dropped in one commit, and real seconds until the next: acknowledgements go on.
ROWS = 1_000
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Home:
    """What is tidied."""

    database: Database
    inbox: Inbox
    outbox: Outbox


class Housekeeper:
    """Drops what is too old. One works at a time; the others stand by for its duty."""

    def __init__(
        self, home: Home, keep: KeepSettings, zone: ZoneInfo, clock: Clock, duty: Duty | None
    ) -> None:
        """Keep things for as long as ``keep`` says; without ``duty`` nobody else tidies."""
        self._home = home
        self._keep = keep
        self._zone = zone
        self._clock = clock
        self._duty = duty

    async def run(self) -> None:
        """Tidy once a day until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.tidy_if_due, "housekeeper")

    async def tidy_if_due(self) -> bool:
        """Tidy unless that was done today, or it is too early, or another process does it.

        Raises:
            StorageError: a database is not there; the rest is done at the next look.
        """
        local = self._clock.now().astimezone(self._zone)
        if local.time() < NIGHT:
            return False
        async with self._home.database.read() as tx:
            is_done = await day_done(tx, DUTY) >= local.toordinal()
        if is_done or not await is_ours(self._duty):
            return False
        await self._tidy(self._clock.now())
        if not await is_ours(self._duty):
            return False
        async with self._home.database.write() as tx:
            await mark_day(tx, DUTY, local.toordinal())
        return True

    async def _tidy(self, now: datetime) -> None:
        home, keep = self._home, self._keep
        dropped = {
            "inbox_payloads": lambda: home.inbox.purge(now - keep.payloads, ROWS),
            "inbox_keys": lambda: home.inbox.forget(now - keep.keys, ROWS),
            "outbox_bodies": lambda: home.outbox.purge(now - keep.sent, ROWS),
            "applied_marks": lambda: self._forget_applied(now - keep.payloads),
            "unknown_updates": lambda: self._forget_unknown(now - keep.unknown),
            "uploads_left": lambda: self._forget_uploads(now - DAY, only_unstarted=True),
            "uploads": lambda: self._forget_uploads(now - keep.sent, only_unstarted=False),
            "api_nonces": lambda: self._forget_calls(now - DAY, nonces=True),
            "segment_files": lambda: self._forget_files(now),
            "api_calls": lambda: self._forget_calls(now - keep.keys, nonces=False),
        }
        counts = {what: await self._drop(what, drop) for what, drop in dropped.items()}
        log.info("tidied", **counts)

    async def _drop(self, what: str, drop: Callable[[], Awaitable[int]]) -> int:
        total = 0
        while rows := await drop():
            total += rows
            PURGED.labels(what).inc(rows)
            await asyncio.sleep(PAUSE_SECONDS)
            if not await is_ours(self._duty):
                break
        return total

    async def _forget_applied(self, before: datetime) -> int:
        unfinished = await self._home.inbox.unfinished(before, ROWS)
        if len(unfinished) == ROWS:
            return 0  # so many old rows wait that marks are none of the worries
        async with self._home.database.write() as tx:
            return await forget_applied(tx, before, unfinished, ROWS)

    async def _forget_unknown(self, before: datetime) -> int:
        async with self._home.database.write() as tx:
            return await forget_unknown(tx, before, ROWS)

    async def _forget_files(self, now: datetime) -> int:
        async with self._home.database.write() as tx:
            return await forget_files(tx, now, ROWS)

    async def _forget_calls(self, before: datetime, *, nonces: bool) -> int:
        async with self._home.database.write() as tx:
            return await forget_calls(tx, before, ROWS, nonces=nonces)

    async def _forget_uploads(self, before: datetime, *, only_unstarted: bool) -> int:
        async with self._home.database.write() as tx:
            return await forget_uploads(tx, before, 10, only_unstarted=only_unstarted)


def housekeeper_of(parts: Parts) -> Housekeeper:
    """Return the housekeeper of a service."""
    home = Home(parts.database, parts.inbox, parts.outbox)
    settings = parts.settings
    return Housekeeper(home, settings.keep, settings.store.zone, parts.clock, parts.duty(DUTY))
