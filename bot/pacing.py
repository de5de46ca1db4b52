"""Acknowledgements go first: while callbacks crowd, the worker takes a small share of the loop.

A callback that is not acknowledged within seconds is lost work for both sides;
a row in the inbox is safe and can wait. So the worker looks how many callbacks
wait for their commit. A crowd of them means that the process has no time left:
then it applies smaller batches, steps aside after each row, and rests after each
batch until it has had its share. Without a crowd it never waits at all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

#: Callbacks that wait for their commit at once; fewer are the usual coming and going.
CROWD = 16
#: A crowd is one until so many seconds after it was last seen.
CROWD_SECONDS = 0.1
#: Share of the loop's time that the worker takes beside a crowd.
SHARE = 0.05
#: Its share while it applies welcomes: their codes live for 20 s (fact sheet 3.3).
URGENT_SHARE = 0.5
#: Rows of a batch, usually and beside a crowd: it holds a transaction open, and its end
#: holds the loop, for so long (eight rows at once: a p99 of acknowledgement half again as long).
BATCH, CROWDED_BATCH = 256, 2
#: Seconds aside after each row: a few rounds of the loop, so that a callback passes.
STEP_SECONDS = 0.002
#: Seconds of rest after which it looks whether the crowd is gone, and the longest rest:
#: the worker never starves.
LOOK_SECONDS, LONGEST_REST = 0.02, 1.0


class Pacing:
    """Tells the worker when to step aside; ``in_flight`` counts callbacks that wait."""

    def __init__(self, in_flight: Callable[[], int]) -> None:
        """Watch the callbacks that ``in_flight`` counts."""
        self._in_flight = in_flight
        self._crowded_until = 0.0
        self._aside = 0.0

    @property
    def is_crowded(self) -> bool:
        """Whether callbacks crowd, or did a moment ago."""
        now = time.perf_counter()
        if self._in_flight() >= CROWD:
            self._crowded_until = now + CROWD_SECONDS
        return now < self._crowded_until

    @property
    def batch(self) -> int:
        """How many rows to take at once."""
        return CROWDED_BATCH if self.is_crowded else BATCH

    async def step_aside(self) -> None:
        """Let callbacks pass between two rows, if they crowd."""
        if self.is_crowded:
            started = time.perf_counter()
            await asyncio.sleep(STEP_SECONDS)
            self._aside += time.perf_counter() - started

    async def rest(self, held: float, *, urgent: bool) -> None:
        """Rest after a batch that held the loop for ``held`` seconds, while callbacks crowd."""
        share = URGENT_SHARE if urgent else SHARE
        left = min(held * (1 / share - 1) - self._aside, LONGEST_REST)
        self._aside = 0.0
        until = time.perf_counter() + left
        # Nobody rings when a crowd is gone.
        while self.is_crowded and (left := until - time.perf_counter()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, LOOK_SECONDS))


class Metered(Generic[Result]):
    """Awaits a coroutine and adds up for how many seconds it held the event loop."""

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        """Run ``coroutine`` when this is awaited, once."""
        self._coroutine = coroutine
        self.held = 0.0

    def __await__(self) -> Generator[Any, Any, Result]:
        """Hand on what the coroutine waits for, and how that ended."""
        step: Callable[[], Any] = lambda: self._coroutine.send(None)  # noqa: E731
        while True:
            started = time.perf_counter()
            try:
                awaited = step()
            except StopIteration as end:
                result: Result = end.value
                return result
            finally:
                self.held += time.perf_counter() - started
            step = yield from self._handed_on(awaited)

    def _handed_on(self, awaited: Any) -> Generator[Any, Any, Callable[[], Any]]:  # noqa: ANN401
        try:
            value = yield awaited
        except BaseException as error:  # noqa: BLE001 - the coroutine's to deal with
            problem = error
            return lambda: self._coroutine.throw(problem)
        return lambda: self._coroutine.send(value)
