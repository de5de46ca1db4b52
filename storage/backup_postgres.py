"""Rows of all our tables out of one snapshot of PostgreSQL, and back in.

Rows alone: the schema is made by the migrations that the backup names, so a
dump does not depend on the version of the server, nor on programs beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from storage.postgres import CONNECT_TIMEOUT, wrapped, wrapping
from storage.schema import MIGRATION_TABLE, tables

_LOST = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)
_COLUMNS = """
select column_name from information_schema.columns
where table_schema = current_schema() and table_name = $1 order by ordinal_position
"""
_PRESENT = """
select table_name from information_schema.tables
where table_schema = current_schema() and table_name = any($1)
"""
_SESSIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Dump:
    """What was written: rows and columns of each table, and what made them."""

    rows: Mapping[str, int]
    columns: Mapping[str, Sequence[str]]
    migrations: Sequence[str]
    server: str


def file_of(table: str) -> str:
    """Return the name of the file that holds the rows of a table."""
    return f"{table}.copy"


async def dump(url: str, folder: Path) -> Dump:
    """Write the rows of every table to a file in ``folder``, all of one moment.

    Raises:
        StorageError: the database cannot be read.
    """
    rows: dict[str, int] = {}
    columns: dict[str, list[str]] = {}
    async with _connected(url) as connection:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for table in await _present(connection, _all_tables()):
                columns[table] = [row[0] for row in await connection.fetch(_COLUMNS, table)]
                tag = await connection.copy_from_table(
                    table, columns=columns[table], output=folder / file_of(table)
                )
                rows[table] = _rows_of(tag)
            migrations = await _migrations(connection)
        version = connection.get_server_version()
    return Dump(rows, columns, migrations, f"{version.major}.{version.minor}")


async def load(url: str, folder: Path, columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Fill the migrated, empty tables from ``folder``, all or nothing; return rows of each.

    Raises:
        StorageError: the database refuses; nothing was kept.
    """
    rows: dict[str, int] = {}
    async with _connected(url) as connection:
        async with connection.transaction():
            for table, names in columns.items():
                tag = await connection.copy_to_table(
                    table, columns=list(names), source=folder / file_of(table)
                )
                rows[table] = _rows_of(tag)
        await connection.execute("analyze")
    return rows


async def is_occupied(url: str) -> bool:
    """Tell whether one of our tables holds a row."""
    async with _connected(url) as connection:
        for table in await _present(connection, _all_tables()):
            if await connection.fetchval(f"select exists (select from {table})"):
                return True
    return False


async def other_sessions(url: str) -> int:
    """Return how many other connections the database has: a service, or somebody's client."""
    async with _connected(url) as connection:
        return int(await connection.fetchval(_SESSIONS))


async def clear(url: str) -> None:
    """Remove our tables, which must be empty (:func:`is_occupied`)."""
    async with _connected(url) as connection, connection.transaction():
        for table in await _present(connection, (*_all_tables(), MIGRATION_TABLE)):
            await connection.execute(f"drop table {table}")


async def put_aside(url: str, schema: str) -> None:
    """Move our tables into a new ``schema``, out of everybody's way.

    Raises:
        StorageError: the user of the database may not make schemas.
    """
    async with _connected(url) as connection, connection.transaction():
        await connection.execute(f"create schema {schema}")
        for table in await _present(connection, (*_all_tables(), MIGRATION_TABLE)):
            await connection.execute(f"alter table {table} set schema {schema}")


def _all_tables() -> tuple[str, ...]:
    return tuple(sorted(name for names in tables().values() for name in names))


async def _present(connection: Any, names: Sequence[str]) -> list[str]:  # noqa: ANN401 — asyncpg has no annotations
    return sorted(row[0] for row in await connection.fetch(_PRESENT, list(names)))


async def _migrations(connection: Any) -> list[str]:  # noqa: ANN401 — asyncpg has no annotations
    if not await _present(connection, [MIGRATION_TABLE]):
        return []
    sql = f"select app || '.' || name from {MIGRATION_TABLE} order by id"
    return [row[0] for row in await connection.fetch(sql)]


def _rows_of(tag: str) -> int:
    """Return the number in ``COPY 12``."""
    return int(tag.rpartition(" ")[2])


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    """Yield a connection whose statements may take long."""
    with wrapping():
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT)
    try:
        yield connection
    except _LOST as error:
        # A full disk under the files is no trouble of the server's: it passes as it is.
        raise wrapped(error) from None
    finally:
        await connection.close()
