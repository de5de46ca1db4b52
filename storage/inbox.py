"""The door to the inbox: ``open_inbox``, and the words of its contract."""

from __future__ import annotations

from storage.database import Database
from storage.flusher import OnCommit
from storage.ids import IdSource
from storage.inbox_contract import (
    SUSPECT_AFTER,
    Claimed,
    Delivery,
    Done,
    Inbox,
    InboxEntry,
    InboxState,
)
from storage.inbox_postgres import PostgresInbox
from storage.inbox_sqlite import SqliteInbox
from storage.signal import WorkSignal
from storage.sqlite import path_of_url
from storage.vault import Vault

__all__ = [
    "SUSPECT_AFTER",
    "Claimed",
    "Delivery",
    "Done",
    "Inbox",
    "InboxEntry",
    "InboxState",
    "open_inbox",
]


def open_inbox(
    inbox_url: str,
    database: Database,
    vault: Vault,
    ids: IdSource,
    signal: WorkSignal | None = None,
    on_commit: OnCommit | None = None,
) -> Inbox:
    """Open the inbox at ``inbox_url`` (``storage.database.inbox_url_of``), migrated before.

    On PostgreSQL it lives in ``database`` and uses its connections. Must be
    called with the event loop running; close it before the database. ``signal``
    rings when something was stored, ``on_commit`` hears of each commit.
    """
    signal = signal or WorkSignal()
    if inbox_url.startswith("sqlite://"):
        return SqliteInbox(path_of_url(inbox_url), vault, ids, signal, on_commit)
    return PostgresInbox(database, vault, ids, signal, on_commit)
