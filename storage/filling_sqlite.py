"""What a SQLite connection does otherwise while very many rows are written.

Keys are random, so each row touches leaves of indexes anywhere. They stay in memory, and
the log is worked off when many transactions have touched the same leaves, which are then
written once instead of after each of them. Every commit still waits for the disk.
"""

from __future__ import annotations

import sqlite3

#: Kilobytes of pages kept in memory: a transaction of many rows must not run out of them.
_CACHE_KIB = 64 * 1024
USUAL_CACHE_KIB = 32 * 1024
#: Pages in the log after which a commit works it off; the second is SQLite's own.
_LOG_PAGES, _USUAL_LOG_PAGES = 16_000, 1_000
#: Bytes that the log keeps on disk when all is done.
_LOG_BYTES = 32 * 1024 * 1024


def begin_filling(connection: sqlite3.Connection) -> None:
    """Get ready for very many rows."""
    connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
    connection.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
    connection.execute("pragma journal_size_limit = -1")


def end_filling(connection: sqlite3.Connection) -> None:
    """Go on as usual, in no transaction: the log is worked off and cut with the next commit."""
    connection.execute(f"pragma cache_size = -{USUAL_CACHE_KIB}")
    connection.execute(f"pragma wal_autocheckpoint = {_USUAL_LOG_PAGES}")
    connection.execute(f"pragma journal_size_limit = {_LOG_BYTES}")
    connection.execute("pragma wal_checkpoint(passive)").fetchall()
