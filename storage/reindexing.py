"""Moves blind indexes of identities under the newest master key, some rows at a time.

A blind index does not say under which key it stands, so each value is opened
and blinded anew. Whoever looks a value up meanwhile looks under every key
(:meth:`storage.vault.Vault.blinds`) and finds the row before and after.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.values import IdentityKind
from storage.errors import Erased, SealBroken
from storage.repositories.person_rows import TAIL_KIND
from storage.resealing import KeyPage, next_after

if TYPE_CHECKING:
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

#: Stands for the key of an index whose value cannot be read any more.
UNREADABLE = 0

_PAGE = """
select i.id, i.person_id, i.kind, i.lookup, i.value, i.sealed, k.wrapped
from identity i left join data_key k on k.person_id = i.person_id
where i.id > $1 order by i.id limit $2
"""
_UPDATE = "update identity set lookup = $2, tail = $3 where id = $1 and lookup = $4"


async def count_indexes(tx: Transaction, vault: Vault, after: int, limit: int) -> KeyPage:
    """Count identities of a page by the master key that blinds them."""
    rows = await tx.fetch(_PAGE, after, limit)
    numbers = Counter(_number(row, _value(row, vault), vault) for row in rows)
    return KeyPage(dict(numbers), after=next_after(rows, limit))


async def reindex(tx: Transaction, vault: Vault, after: int, limit: int) -> KeyPage:
    """Blind the identities of a page under the newest master key.

    Raises:
        Conflict: the value stands under the newest key already, with another row: a
            process wrote it that does not know all the keys.
    """
    rows = await tx.fetch(_PAGE, after, limit)
    updates: list[tuple[object, ...]] = []
    stuck: Counter[int] = Counter()
    for row in rows:
        value = _value(row, vault)
        if value is None or _number(row, value, vault) == UNREADABLE:
            stuck[UNREADABLE] += 1
        elif (lookup := vault.blind(row["kind"], value)) != bytes(row["lookup"]):
            updates.append((row["id"], lookup, _tail(row, value, vault), bytes(row["lookup"])))
    await tx.execute_many(_UPDATE, updates)
    return KeyPage(dict(stuck), len(updates), next_after(rows, limit))


def _value(row: Row, vault: Vault) -> str | None:
    if row["sealed"] is None:
        return str(row["value"])
    try:
        wrapped = bytes(row["wrapped"] or b"")
        return vault.open_for(row["person_id"], wrapped, bytes(row["sealed"])).decode()
    except (Erased, SealBroken):
        return None


def _number(row: Row, value: str | None, vault: Vault) -> int:
    if value is None:
        return UNREADABLE
    found = (n for n, lookup in vault.blinds(row["kind"], value).items() if lookup == row["lookup"])
    return next(found, UNREADABLE)


def _tail(row: Row, value: str, vault: Vault) -> bytes | None:
    return vault.blind(TAIL_KIND, value[-4:]) if row["kind"] == IdentityKind.PHONE else None
