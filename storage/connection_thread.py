"""One SQLite connection and the only thread that touches it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from storage.errors import Cause, StorageUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Turns(asyncio.Lock):
    """Whose turn it is to write."""

    def are_waited_for(self) -> bool:
        """Tell whether somebody waits until this turn ends."""
        return bool(self._waiters)


class ConnectionThread:
    """Works first in, first out; what was queued is done even if nobody waits for it any more.

    A queue and a future of the caller's loop take a third of the time that an
    executor's future, which any thread may wait for, costs per statement.
    """

    def __init__(self, name: str, connect: Callable[[], sqlite3.Connection]) -> None:
        """Connect in the thread, when there is something to do."""
        self._name = name
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._is_started = False
        self._is_closed = False

    def run(self, work: Work[T]) -> asyncio.Future[T]:
        """Queue ``work``; errors of the driver come out as they are.

        Raises:
            StorageUnavailable: this process closed the connection.
        """
        if self._is_closed:
            problem = "the SQLite file was closed by this process"
            raise StorageUnavailable(problem, Cause.CLOSED)
        return self._queue(work)

    async def close(self) -> None:
        """Do what is queued, disconnect, and end the thread."""
        if not self._is_closed:
            self._is_closed = True
            if self._is_started:
                await self._queue(None)

    def _queue(self, work: Work[Any] | None) -> asyncio.Future[Any]:
        if not self._is_started:
            self._is_started = True
            name = f"sqlite-{self._name}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()
        job = _Job(work, asyncio.get_running_loop())
        self._jobs.put(job)
        return job.future

    # ------------------------------------------------------- in the thread

    def _serve(self) -> None:
        is_open = True
        while is_open:
            job = self._jobs.get()
            is_open = job.work is not None
            try:
                result = self._do(job.work)
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                job.tell(None, error)
            else:
                job.tell(result, None)

    def _do(self, work: Work[Any] | None) -> Any:  # noqa: ANN401 - whatever the work returns
        if work is None:
            return self._disconnect()
        if self._connection is None:
            self._connection = self._connect()
        return work(self._connection)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _Job:
    """A piece of work (``None``: the last), and the future that its caller waits for."""

    __slots__ = ("_loop", "future", "work")

    def __init__(self, work: Work[Any] | None, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.future: asyncio.Future[Any] = loop.create_future()
        self._loop = loop

    def tell(self, result: object, error: BaseException | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: object, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)
