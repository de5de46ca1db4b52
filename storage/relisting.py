"""Moves people of lists under the newest master key: seal and blind index in one step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from storage.errors import SealBroken
from storage.lists import ENTRY_PURPOSE
from storage.resealing import KeyPage, SealedTable, next_after
from storage.vault import key_number

if TYPE_CHECKING:
    from storage.protocols import Transaction
    from storage.vault import Vault

ENTRIES = SealedTable("list_entry", ENTRY_PURPOSE, key_column="kind")
_UPDATE = "update list_entry set sealed = $2, lookup = $3 where id = $1 and sealed = $4"


async def relist(tx: Transaction, vault: Vault, after: int, limit: int) -> KeyPage:
    """Move a page of entries; running lists know tokens of every key, so nobody is missed."""
    rows = await tx.fetch(ENTRIES.stale_sql, after, limit, vault.sealing_mark)
    updates: list[tuple[object, ...]] = []
    stuck: Counter[int] = Counter()
    for row in rows:
        sealed = bytes(row["sealed"])
        try:
            value = vault.open(ENTRY_PURPOSE, sealed)
        except SealBroken:
            stuck[key_number(sealed)] += 1
            continue
        token = vault.blind(row["kind"], value.decode())
        updates.append((row["id"], vault.seal(ENTRY_PURPOSE, value), token, sealed))
    await tx.execute_many(_UPDATE, updates)
    return KeyPage(dict(stuck), len(updates), next_after(rows, limit))
