"""One thread that writes a SQLite file; jobs that wait at the same time share a commit."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from storage.errors import Cause, StorageError, StorageUnavailable
from storage.sqlite import connect, wrapped

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

#: Jobs that share a commit at most: about 5 ms of work.
BATCH = 512
#: Jobs that may wait; beyond, the disk does not keep up and callers are told so.
QUEUE_LIMIT = 20_000
#: A platform waits 5 s for its answer; leave time to say no.
BUSY_TIMEOUT_MS = 2_000
#: Keys are random, so a commit touches many pages; a longer log (32 MB) writes
#: each of them back once instead of once per 4 MB. Measured: 1.5 times the rate.
CHECKPOINT_PAGES = 8_000


class _Job:
    """One caller's piece of work, its future, and how it ended."""

    __slots__ = ("error", "future", "is_compound", "result", "work")

    def __init__(self, work: Work[Any], future: asyncio.Future[Any], *, is_compound: bool) -> None:
        self.work = work
        self.future = future
        self.is_compound = is_compound
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the work; what it raises stays with its caller, unless the file is in trouble."""
        try:
            if self.is_compound:
                connection.execute("savepoint job")
            self.result = self.work(connection)
            if self.is_compound:
                connection.execute("release job")
        except Exception as error:
            self.error = wrapped(error) if isinstance(error, sqlite3.Error) else error
            if isinstance(self.error, StorageUnavailable) or not connection.in_transaction:
                raise
            if self.is_compound:
                connection.execute("rollback to job")
                connection.execute("release job")

    def deliver(self) -> None:
        """Tell the caller, in the event loop; a cancelled one is not told."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class GroupCommitThread:
    """The only writer of one SQLite file in this process.

    A batch that cannot be committed fails as a whole: every caller gets
    StorageUnavailable, and the next batch starts on a new connection.
    """

    def __init__(self, path: Path) -> None:
        """Start the thread; must be called with the event loop running."""
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, is_compound: bool = False) -> asyncio.Future[T]:
        """Queue ``work``; the future ends after the commit.

        Compound work runs several statements and is undone as a whole when it
        raises; simple work runs at most one statement that changes something.

        Raises:
            StorageUnavailable: Closed, or too many jobs are waiting.
        """
        if self._is_closed:
            problem = "the inbox was closed by this process"
            raise StorageUnavailable(problem, Cause.CLOSED)
        if self._jobs.qsize() >= QUEUE_LIMIT:
            problem = f"{QUEUE_LIMIT} deliveries wait for the disk"
            raise StorageUnavailable(problem, Cause.OVERLOADED)
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(work, future, is_compound=is_compound))
        return future

    async def close(self) -> None:
        """Commit what was submitted, then end the thread."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    # ------------------------------------------------------- in the thread

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._take()
            if batch:
                self._commit(batch)
                self._tell(batch)
        self._disconnect()

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for a job, then take all that are there; False after the last one."""
        batch: list[_Job] = []
        try:
            job = self._jobs.get()
            while job is not None:
                batch.append(job)
                if len(batch) == BATCH:
                    return batch, True
                job = self._jobs.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _commit(self, batch: list[_Job]) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self._path, busy_timeout_ms=BUSY_TIMEOUT_MS)
                self._connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._connection.execute("begin immediate")
            for job in batch:
                job.run(self._connection)
            self._connection.execute("commit")
        except Exception as error:  # noqa: BLE001 — everyone in the batch has to be told
            self._disconnect()
            for job in batch:
                job.error = _failure(error)

    def _disconnect(self) -> None:
        """Close the connection, which undoes what was not committed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _tell(self, batch: list[_Job]) -> None:
        def tell_all() -> None:
            for job in batch:
                job.deliver()

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell_all)


def _failure(error: Exception) -> StorageError:
    """Return an error of the batch for one caller: each raises its own."""
    known = wrapped(error) if isinstance(error, sqlite3.Error) else error
    if isinstance(known, StorageUnavailable):
        return StorageUnavailable(known.problem, known.cause)
    return StorageUnavailable(f"the inbox file failed: {known}", Cause.GONE)
