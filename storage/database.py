"""The door to a database: ``open_database(url)``, then ``write()`` and ``read()``."""

from __future__ import annotations

from storage.errors import StorageError
from storage.postgres import open_postgres
from storage.protocols import Database, Dialect, Row, Transaction
from storage.sqlite import SqliteDatabase, path_of_url

__all__ = ["Database", "Dialect", "Row", "Transaction", "inbox_url_of", "open_database"]

_POSTGRES_SCHEMES = ("postgresql://", "postgres://")


async def open_database(url: str) -> Database:
    """Open ``sqlite:///absolute/path.db``, ``sqlite://relative.db`` or ``postgresql://…``.

    Raises:
        StorageError: The address names no database that Clew knows.
        StorageUnavailable: The database cannot be reached.
    """
    if url.startswith("sqlite://"):
        return await SqliteDatabase.open(url)
    if url.startswith(_POSTGRES_SCHEMES):
        return await open_postgres(url)
    scheme = url.partition("://")[0] if "://" in url else "none"
    problem = f"the database address has the scheme {scheme!r}"
    raise StorageError(problem, advice="Write sqlite:///path/clew.db or postgresql://…")


def inbox_url_of(url: str) -> str:
    """Return where the inbox of the database at ``url`` lives.

    On SQLite that is a second file beside the first (``clew.db`` →
    ``clew-inbox.db``): on one shared file inbox commits starve behind the
    workers (architecture section 4). On PostgreSQL it is the same database.
    """
    if not url.startswith("sqlite://"):
        return url
    path = path_of_url(url)
    return f"sqlite://{path.with_name(f'{path.stem}-inbox{path.suffix}')}"
