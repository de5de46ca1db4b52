"""Says that the machine's clock was moved, by how much, and what to do about it.

Moments in rows, leases and budgets are read from that clock. A jump loses and
doubles nothing, but what waits for a moment waits longer, or is over at once.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.metrics import CLOCK_JUMPS

if TYPE_CHECKING:
    from handlers.ports import Clock

log = structlog.get_logger("clew.clock")

#: Real seconds between two looks.
LOOK_SECONDS = 5.0
#: A clock that is being steered gains or loses less than this between two looks.
LEAST = timedelta(seconds=2)


class ClockWatch:
    """Compares the clock with the time that really passed."""

    def __init__(self, clock: Clock) -> None:
        """Look at ``clock`` while :meth:`run` runs."""
        self._clock = clock
        self._last: tuple[datetime, float] | None = None

    async def run(self) -> None:
        """Look every :data:`LOOK_SECONDS` until cancelled."""
        while True:
            self.look(self._clock.now(), asyncio.get_running_loop().time())
            await asyncio.sleep(LOOK_SECONDS)

    def look(self, now: datetime, passed: float) -> timedelta | None:
        """Return by how much the clock jumped since the last look, and tell it; None if it did not.

        ``passed`` counts real seconds from any beginning (a monotonic clock).
        """
        last, self._last = self._last, (now, passed)
        if last is None:
            return None
        jump = (now - last[0]) - timedelta(seconds=passed - last[1])
        if abs(jump) < LEAST:
            return None
        direction = "forward" if jump > timedelta(0) else "back"
        CLOCK_JUMPS.labels(direction).inc()
        log.warning(
            "clock_jumped",
            direction=direction,
            seconds=round(abs(jump).total_seconds(), 1),
            advice="check the time service of this machine (timedatectl), then run clew doctor",
        )
        return jump
