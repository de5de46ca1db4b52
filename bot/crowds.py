"""One way to work over everybody: span by span, here or in processes of their own.

A task looks at one span in one snapshot and writes nothing; what it finds is put together
by who asked. Few persons are looked at in this process, in spans so small that other
work goes on between; many by several processes, which open the database themselves. A
process that was asked ends with the one that asked, however that one dies.
"""

from __future__ import annotations

import asyncio
import ctypes
import signal
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from bot.clock import SystemClock
from bot.contexts import context_of
from bot.cores import cores
from bot.looks import is_ours
from config.texts import load_texts
from handlers.context import Accounts
from storage.database import open_database
from storage.errors import StorageError
from storage.ids import IdSource
from storage.lake.manifest import Lake, lake_in
from storage.population.source import FromDatabase, Source
from storage.queries.everybody import count_roots
from storage.unit_of_work import Store
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from config.settings import StoreSettings
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.population.whose import Span

X = TypeVar("X")
R = TypeVar("R")

#: From so many persons on several processes share the work.
MANY_PERSONS = 20_000
_MOST_PROCESSES = 4
#: Persons in one span where other work waits: less than a tenth of a second.
SMALL_SPAN = 150
#: Real seconds between two spans in a process that has other work as well.
PAUSE_SECONDS = 0.02
#: Whether files of histories can be read: the extra ``lake`` is installed.
HAS_LAKE = find_spec("pyarrow") is not None
#: Real seconds between two questions whether the work is still ours.
_ASK_SECONDS = 2.0
_WHEN_ONE_DIES = "Look in the log of the system whether memory ran out; nothing was changed."
#: ``prctl``: the signal that a process gets when its parent dies.
_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class View:
    """What a task works on: the store, the rules, and the moment of everything it says."""

    store: Store
    context: Context
    now: datetime
    source: Source


Task = Callable[[View, X], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Crowds:
    """Opens the way to everybody.

    With ``settings`` many persons are looked at by processes; ``processes`` asks for so
    many whatever there is to do. Whether ``duty`` is held is asked all the while: another
    process must not begin the same meanwhile.
    """

    store: Store
    context: Context
    clock: Clock
    settings: StoreSettings | None = None
    duty: Duty | None = None
    processes: int = 0

    async def over(self, task: Task[Span, R], now: datetime | None = None) -> list[R] | None:
        """Return what ``task`` finds in each span, in their order; None when it is not ours now.

        ``task`` travels to other processes, so it is a function of a module or a partial.
        All spans are looked at as of one moment, now unless it is given.
        """
        now = now or self.clock.now()
        if self.settings is None or not await self._is_worth_processes():
            return await self._here(task, now)
        home = await self._home(self.settings)
        source = home.source(now)
        async with self.store.database.read() as tx:
            spans = await source.spans(tx)
        return await self.apart(home, task, spans, now)

    async def _is_worth_processes(self) -> bool:
        if self.processes:
            return True
        async with self.store.database.read() as tx:
            return await count_roots(tx) >= MANY_PERSONS

    async def _home(self, settings: StoreSettings) -> Home:
        async with self.store.database.read() as tx:
            lake = await lake_in(lake_folder(settings), tx) if HAS_LAKE else None
        return Home.of(settings, lake)

    async def _here(self, task: Task[Span, R], now: datetime) -> list[R] | None:
        source, found = FromDatabase(SMALL_SPAN), []
        async with self.store.database.read() as tx:
            spans = await source.spans(tx)
        for span in spans:
            if not await is_ours(self.duty):
                return None
            view = View(self.store, self.context, now, source)
            found.append(await task(view, span))
            await asyncio.sleep(PAUSE_SECONDS)
        return found

    async def apart(
        self,
        home: Home,
        task: Task[X, R],
        items: Sequence[X],
        now: datetime,
        told: Callable[[R], Awaitable[None]] | None = None,
    ) -> list[R] | None:
        """Return what ``task`` finds in each item, in processes; None when it is not ours now.

        ``told`` hears of each answer as it comes, in any order.

        Raises:
            StorageError: the database is not there, or a process died over its item.
        """
        loop, spawn = asyncio.get_running_loop(), get_context("spawn")
        processes = self.processes or min(cores(), _MOST_PROCESSES)
        pool = ProcessPoolExecutor(processes, spawn, initializer=_settle_in, initargs=(home,))
        try:
            runs = [loop.run_in_executor(pool, _look, task, item, now) for item in items]
            waiting = set(runs)
            while waiting:
                done, waiting = await asyncio.wait(
                    waiting, timeout=_ASK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for run in done:
                    answer = await run
                    if told is not None:
                        await told(answer)
                if not await is_ours(self.duty):
                    return None
            return [run.result() for run in runs]
        except BrokenProcessPool as error:
            problem = "a process died that looked at a part of all persons"
            raise StorageError(problem, advice=_WHEN_ONE_DIES) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def crowds_of(parts: Parts, duty: str) -> Crowds:
    """Return the way to everybody of a service, for whoever holds a duty."""
    return Crowds(parts.store, parts.context, parts.clock, parts.settings.store, parts.duty(duty))


def lake_folder(settings: StoreSettings) -> Path:
    """Return where histories are kept in files."""
    return settings.data_dir / "lake"


# --------------------------------------------------------------- in another process


@dataclass(frozen=True, slots=True)
class Home:
    """All that another process needs to open the database, only to look."""

    url: str
    keys: dict[int, bytes] = field(repr=False)
    standby: frozenset[int]
    tables_dir: Path | None
    zone: str
    lake: Lake | None = None

    @classmethod
    def of(cls, store: StoreSettings, lake: Lake | None = None) -> Home:
        """Return what travels to another process."""
        return cls(
            store.database_url,
            dict(store.master_keys),
            store.standby_keys,
            store.tables_dir,
            store.zone.key,
            lake,
        )

    def source(self, now: datetime) -> Source:
        """Return where histories come from; no snapshot that is asked may be before ``now``."""
        if self.lake is None or not self.lake.manifest.buckets:
            return FromDatabase()
        from storage.lake.live import FromLake  # noqa: PLC0415 — an extra

        return FromLake(self.lake.folder, self.lake.manifest, now)

    async def open(self) -> Crowds:
        """Open the database beside whatever else runs.

        Raises:
            ConfigError, StorageError: a table is wrong, or the database cannot be opened.
        """
        clock, nobody = SystemClock(), Accounts("", "", "")
        context = context_of(load_texts(), self.tables_dir, ZoneInfo(self.zone), nobody)
        vault = Vault(MasterKeys(self.keys, self.standby))
        store = Store(await open_database(self.url), vault, IdSource(clock.now))
        return Crowds(store, context, clock)


class _Process:
    """This process where it was started to look: one event loop, one database, kept open."""

    home: Home
    runner: asyncio.Runner
    view: View | None = None


def _settle_in(home: Home) -> None:
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked is interrupted, and tells us
    _Process.home, _Process.runner = home, asyncio.Runner()


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent; elsewhere it ends after its item."""
    try:
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return


def _look(task: Task[X, R], item: X, now: datetime) -> R:
    return _Process.runner.run(_looked(task, item, now))


async def _looked(task: Task[X, R], item: X, now: datetime) -> R:
    view = _Process.view
    if view is None:  # one pool has one moment
        here = await _Process.home.open()
        view = View(here.store, here.context, now, _Process.home.source(now))
        _Process.view = view
    return await task(view, item)
