"""Key rotation: every place where something stands under a master key.

The inbox is a part too; on SQLite its own writer moves it
(:meth:`storage.inbox_contract.Inbox.reseal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from storage.api_keys import SEALED as API_KEYS
from storage.errors import SchemaMissing
from storage.outbox import SEALED as OUTBOX
from storage.reindexing import count_indexes, reindex
from storage.relisting import ENTRIES as LIST_ENTRIES
from storage.relisting import relist
from storage.repositories.followups import REMINDER_PURPOSE
from storage.repositories.records import UNKNOWN_PURPOSE
from storage.repositories.segments import SEALED as SEGMENT_FILES
from storage.resealing import (
    COUNT_ROWS,
    RENEW_ROWS,
    KeyPage,
    SealedTable,
    count_sealed,
    reseal,
)
from storage.uploads import SEALED as UPLOADS
from storage.vault import DATA_KEY_PURPOSE

if TYPE_CHECKING:
    from storage.inbox_contract import Inbox
    from storage.protocols import Database
    from storage.vault import Vault


class Part(StrEnum):
    """What a rotation moves, in this order."""

    DATA_KEYS = "data_keys"
    IDENTITIES = "identities"
    REMINDERS = "reminders"
    UNKNOWN = "unknown"
    OUTBOX = "outbox"
    API_KEYS = "api_keys"
    UPLOADS = "uploads"
    LISTS = "lists"
    SEGMENT_FILES = "segment_files"
    INBOX = "inbox"


#: Parts whose tables the first schema did not have.
_LATER = frozenset({Part.API_KEYS, Part.UPLOADS, Part.LISTS, Part.SEGMENT_FILES})
_SEALED: Mapping[Part, SealedTable] = MappingProxyType(
    {
        Part.DATA_KEYS: SealedTable(
            "data_key", DATA_KEY_PURPOSE, column="wrapped", id_column="person_id"
        ),
        Part.REMINDERS: SealedTable("reminder", REMINDER_PURPOSE),
        Part.UNKNOWN: SealedTable("unknown_update", UNKNOWN_PURPOSE),
        Part.OUTBOX: OUTBOX,
        Part.API_KEYS: API_KEYS,
        Part.UPLOADS: UPLOADS,
        Part.LISTS: LIST_ENTRIES,
        Part.SEGMENT_FILES: SEGMENT_FILES,
    }
)


class Rotation:
    """Counts and moves rows of one installation, a page at a time."""

    def __init__(self, database: Database, inbox: Inbox, vault: Vault) -> None:
        """Work on both databases."""
        self._database = database
        self._inbox = inbox
        self._vault = vault

    async def page(self, part: Part, after: int, *, is_moving: bool) -> KeyPage:
        """Count a page of rows, or move them.

        Raises:
            Conflict: as :func:`storage.reindexing.reindex`.
        """
        return await (self.renew if is_moving else self.count)(part, after)

    async def count(self, part: Part, after: int = 0) -> KeyPage:
        """Count a page of rows by the master key they stand under.

        Of an older schema, whose backup is being made, later tables hold nothing.
        """
        if part is Part.INBOX:
            return await self._inbox.count_keys(after, COUNT_ROWS)
        try:
            async with self._database.read() as tx:
                if part is Part.IDENTITIES:
                    return await count_indexes(tx, self._vault, after, COUNT_ROWS)
                return await count_sealed(tx, _SEALED[part], after, COUNT_ROWS)
        except SchemaMissing:
            if part not in _LATER:
                raise
            return KeyPage()

    async def renew(self, part: Part, after: int = 0) -> KeyPage:
        """Move a page of rows under the newest master key.

        Raises:
            Conflict: as :func:`storage.reindexing.reindex`.
        """
        if part is Part.INBOX:
            return await self._inbox.reseal(after, RENEW_ROWS)
        async with self._database.write() as tx:
            if part is Part.LISTS:
                return await relist(tx, self._vault, after, RENEW_ROWS)
            if part is Part.IDENTITIES:
                return await reindex(tx, self._vault, after, RENEW_ROWS)
            return await reseal(tx, _SEALED[part], self._vault, after, RENEW_ROWS)
