"""Which kinds of events there are, without reading them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.protocols import Transaction

# From one kind to the next by the index, instead of over all rows.
_KINDS = """
with recursive found(kind) as (
  select min(kind) from event
  union all
  select (select min(e.kind) from event e where e.kind > f.kind)
  from found f where f.kind is not null
)
select kind from found where kind is not null
"""


async def kinds_of_events(tx: Transaction) -> frozenset[str]:
    """Return every kind of which there is an event."""
    return frozenset(row["kind"] for row in await tx.fetch(_KINDS))
