"""One at a time among all processes, for work that takes longer than a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from storage.errors import StorageError

if TYPE_CHECKING:
    from handlers.ports import Clock
    from storage.leases import Leases

log = structlog.get_logger("clew.turns")

#: How long the others wait for a holder that died.
HOLD_FOR = timedelta(seconds=30)
#: Real seconds between renewals, and between looks of those who wait.
RENEW_SECONDS = 10.0
LOOK_SECONDS = 0.1


class LeasedTurns:
    """Gives turns by leases in the database; renewed while they last."""

    def __init__(self, leases: Leases, clock: Clock) -> None:
        """Apply on behalf of one process, which asks for a name once at a time."""
        self._leases = leases
        self._clock = clock

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn, then hold it while the block runs.

        Raises:
            StorageError: the database is not there.
        """
        lease = await self._leases.acquire(name, HOLD_FOR, self._clock.now())
        while lease is None:
            await asyncio.sleep(LOOK_SECONDS)
            lease = await self._leases.acquire(name, HOLD_FOR, self._clock.now())
        renewing = asyncio.create_task(self._renew(name))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})
            await self._leases.release(lease)

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                if await self._leases.acquire(name, HOLD_FOR, self._clock.now()) is None:
                    log.warning("turn_lost", turn=name)
            except StorageError as error:
                log.warning("turn_not_renewed", turn=name, error=type(error).__name__)
