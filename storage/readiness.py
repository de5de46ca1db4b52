"""Whether the storage can be written, found out by writing.

A full disk and a database that became read-only still answer every question.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.inbox import Inbox
    from storage.protocols import Database

#: Names the mark in both databases.
NAME = "readiness"
_MARK = """
insert into counter (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value
"""


async def check_writing(database: Database, inbox: Inbox, now: datetime) -> None:
    """Commit a mark to the inbox and to the main database.

    Raises:
        StorageError: one of them does not take it.
    """
    await inbox.put_page([], NAME, str(to_micros(now)))
    async with database.write() as tx:
        await tx.execute(_MARK, NAME, to_micros(now))
