"""PostgreSQL on asyncpg: a pool of connections."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from typing import Any

import asyncpg

from storage.errors import (
    Cause,
    Conflict,
    InvalidRow,
    SchemaMissing,
    StorageError,
    StorageUnavailable,
    over,
)
from storage.protocols import Database, Dialect, Row, Transaction
from storage.row_sets import over_rows

POOL_SIZE = 10
#: Seconds until a statement or a connection attempt is given up.
STATEMENT_TIMEOUT = 30.0
CONNECT_TIMEOUT = 5.0
#: Seconds until waiting for a free connection of the pool is given up.
ACQUIRE_TIMEOUT = 5.0
#: Seconds until connections that are still in use are cut off when the pool closes.
CLOSE_TIMEOUT = 10.0
#: Seconds after which the server ends the session of a process that stands still in the
#: middle of a transaction: others wait for its locks. None of ours waits for anything else.
STANDSTILL_TIMEOUT = 20.0
#: Prepared statements kept per connection: more than the product has.
STATEMENTS = 512

#: The client's internal error is how a connection cut by the server shows at times.
_DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
_KEY_COLUMNS = re.compile(r"^Key \((.+?)\)=\(")
_UNIQUE = "23505"
#: By SQLSTATE, else by its class (first two characters).
_CAUSES = {
    "40001": Cause.LOCKED,  # serialization failure
    "40P01": Cause.LOCKED,  # deadlock
    "55P03": Cause.LOCKED,  # lock not available
    "57014": Cause.LOCKED,  # statement cancelled, by a timeout
    "08": Cause.GONE,  # connection
    "25P03": Cause.GONE,  # we stood still in a transaction
    "28": Cause.GONE,  # login refused
    "3D": Cause.GONE,  # no such database
    "53": Cause.FULL,  # disk, memory, connections
    "57": Cause.GONE,  # shutdown
}
_INTEGRITY_CLASSES = {"22", "23"}
_SCHEMA = {"42P01", "42703", "3F000"}


def wrapped(error: Exception) -> StorageError:
    """Turn a driver error into ours, without the values that its details may hold."""
    if isinstance(error, asyncpg.PostgresError):
        return _by_state(error)
    if isinstance(error, asyncpg.InterfaceError):
        return _of_interface(error)
    if isinstance(error, TimeoutError):
        return StorageUnavailable("PostgreSQL did not answer in time", Cause.LOCKED)
    return StorageUnavailable(f"PostgreSQL is not reachable ({type(error).__name__})", Cause.GONE)


def _by_state(error: Any) -> StorageError:  # noqa: ANN401 — asyncpg has no annotations
    state = error.sqlstate or "unknown"
    name = f"{type(error).__name__} {state}"
    if state == _UNIQUE:
        return Conflict(_constraint(error))
    if cause := _CAUSES.get(state) or _CAUSES.get(state[:2]):
        return StorageUnavailable(f"PostgreSQL: {name}", cause)
    if state[:2] in _INTEGRITY_CLASSES:
        return InvalidRow(f"PostgreSQL refuses the row: {name} {error.constraint_name or ''}")
    problem = f"{name}: {error.args[0]}"
    if state in _SCHEMA:
        return SchemaMissing(f"PostgreSQL: {problem}")
    return StorageError(f"PostgreSQL refuses the statement: {problem}")


def _of_interface(error: Exception) -> StorageError:
    if isinstance(error, asyncpg.DataError):
        return InvalidRow("PostgreSQL refuses an argument: wrong type or out of range")
    text = str(error)
    if "clos" in text:
        return StorageUnavailable("the PostgreSQL connection is closed", Cause.CLOSED)
    return StorageError(f"asyncpg refuses the call: {text}")


def _constraint(error: Any) -> str:  # noqa: ANN401 — asyncpg has no annotations
    """Return ``table(column, …)``; an index over an expression is named by its name."""
    found = _KEY_COLUMNS.match(error.detail or "")
    if found is None or "(" in found[1]:
        return str(error.constraint_name)
    return f"{error.table_name}({found[1].replace(chr(34), '')})"


@contextmanager
def wrapping() -> Iterator[None]:
    """Let no driver error out of the block."""
    try:
        yield
    except _DRIVER_ERRORS as error:
        raise wrapped(error) from None


class PostgresTransaction(Transaction):
    """A transaction on one connection of the pool."""

    dialect = Dialect.POSTGRES

    def __init__(self, connection: Any, transaction: Any, sets: dict[str, str]) -> None:  # noqa: ANN401 — asyncpg has no annotations
        """Take a connection and its transaction, which has begun.

        ``sets`` keeps what :meth:`execute_set` made of statements, for the database.
        """
        self._connection = connection
        self._sets = sets
        self._transaction = transaction
        self._is_over = False

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Transaction.fetch`."""
        with self._open():
            rows: Sequence[Row] = await self._connection.fetch(sql, *args)
            return rows

    async def execute(self, sql: str, *args: object) -> int:
        """See :meth:`Transaction.execute`."""
        with self._open():
            return _count(await self._connection.execute(sql, *args))

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See :meth:`Transaction.execute_many`."""
        with self._open():
            await self._connection.executemany(sql, rows)

    async def execute_set(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See :meth:`Transaction.execute_set`."""
        columns = list(zip(*rows, strict=True))
        if not columns:
            return
        with self._open():
            if sql not in self._sets:
                statement = await self._connection.prepare(sql)
                types = [parameter.name for parameter in statement.get_parameters()]
                self._sets[sql] = over_rows(sql, types)
            await self._connection.execute(self._sets[sql], *columns)

    async def insert_set(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """See :meth:`Transaction.insert_set`; COPY in the binary form."""
        if rows:
            with self._open():
                await self._connection.copy_records_to_table(
                    table, records=rows, columns=list(columns)
                )

    async def roll_back(self) -> None:
        """See :meth:`Transaction.roll_back`."""
        await self.end(commit=False)

    async def lock_keys(self, keys: Iterable[bytes]) -> None:
        """See :meth:`Transaction.lock_keys`.

        The keys are hashed to 64 bits; two keys with one hash only wait longer.
        """
        numbers = sorted({int.from_bytes(sha256(k).digest()[:8], signed=True) for k in keys})
        if numbers:
            await self.fetch(
                "select pg_advisory_xact_lock(k) from unnest($1::bigint[]) as k", numbers
            )

    async def end(self, *, commit: bool) -> None:
        """Commit or roll back, once; on a lost connection the server rolls back itself."""
        if self._is_over:
            return
        self._is_over = True
        with self._ending(commit=commit), wrapping():
            if commit:
                await self._transaction.commit()
            elif not self._connection.is_closed():
                await self._transaction.rollback()

    @contextmanager
    def _open(self) -> Iterator[None]:
        if self._is_over:
            raise over()
        with wrapping():
            yield


class PostgresDatabase(Database):
    """One PostgreSQL database."""

    dialect = Dialect.POSTGRES

    def __init__(self, url: str, pool: Any) -> None:  # noqa: ANN401 — asyncpg has no annotations
        """Take an open pool."""
        self.url = url
        self._pool = pool
        self._sets: dict[str, str] = {}

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """See :meth:`Database.write`."""
        async with self._transaction(isolation="read_committed") as transaction:
            yield transaction

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """See :meth:`Database.read`."""
        async with self._transaction(isolation="repeatable_read", readonly=True) as transaction:
            yield transaction

    async def look(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Database.look`."""
        with wrapping():
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
                rows: Sequence[Row] = await connection.fetch(sql, *args)
                return rows

    async def change(self, sql: str, *args: object) -> int:
        """See :meth:`Database.change`: without a transaction around it, it is one itself."""
        with wrapping():
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
                return _count(await connection.execute(sql, *args))

    async def change_and_fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """See :meth:`Database.change_and_fetch`."""
        return await self.look(sql, *args)

    async def close(self) -> None:
        """See :meth:`Database.close`; a statement that hangs is cut off."""
        # On its way out of a time limit the pool cuts off what did not end.
        with wrapping(), suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._pool.close()

    @asynccontextmanager
    async def _transaction(self, **options: object) -> AsyncIterator[Transaction]:
        # Errors of the caller's own block pass through: statements wrap theirs themselves.
        with wrapping():
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT)
        try:
            inner = connection.transaction(**options)
            with wrapping():
                await inner.start()
            transaction = PostgresTransaction(connection, inner, self._sets)
            transaction.is_read_only = "readonly" in options
            try:
                yield transaction
            except BaseException:
                await transaction.end(commit=False)
                raise
            await transaction.end(commit=True)
        finally:
            with wrapping():
                await self._pool.release(connection)


async def open_postgres(url: str, *, pool_size: int = POOL_SIZE) -> PostgresDatabase:
    """Open a pool of connections to the database at ``url``.

    Raises:
        StorageUnavailable: The server cannot be reached or refuses the login.
    """
    with wrapping():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool_size,
            timeout=CONNECT_TIMEOUT,
            command_timeout=STATEMENT_TIMEOUT,
            statement_cache_size=STATEMENTS,
            reset=_nothing_to_undo,
            server_settings={
                "idle_in_transaction_session_timeout": f"{round(STANDSTILL_TIMEOUT * 1000)}"
            },
        )
    return PostgresDatabase(url, pool)


async def _nothing_to_undo(_connection: object) -> None:
    """Save the round trip that undoes settings and locks of a session: we use none."""


def _count(tag: str) -> int:
    """Return how many rows a statement changed, by what the server says at its end."""
    count = tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0
