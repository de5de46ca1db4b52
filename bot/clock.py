"""The clocks: the machine's, and one that a story or demo moves by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of real time."""
        await asyncio.sleep(seconds)


class DrivenClock:
    """A clock that runs with real time (or stands still) and can be moved forward.

    Sleepers wake when the clock passes their moment, by running or by
    :meth:`advance`. With ``is_running`` false only :meth:`advance` moves it.
    """

    def __init__(self, start: datetime, *, is_running: bool) -> None:
        """Start at ``start`` (aware)."""
        self._base = start.astimezone(UTC)
        self._is_running = is_running
        self._started = self._real()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._ticket = itertools.count()

    @property
    def is_running(self) -> bool:
        """Whether it runs with real time between the moves by hand."""
        return self._is_running

    @staticmethod
    def _real() -> datetime:
        return datetime.now(UTC)

    def now(self) -> datetime:
        """Return this clock's moment in UTC."""
        if not self._is_running:
            return self._base
        return self._base + (self._real() - self._started)

    def advance(self, by: timedelta) -> datetime:
        """Move forward and wake every sleeper whose moment has come.

        Raises:
            ValueError: ``by`` is negative; business time never runs back.
        """
        if by < timedelta(0):
            message = f"cannot move the clock back by {-by}; give a positive span"
            raise ValueError(message)
        self._base += by
        self._wake()
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Wait until this clock has moved on by ``seconds``."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        until = self.now() + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (until, next(self._ticket), future))
        while not future.done():
            if not self._is_running:
                await future
                return
            remaining = (until - self.now()).total_seconds()
            await asyncio.wait({future}, timeout=max(remaining, 0.0))
            self._wake()

    def _wake(self) -> None:
        now = self.now()
        while self._sleepers and self._sleepers[0][0] <= now:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
