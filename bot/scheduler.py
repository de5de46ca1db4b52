"""Sweeps due timers into the inbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.storage_watch import StorageWatch
from storage.errors import LeaseLost, StorageError
from storage.timers import sweep_timers

if TYPE_CHECKING:
    from bot.cluster.duties import Duty
    from handlers.ports import Clock
    from storage.database import Database
    from storage.inbox import Inbox

log = structlog.get_logger("clew.scheduler")

#: Name of the duty that schedulers of several processes apply for.
SWEEP = "timer-sweep"
#: Real seconds between sweeps: timers are noticed well within a minute.
SWEEP_SECONDS = 0.5


class Scheduler:
    """Delivers what is due. One runs at a time; the others stand by for its duty."""

    def __init__(
        self, database: Database, inbox: Inbox, clock: Clock, duty: Duty | None = None
    ) -> None:
        """Sweep the timers of one database into one inbox; without ``duty`` nobody else does."""
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._duty = duty
        self._watch = StorageWatch("scheduler")

    async def run(self) -> None:
        """Sweep until cancelled, then give the duty back; a storage away is waited for."""
        try:
            while True:
                try:
                    await self.sweep()
                except StorageError as error:
                    self._watch.failed(error)
                else:
                    self._watch.worked()
                await asyncio.sleep(SWEEP_SECONDS)
        finally:
            await self._give_back()

    async def sweep(self) -> int:
        """Deliver everything that is due by the clock; return how many timers were.

        Raises:
            StorageError: the database is not there.
        """
        total = 0
        while swept := await self._sweep_some():
            total += swept
        return total

    async def _sweep_some(self) -> int:
        if self._duty is None:
            return await sweep_timers(self._database, self._inbox, self._clock.now())
        lease = await self._duty.held()
        if lease is None:
            return 0
        try:
            return await sweep_timers(self._database, self._inbox, self._clock.now(), fencing=lease)
        except LeaseLost:
            self._duty.lose()
            return 0

    async def _give_back(self) -> None:
        if self._duty is None:
            return
        try:
            await self._duty.give_back()
        except StorageError as error:
            log.warning("duty_not_given_back", error=type(error).__name__)
