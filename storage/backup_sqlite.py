"""Copies of the two SQLite files as they were at one moment, while others write.

The moment is made by holding the main file's write lock while a snapshot of
each file begins: the main file stands still then, so the two copies are what a
power cut at that moment would have left. What a crash does not lose or double,
a restored backup does not either (architecture section 1).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage import schema
from storage.errors import SchemaMissing, StorageError
from storage.schema import MIGRATION_TABLE
from storage.sqlite import connect, wrapped

#: Names of the copies, whatever the files are called.
MAIN, INBOX = "clew.db", "clew-inbox.db"
VERSION = sqlite3.sqlite_version
#: What SQLite keeps beside a file in use; it belongs to the file of that name only.
_COMPANIONS = ("", "-wal", "-shm")


def copy_together(main: Path, inbox: Path, folder: Path) -> tuple[Path, Path]:
    """Copy both files into ``folder`` as :data:`MAIN` and :data:`INBOX`.

    The service may go on writing.

    Raises:
        SchemaMissing: one of them is not there.
        StorageError: one cannot be read, or its copy is not sound.
    """
    for path in (main, inbox):
        if not path.is_file():
            problem = f"there is no database at {path.name}"
            raise SchemaMissing(problem)
    with _wrapping(), _snapshots(main, inbox) as (of_main, of_inbox):
        return _copied(of_main, folder / MAIN), _copied(of_inbox, folder / INBOX)


@contextmanager
def _snapshots(main: Path, inbox: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Yield a connection to each file, both in a snapshot of the same moment."""
    with closing(connect(main)) as gate, closing(connect(main)) as m, closing(connect(inbox)) as i:
        gate.execute("begin immediate")
        try:
            for reader in (m, i):
                reader.execute("begin")
                reader.execute("select count(*) from sqlite_master").fetchone()
        finally:
            gate.execute("rollback")
        yield m, i


def _copied(source: sqlite3.Connection, path: Path) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        path.chmod(0o600)
        source.backup(target)
    return path


def close_up(path: Path) -> None:
    """Make a file that was opened like a database of the service one without companions."""
    with _wrapping(), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = delete")


def check(connection: sqlite3.Connection) -> None:
    """Make sure that a file is sound.

    Raises:
        StorageError: it is not.
    """
    (found,) = connection.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        problem = f"the file is damaged: {found}"
        raise StorageError(problem, advice="Take another backup.")


def contents(main: Path, inbox: Path) -> tuple[dict[str, int], list[str]]:
    """Return how many rows each table has, and which migrations were applied.

    Raises:
        StorageError: a file cannot be read or is not sound.
    """
    rows: dict[str, int] = {}
    applied: list[str] = []
    with _wrapping():
        for app, path in ((schema.INBOX, inbox), (schema.CLEW, main)):
            with closing(sqlite3.connect(path)) as connection:
                check(connection)
                found = _present(connection, (*schema.tables()[app], MIGRATION_TABLE))
                for table in sorted(found - {MIGRATION_TABLE}):
                    rows[table] = _count(connection, table)
                if MIGRATION_TABLE in found:
                    sql = f"select app || '.' || name from {MIGRATION_TABLE} order by id"
                    applied += [name for (name,) in connection.execute(sql)]
    return rows, applied


def _present(connection: sqlite3.Connection, names: Iterable[str]) -> set[str]:
    found = connection.execute("select name from sqlite_master where type = 'table'")
    return {name for (name,) in found} & set(names)


def _count(connection: sqlite3.Connection, table: str) -> int:
    (count,) = connection.execute(f"select count(*) from {table}").fetchone()
    return int(count)


def is_occupied(main: Path, inbox: Path) -> bool:
    """Tell whether restoring over these files would hide rows, or what is no database."""
    there = [path for path in (main, inbox) if path.exists()]
    if not there:
        return False
    if len(there) == 1:
        return True
    try:
        rows, _ = contents(main, inbox)
    except StorageError:
        return True
    return any(rows.values())


def put_in_place(fresh: Path, target: Path, aside: str) -> None:
    """Move ``fresh`` to ``target``; what was there gets the suffix ``aside``.

    A file of a killed service may have its newest rows in a companion, which
    would spoil the new file: companions move along.
    """
    for companion in _COMPANIONS:
        old = target.with_name(target.name + companion)
        if old.exists():
            old.replace(target.with_name(target.name + aside + companion))
    fresh.replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _wrapping() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise wrapped(error) from None
