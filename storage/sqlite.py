"""SQLite on stdlib ``sqlite3``: one writing thread, a few reading ones.

Every connection lives in its own thread, and a thread works first in, first
out. So a cancelled task cannot leave a transaction open behind it: its
rollback is queued behind its last statement and before the next ``begin``.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from storage.connection_thread import ConnectionThread, Turns, Work
from storage.errors import (
    Cause,
    Conflict,
    InvalidRow,
    SchemaMissing,
    StorageError,
    StorageUnavailable,
    over,
)
from storage.filling_sqlite import USUAL_CACHE_KIB, begin_filling, end_filling
from storage.protocols import Database, Dialect, Row, Transaction

T = TypeVar("T")

READERS = 3
#: How long a statement waits for another process, in milliseconds. Longer than
#: any transaction of ours, shorter than the patience of a person at a page.
BUSY_TIMEOUT_MS = 5_000

_PLACEHOLDER = re.compile(r"\$(\d+)")
_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_CAUSES = {
    sqlite3.SQLITE_BUSY: Cause.LOCKED,
    sqlite3.SQLITE_LOCKED: Cause.LOCKED,
    sqlite3.SQLITE_FULL: Cause.FULL,
    sqlite3.SQLITE_NOMEM: Cause.FULL,
    sqlite3.SQLITE_IOERR: Cause.GONE,
    sqlite3.SQLITE_CANTOPEN: Cause.GONE,
    sqlite3.SQLITE_READONLY: Cause.GONE,
    sqlite3.SQLITE_CORRUPT: Cause.GONE,
    sqlite3.SQLITE_NOTADB: Cause.GONE,
}


def path_of_url(url: str) -> Path:
    """Return the file that a ``sqlite://`` address names.

    What starts with a slash is absolute, however many slashes were written.

    Raises:
        StorageError: It names no file (a database in memory has one connection only).
    """
    path = url.removeprefix("sqlite://").partition("?")[0]
    if not path or ":memory:" in path:
        problem = "the SQLite address names no file"
        raise StorageError(problem, advice="Write sqlite:///path/clew.db; memory is not durable.")
    return Path(f"/{path.lstrip('/')}" if path.startswith("/") else path)


def connect(path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """Open a durable connection: WAL, ``synchronous=FULL``, references checked.

    Transactions are begun and ended by our own statements. The connection may
    be used by one thread at a time.
    """
    connection = sqlite3.connect(
        path,
        timeout=busy_timeout_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.row_factory = sqlite3.Row
    connection.create_function("clew_bytes", 1, bytes.fromhex, deterministic=True)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma temp_store = memory")
    # The leaves of an index over random keys have to stay in memory.
    connection.execute(f"pragma cache_size = -{USUAL_CACHE_KIB}")
    return connection


def wrapped(error: sqlite3.Error) -> StorageError:
    """Turn a driver error into ours; its text names tables and columns, never values."""
    code = getattr(error, "sqlite_errorcode", None)
    text = str(error)
    if code in _UNIQUE:
        return Conflict(_constraint(text))
    if isinstance(error, sqlite3.IntegrityError):
        return InvalidRow(f"SQLite refuses the row: {text}")
    if code is not None and (cause := _CAUSES.get(code & 0xFF)):
        return StorageUnavailable(f"SQLite: {text}", cause)
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in text:
        return StorageUnavailable("the SQLite file is closed", Cause.CLOSED)
    if text.startswith("no such table") or "no column named" in text or "no such column" in text:
        return SchemaMissing(f"SQLite: {text}")
    return StorageError(f"SQLite refuses the statement: {text}")


def _constraint(text: str) -> str:
    """Return ``table(column, …)`` from ``UNIQUE constraint failed: table.column, …``."""
    names = text.partition(": ")[2]
    if names.startswith("index "):
        return names.removeprefix("index ").strip("'")
    columns = [name.partition(".") for name in names.split(", ")]
    return f"{columns[0][0]}({', '.join(column for _, _, column in columns)})"


@lru_cache(maxsize=4096)
def translated(sql: str) -> tuple[str, tuple[int, ...]]:
    """Return ``sql`` with ``?`` placeholders, and which argument each of them takes."""
    order = tuple(int(number) - 1 for number in _PLACEHOLDER.findall(sql))
    return _PLACEHOLDER.sub("?", sql), order


def run_sql(connection: sqlite3.Connection, sql: str, args: Sequence[object]) -> sqlite3.Cursor:
    """Run one statement with ``$n`` placeholders; driver errors come out as they are."""
    text, order = translated(sql)
    return connection.execute(text, [args[i] for i in order])


class SqliteTransaction(Transaction):
    """A transaction on one connection thread."""

    dialect = Dialect.SQLITE

    def __init__(self, thread: ConnectionThread, begin: str, turns: Turns | None = None) -> None:
        """Begin with ``begin``, together with the first statement; ``turns`` are of writers."""
        self._thread = thread
        self._turns = turns
        self._begin = begin
        self._is_over = False
        #: Writes that :meth:`together` gathers; None outside of its block.
        self._gathered: list[Work[Any]] | None = None

    @property
    def may_go_on(self) -> bool:
        """See :meth:`Transaction.may_go_on`. Writers of other processes are not seen."""
        return self._turns is not None and not self._turns.are_waited_for()

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Transaction.fetch`."""
        return await self._run(lambda connection: run_sql(connection, sql, args).fetchall())

    async def execute(self, sql: str, *args: object) -> int:
        """See :meth:`Transaction.execute`."""
        return await self._run(lambda connection: max(run_sql(connection, sql, args).rowcount, 0))

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See :meth:`Transaction.execute_many`."""
        text, order = translated(sql)
        arguments = list(rows)
        if order != tuple(range(len(order))):
            arguments = [[row[i] for i in order] for row in arguments]
        if arguments:
            await self._write(lambda connection: connection.executemany(text, arguments))

    async def execute_set(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See :meth:`Transaction.execute_set`."""
        await self.execute_many(sql, rows)

    async def insert_set(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """See :meth:`Transaction.insert_set`."""
        signs = ", ".join("?" * len(columns))
        text = f"insert into {table} ({', '.join(columns)}) values ({signs})"
        if rows:
            await self._write(lambda connection: connection.executemany(text, rows))

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """See :meth:`Transaction.together`: to and fro between threads costs more than a write."""
        self._gathered = []
        try:
            yield
            if self._gathered:
                await self._run(_nothing)
        finally:
            self._gathered = None

    async def _write(self, work: Work[Any]) -> None:
        if self._is_over:
            raise over()
        if self._gathered is None:
            await self._run(work)
        else:
            self._gathered.append(work)

    async def roll_back(self) -> None:
        """See :meth:`Transaction.roll_back`."""
        await self.end(commit=False)

    async def lock_keys(self, keys: Iterable[bytes]) -> None:
        """See :meth:`Transaction.lock_keys`."""

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._is_over:
            raise over()
        if self._gathered:
            work, self._gathered = _after(self._gathered, work), []
        if self._begin:
            work, self._begin = _begun(self._begin, work), ""
        return await _wrapping(self._thread.run(work))

    async def end(self, *, commit: bool) -> None:
        """Commit or roll back, once; a failed commit is rolled back and raised."""
        if self._is_over:
            return
        self._is_over = True
        with self._ending(commit=commit):
            if not self._begin:
                await _wrapping(self._thread.run(_commit if commit else _roll_back))

    def let_go(self) -> None:
        """End a transaction that only read; the next one on its connection comes after."""
        if not self._is_over:
            self._is_over = True
            if not self._begin:
                with suppress(StorageUnavailable):  # closed meanwhile: that ended it
                    self._thread.run(_roll_back).cancel()  # it is done, nobody waits


def _nothing(_connection: sqlite3.Connection) -> None:
    """Do nothing, behind what was gathered."""


def _after(
    gathered: Sequence[Work[Any]], work: Callable[[sqlite3.Connection], T]
) -> Callable[[sqlite3.Connection], T]:
    """Return ``work`` with all that was gathered before it."""

    def all_of_it(connection: sqlite3.Connection) -> T:
        for one in gathered:
            one(connection)
        return work(connection)

    return all_of_it


def _begun(
    begin: str, work: Callable[[sqlite3.Connection], T]
) -> Callable[[sqlite3.Connection], T]:
    """Return ``work`` with ``begin`` before it."""

    def both(connection: sqlite3.Connection) -> T:
        connection.execute(begin)
        return work(connection)

    return both


async def _wrapping(running: Awaitable[T]) -> T:
    try:
        return await running
    except sqlite3.Error as error:
        raise wrapped(error) from None


def _commit(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("commit")
    except sqlite3.Error:
        _roll_back(connection)
        raise


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("rollback")


class SqliteDatabase(Database):
    """One SQLite file."""

    dialect = Dialect.SQLITE

    def __init__(self, url: str) -> None:
        """Take the address of the file; :meth:`open` also checks it."""
        self.url = url
        path = path_of_url(url)
        self._writer = ConnectionThread("writer", partial(connect, path))
        self._writing = Turns()
        self._readers = [
            ConnectionThread(f"reader-{i}", partial(_reader, path)) for i in range(READERS)
        ]
        self._free_readers: asyncio.LifoQueue[ConnectionThread] = asyncio.LifoQueue()
        for reader in self._readers:
            self._free_readers.put_nowait(reader)

    @classmethod
    async def open(cls, url: str) -> SqliteDatabase:
        """Open the file at ``url``, creating it when it is not there.

        Raises:
            StorageUnavailable: The file cannot be opened or is no database.
        """
        database = cls(url)
        try:
            await _wrapping(database._writer.run(lambda c: c.execute("select 1")))
        except StorageError:
            await database.close()
            raise
        return database

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """See :meth:`Database.write`. Writers of this process take turns."""
        async with self._writing:
            transaction = SqliteTransaction(self._writer, "begin immediate", self._writing)
            try:
                yield transaction
            except BaseException:
                await asyncio.shield(transaction.end(commit=False))
                raise
            await transaction.end(commit=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """See :meth:`Database.read`. The snapshot is taken by the first query."""
        reader = await self._free_readers.get()
        transaction = SqliteTransaction(reader, "begin")
        try:
            yield transaction
        finally:
            transaction.let_go()
            self._free_readers.put_nowait(reader)

    async def look(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Database.look`."""
        reader = await self._free_readers.get()
        try:
            return await _wrapping(reader.run(lambda c: run_sql(c, sql, args).fetchall()))
        finally:
            self._free_readers.put_nowait(reader)

    async def change(self, sql: str, *args: object) -> int:
        """See :meth:`Database.change`."""
        return await self._alone(lambda c: max(run_sql(c, sql, args).rowcount, 0))

    async def change_and_fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Database.change_and_fetch`."""
        return await self._alone(lambda c: run_sql(c, sql, args).fetchall())

    async def _alone(self, work: Work[T]) -> T:
        """Begin, work and commit in one go: one way to the thread and back instead of two."""

        def all_of_it(connection: sqlite3.Connection) -> T:
            connection.execute("begin immediate")
            try:
                result = work(connection)
            except BaseException:
                _roll_back(connection)
                raise
            _commit(connection)
            return result

        async with self._writing:
            return await _wrapping(self._writer.run(all_of_it))

    @asynccontextmanager
    async def filling(self) -> AsyncIterator[None]:
        """See :meth:`Database.filling`."""
        async with self._writing:
            await _wrapping(self._writer.run(begin_filling))
        try:
            yield
        finally:
            with suppress(StorageError):  # closed or away: then there is nothing to end
                async with self._writing:
                    await _wrapping(self._writer.run(end_filling))

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        for thread in (*self._readers, self._writer):
            await thread.close()


def _reader(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute("pragma query_only = true")
    return connection
