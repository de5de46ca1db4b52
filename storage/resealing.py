"""Moves what is sealed by purpose under the newest master key, some rows at a time.

A row is changed only while it still holds what was read, so the service may
write meanwhile; a run that was cut off is simply begun again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.errors import SealBroken
from storage.vault import key_number

if TYPE_CHECKING:
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

#: Rows looked at and rows moved in one go: a few milliseconds of the writer's time.
COUNT_ROWS = 5_000
RENEW_ROWS = 500


@dataclass(frozen=True, slots=True)
class KeyPage:
    """What some rows of a table say about keys.

    ``rows`` are counts by the number of the master key they stand under; after
    moving, only of those that could not be moved. ``after`` is where the next
    page begins, None when there is none.
    """

    rows: Mapping[int, int] = field(default_factory=dict)
    changed: int = 0
    after: int | None = None


def _no_context(row: Row) -> bytes:
    del row
    return b""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with a column that :meth:`Vault.seal` wrote; ``context`` reads a row's."""

    name: str
    purpose: str
    column: str = "sealed"
    id_column: str = "id"
    key_column: str = ""
    context: Callable[[Row], bytes] = _no_context

    @property
    def count_sql(self) -> str:
        """SQL of a page of ids ($1: after, $2: limit) with the first bytes of the seal."""
        return (
            f"select {self.id_column} as id, substr({self.column}, 1, 2) as sealed"
            f" from {self.name} where {self.id_column} > $1 and length({self.column}) > 0"
            f" order by {self.id_column} limit $2"
        )

    @property
    def stale_sql(self) -> str:
        """SQL of a page of rows ($1: after, $2: limit) that are not under key $3."""
        extra = f", {self.key_column}" if self.key_column else ""
        return (
            f"select {self.id_column} as id, {self.column} as sealed{extra}"
            f" from {self.name} where {self.id_column} > $1 and length({self.column}) > 0"
            f" and substr({self.column}, 1, 2) <> $3 order by {self.id_column} limit $2"
        )

    @property
    def update_sql(self) -> str:
        """SQL that puts $2 in the place of $3 in row $1."""
        return (
            f"update {self.name} set {self.column} = $2"
            f" where {self.id_column} = $1 and {self.column} = $3"
        )

    def counted(self, rows: Sequence[Row], limit: int) -> KeyPage:
        """Return the page that :attr:`count_sql` found."""
        numbers = Counter(key_number(bytes(row["sealed"])) for row in rows)
        return KeyPage(dict(numbers), after=next_after(rows, limit))

    def renewed(
        self, rows: Iterable[Row], vault: Vault
    ) -> tuple[list[tuple[object, ...]], dict[int, int]]:
        """Return the arguments of :attr:`update_sql`, and what cannot be opened, by key."""
        updates: list[tuple[object, ...]] = []
        stuck: Counter[int] = Counter()
        for row in rows:
            sealed = bytes(row["sealed"])
            try:
                fresh = vault.reseal(self.purpose, sealed, self.context(row))
            except SealBroken:
                stuck[key_number(sealed)] += 1
                continue
            updates.append((row["id"], fresh, sealed))
        return updates, dict(stuck)


def next_after(rows: Sequence[Row], limit: int) -> int | None:
    """Return where the page after ``rows`` begins; a page that is not full is the last."""
    return int(rows[-1]["id"]) if len(rows) == limit else None


async def count_sealed(tx: Transaction, table: SealedTable, after: int, limit: int) -> KeyPage:
    """Count rows of a page by master key."""
    return table.counted(await tx.fetch(table.count_sql, after, limit), limit)


async def reseal(
    tx: Transaction, table: SealedTable, vault: Vault, after: int, limit: int
) -> KeyPage:
    """Move a page of rows under the newest master key."""
    rows = await tx.fetch(table.stale_sql, after, limit, vault.sealing_mark)
    updates, stuck = table.renewed(rows, vault)
    await tx.execute_many(table.update_sql, updates)
    return KeyPage(stuck, len(updates), next_after(rows, limit))
