"""Puts deliveries into the inbox: one statement and one commit for all who wait.

There is no timer: whatever queued up while the previous commit was running goes
into the next one. A lone caller waits for nobody, and under load a commit is
shared by dozens (measured: 22 times single commits at 256 rows each).

Deliveries are prepared (opened, named, sealed) in the event loop, a batch in one
go: warm code takes half the time, and a thread that computed would fight the
loop for the interpreter. Only the database works beside it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from storage.errors import Cause, StorageUnavailable
from storage.inbox_sql import NewRow, rows_of

if TYPE_CHECKING:
    from storage.ids import IdSource
    from storage.inbox_contract import Delivery
    from storage.signal import WorkSignal
    from storage.vault import Vault

#: Deliveries that share a commit at most: preparing them holds the event loop for some 5 ms.
BATCH = 128
#: Deliveries that may wait; beyond, the database does not keep up and callers are told so.
QUEUE_LIMIT = 20_000

#: Hears how many callers shared a commit, and for how many seconds the first of them waited.
OnCommit = Callable[[int, float], None]
#: Commits rows, each key once, and returns the ids of those that are new.
Insert = Callable[[Sequence[NewRow]], Awaitable[AbstractSet[int]]]


class Flusher:
    """What stands between the callers of ``put`` and the table."""

    def __init__(
        self,
        inserts: Sequence[Insert],
        vault: Vault,
        ids: IdSource,
        signal: WorkSignal,
        on_commit: OnCommit | None = None,
    ) -> None:
        """Start; must be called with the event loop running.

        Each of ``inserts`` has one commit under way at a time. ``signal`` rings when
        something new was stored, ``on_commit`` hears of each commit.
        """
        self._vault = vault
        self._ids = ids
        self._signal = signal
        self._on_commit = on_commit
        self._waiting: deque[_Waiting] = deque()
        self._in_commit = 0
        self._has_waiting = asyncio.Event()
        self._is_closed = False
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            asyncio.create_task(self._flush_until_closed(insert), name="inbox-flusher")
            for insert in inserts
        ]

    @property
    def in_flight(self) -> int:
        """How many deliveries wait for their commit."""
        return len(self._waiting) + self._in_commit

    def put(self, prepare: Callable[[], Delivery]) -> asyncio.Future[bool]:
        """Store a delivery; see :meth:`storage.inbox_contract.Inbox.put`."""
        if self._is_closed:
            problem = "the inbox was closed by this process"
            raise StorageUnavailable(problem, Cause.CLOSED)
        if len(self._waiting) >= QUEUE_LIMIT:
            problem = f"{QUEUE_LIMIT} deliveries wait for the database"
            raise StorageUnavailable(problem, Cause.OVERLOADED)
        future: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(_Waiting(prepare, future, self._loop.time()))
        self._has_waiting.set()
        return future

    async def close(self) -> None:
        """Store what was put, then stop."""
        self._is_closed = True
        self._has_waiting.set()
        await asyncio.gather(*self._tasks)

    async def _flush_until_closed(self, insert: Insert) -> None:
        while self._waiting or not self._is_closed:
            await self._has_waiting.wait()
            self._has_waiting.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                self._in_commit += len(batch)
                await self._flush(insert, [waiting for waiting in batch if waiting.is_prepared()])
                self._in_commit -= len(batch)

    async def _flush(self, insert: Insert, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            deliveries = [waiting.delivery for waiting in batch]
            rows = rows_of(deliveries, self._vault, self._ids)
            new = await insert(rows)
        except StorageUnavailable as error:
            for waiting in batch:
                waiting.fail(StorageUnavailable(error.problem, error.cause))
        except Exception as error:  # noqa: BLE001 — a row may be the culprit: find it alone
            await self._find_culprit(insert, batch, error)
        else:
            for waiting, row in zip(batch, rows, strict=True):
                waiting.succeed(is_new=row[0] in new)
            if new:
                self._signal.notify()
            if self._on_commit is not None:
                self._on_commit(len(batch), self._loop.time() - batch[0].since)

    async def _find_culprit(
        self, insert: Insert, batch: Sequence[_Waiting], error: Exception
    ) -> None:
        """Store a refused batch one by one, so that only the refused row fails."""
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for waiting in batch:
            await self._flush(insert, [waiting])


class _Waiting:
    """A caller of ``put`` and, once prepared, the delivery."""

    __slots__ = ("delivery", "future", "prepare", "since")

    def __init__(
        self, prepare: Callable[[], Delivery], future: asyncio.Future[bool], since: float
    ) -> None:
        self.prepare = prepare
        self.future = future
        self.since = since
        self.delivery: Delivery

    def is_prepared(self) -> bool:
        """Prepare the delivery; what that raises is the caller's."""
        try:
            self.delivery = self.prepare()
        except Exception as error:  # noqa: BLE001 — handed to the one who waits for it
            self.fail(error)
            return False
        return True

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def succeed(self, *, is_new: bool) -> None:
        if not self.future.done():
            self.future.set_result(is_new)
