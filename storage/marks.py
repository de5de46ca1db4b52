"""Named numbers that duties leave behind: the day they did, how far they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Changes when the database is restored: files that were made of it before are worth nothing.
LINEAGE = "lineage"
_GET = "select value from counter where name = $1"
_PUT = """
insert into counter (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value
"""


async def mark_of(tx: Transaction, name: str) -> int:
    """Return the number under a name; 0 when none was left."""
    row = await tx.fetch_one(_GET, name)
    return int(row["value"]) if row else 0


async def put_mark(tx: Transaction, name: str, value: int) -> None:
    """Leave a number under a name."""
    await tx.execute(_PUT, name, value)
