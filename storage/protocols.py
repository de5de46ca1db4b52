"""The contract of a database: two transactions, one SQL text for both dialects.

SQL is written once, with ``$1, $2, …`` as placeholders and no literal that
contains a dollar sign followed by a digit. Moments are passed as microseconds
(:mod:`storage.moments`), JSON as text, secrets as bytes.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from enum import StrEnum
from typing import Any, Protocol


class Dialect(StrEnum):
    """Which SQL the database speaks."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def any_of(dialect: Dialect, column: str, position: int) -> str:
    """Return the SQL of :meth:`Transaction.any_of`."""
    if dialect is Dialect.POSTGRES:
        return f"{column} = any(${position})"
    return (
        f"{column} in (select iif(type = 'object', clew_bytes(value ->> 'hex'), value)"
        f" from json_each(${position}))"
    )


def array(dialect: Dialect, values: Iterable[object]) -> object:
    """Return the argument of :meth:`Transaction.array`."""
    if dialect is Dialect.POSTGRES:
        return list(values)
    return json.dumps([{"hex": v.hex()} if isinstance(v, bytes) else v for v in values])


class Row(Protocol):
    """One result row, by column name (or position)."""

    def __getitem__(self, column: Any, /) -> Any:  # noqa: ANN401 — columns are of any type
        """Return the value of ``column``."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield the values in the order of the columns."""
        ...


class Transaction(ABC):
    """An open transaction. It is usable only inside its ``async with`` block."""

    dialect: Dialect
    #: It can only look: a snapshot that locks no rows.
    is_read_only: bool = False
    _to_forget: tuple[Callable[[], None], ...] = ()

    @property
    def may_go_on(self) -> bool:
        """Tell whether work that could end here may do more: it keeps nobody waiting.

        Never where each key locked takes a place in the server.
        """
        return False

    @abstractmethod
    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """Run a query (or a statement with ``returning``) and return all rows."""

    @abstractmethod
    async def execute(self, sql: str, *args: object) -> int:
        """Run a statement and return the number of rows it changed."""

    @abstractmethod
    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once per row of arguments, in one go."""

    @abstractmethod
    async def execute_set(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run an insert or update of one row for all rows of arguments at once.

        The fastest way to write many rows. No row may touch what another row of the
        same call touches; rows that ``on conflict do nothing`` passes over may.
        The statement is ``insert … values (…)``, with no brackets among the values,
        or ``update … where …``.
        """

    @abstractmethod
    async def insert_set(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Insert many rows of which none is there yet, the fastest way the database has.

        Raises:
            Conflict: one of them is there.
        """

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Let the writes inside go to the database in one go, at the latest when the block ends.

        Of those that return nothing an error may come late: of a later statement or of
        the end of the block. By itself this does nothing: a database whose statements
        are cheap to hand over runs each at once.
        """
        yield

    async def fetch_one(self, sql: str, *args: object) -> Row | None:
        """Run a query and return its first row, or None."""
        rows = await self.fetch(sql, *args)
        return rows[0] if rows else None

    @abstractmethod
    async def roll_back(self) -> None:
        """Undo everything now; the transaction is over, and leaving the block commits nothing."""

    def when_undone(self, forget: Callable[[], None]) -> None:
        """Call ``forget`` if the transaction comes to nothing.

        Whoever keeps in memory what was read through it may have read what never was.
        """
        self._to_forget = (*self._to_forget, forget)

    @contextmanager
    def _ending(self, *, commit: bool) -> Iterator[None]:
        """Forget what has to be forgotten unless the commit inside succeeds."""
        is_kept = False
        try:
            yield
            is_kept = commit
        finally:
            for forget in () if is_kept else self._to_forget:
                forget()

    @abstractmethod
    async def lock_keys(self, keys: Iterable[bytes]) -> None:
        """Hold ``keys`` (of rows that may not exist yet) until the end of the transaction.

        Keys of one call are taken in a fixed order, so two calls never wait for
        each other; a transaction should call it once. SQLite has one writer anyway.
        """

    def any_of(self, column: str, position: int) -> str:
        """Return SQL that is true when ``column`` is in the :meth:`array` at ``position``.

        The text depends on nothing but its arguments, so the statement is
        prepared once whatever the number of values. Both databases answer it
        from an index on ``column``.
        """
        return any_of(self.dialect, column, position)

    def array(self, values: Iterable[object]) -> object:
        """Encode ``values`` (all int, all str or all bytes) as one argument."""
        return array(self.dialect, values)

    def for_update(self, table: str = "") -> str:
        """Return the suffix of a select that locks its rows (of ``table`` in a join).

        SQLite's writer holds all rows anyway, and who only looks locks nothing.
        """
        if self.dialect is not Dialect.POSTGRES or self.is_read_only:
            return ""
        return f" for update of {table}" if table else " for update"

    def for_update_skip_locked(self, table: str = "") -> str:
        """Return the suffix of a select that locks its rows and passes over locked ones."""
        locking = self.for_update(table)
        return f"{locking} skip locked" if locking else ""


class Database(ABC):
    """A pool of connections to one database."""

    dialect: Dialect
    url: str

    @abstractmethod
    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that may write: commit at the end, rollback on any exception.

        Raises:
            StorageUnavailable: On entry or at the commit; nothing was kept, unless
                the connection was lost during the commit itself: that leaves it open.
        """

    @abstractmethod
    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a read-only transaction: one consistent snapshot for all its queries."""

    @abstractmethod
    async def look(self, sql: str, *args: object) -> Sequence[Row]:
        """Run one query by itself and return all rows: one snapshot needs no transaction.

        Raises:
            StorageUnavailable: The database is not there.
        """

    @abstractmethod
    async def change(self, sql: str, *args: object) -> int:
        """Run one statement that writes, as a transaction by itself; return how many rows changed.

        Raises:
            StorageUnavailable: as :meth:`write`.
        """

    @abstractmethod
    async def change_and_fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """Like :meth:`change`, of a statement with ``returning``: return its rows."""

    @asynccontextmanager
    async def filling(self) -> AsyncIterator[None]:
        """Let very many rows be written inside, in transactions that are as safe as any.

        By itself this does nothing.
        """
        yield

    @abstractmethod
    async def close(self) -> None:
        """Close every connection; waits for statements that run."""
