"""Calls that are made at the same time share one round trip to the database.

There is no timer: whatever queued up while the previous group was under way
goes into the next one, as in the inbox's group commit. A lone caller waits for
nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from storage.errors import StorageUnavailable

T = TypeVar("T")
R = TypeVar("R")

#: Items of one group at most, so that a group after an outage stays short.
MOST = 128

_Waiting = tuple[T, asyncio.Future[R]]


class Grouped(Generic[T, R]):
    """Hands items to ``work`` in groups; each caller gets the result of its own item.

    A group that fails is repeated item by item, so that one bad item fails alone.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        """``work`` takes all items of a group and returns their results, in order."""
        self._work = work
        self._waiting: list[_Waiting[T, R]] = []
        self._running: asyncio.Task[None] | None = None

    async def do(self, item: T) -> R:
        """Return the result of ``item``; cancelling the caller does not take it back.

        Raises:
            StorageError: as ``work`` raised it.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="grouped calls")
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._settle(group)
        finally:
            self._running = None
            for _, future in self._waiting:  # cancelled: the process ends
                future.cancel()

    async def _settle(self, group: Sequence[_Waiting[T, R]]) -> None:
        try:
            results = await self._work([item for item, _ in group])
        except asyncio.CancelledError:
            for _, future in group:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            await self._failed(group, error)
        else:
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)

    async def _failed(self, group: Sequence[_Waiting[T, R]], error: Exception) -> None:
        if len(group) > 1 and not isinstance(error, StorageUnavailable):
            for one in group:
                await self._settle([one])
            return
        for _, future in group:
            if not future.done():
                future.set_exception(_own(error))


def _own(error: Exception) -> Exception:
    """Return an error for one of several callers: each raises its own."""
    if isinstance(error, StorageUnavailable):
        return StorageUnavailable(error.problem, error.cause)
    return error
