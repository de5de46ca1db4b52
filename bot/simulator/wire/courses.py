"""How callbacks travel besides straight: in copies, late, overtaken, in a crowd."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Until(StrEnum):
    """What ends a hold."""

    #: So many later ones have left.
    OVERTAKEN = "overtaken"
    #: So many are held; they leave at once.
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Hold:
    """Held back until ``until`` holds for ``count``, at most ``seconds`` (real)."""

    until: Until
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Course:
    """How one callback travels: so many ``copies``, ``delay`` (real seconds) late, held back."""

    copies: int = 1
    delay: float = 0.0
    hold: Hold | None = None


@dataclass(slots=True)
class WaitingRoom(Generic[T]):
    """Keeps what does not travel straight; ``leave`` takes one on its way, ``rush`` a crowd."""

    leave: Callable[[T], None]
    rush: Callable[[list[T]], None]
    _left: int = 0
    _overtaken: dict[asyncio.Event, int] = field(default_factory=dict)
    _crowd: list[T] = field(default_factory=list)
    _travels: set[asyncio.Task[None]] = field(default_factory=set)

    def enter(self, items: list[T], course: Course) -> None:
        """Let the items leave as ``course`` says; straight ones leave at once."""
        if course.delay <= 0 and course.hold is None:
            self._go(items)
            return
        travel = asyncio.create_task(self._travel(items, course, self._left))
        self._travels.add(travel)
        travel.add_done_callback(self._travels.discard)

    async def close(self) -> None:
        """Forget everything that waits."""
        for travel in self._travels:
            travel.cancel()
        await asyncio.gather(*self._travels, return_exceptions=True)
        self._crowd.clear()

    async def _travel(self, items: list[T], course: Course, left_before: int) -> None:
        await asyncio.sleep(course.delay)
        match course.hold:
            case Hold(Until.OVERTAKEN, count, seconds):
                await self._wait_until_left(left_before + count, seconds)
                self._go(items)
            case Hold(Until.TOGETHER, count, seconds):
                self._crowd += items
                if len(self._crowd) < count:
                    await asyncio.sleep(seconds)
                self._disperse()
            case _:
                self._go(items)

    async def _wait_until_left(self, target: int, seconds: float) -> None:
        if self._left >= target:
            return
        is_overtaken = asyncio.Event()
        self._overtaken[is_overtaken] = target
        try:
            async with asyncio.timeout(seconds):
                await is_overtaken.wait()
        except TimeoutError:
            return  # Nobody came; it goes as it is.
        finally:
            del self._overtaken[is_overtaken]

    def _go(self, items: list[T]) -> None:
        for item in items:
            self.leave(item)
        self._left += len(items)
        for is_overtaken, target in self._overtaken.items():
            if self._left >= target:
                is_overtaken.set()

    def _disperse(self) -> None:
        crowd, self._crowd = self._crowd, []
        self._left += len(crowd)
        self.rush(crowd)
