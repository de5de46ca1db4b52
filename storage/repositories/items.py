"""Things of other systems' catalogues, as trackers told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.events.event import PropertyValue
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Transaction

_UPSERT = """
insert into tracked_item (id, system, kind, item, properties, is_deleted, changed_at, reference)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (system, kind, item) do update set properties = excluded.properties,
  is_deleted = excluded.is_deleted, changed_at = excluded.changed_at, reference = excluded.reference
where excluded.changed_at > tracked_item.changed_at or
  (excluded.changed_at = tracked_item.changed_at and excluded.reference > tracked_item.reference)
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing: whose catalogue, what kind, its id there, what was told of it last, and when."""

    system: str
    kind: str
    item: str
    properties: Mapping[str, PropertyValue]
    changed_at: datetime
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How many things of one kind there are, and when one of them changed last."""

    system: str
    kind: str
    count: int
    last_at: datetime


class Items:
    """The table, through one transaction."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids

    async def put(self, item: Item, reference: str) -> None:
        """Keep what a record says of a thing, unless a later one was here before."""
        await self._tx.execute(
            _UPSERT,
            self._ids.next(),
            item.system,
            item.kind,
            item.item,
            msgspec.json.encode(dict(item.properties)).decode(),
            item.is_deleted,
            to_micros(item.changed_at),
            reference,
        )


async def item_counts(tx: Transaction) -> tuple[ItemCount, ...]:
    """Return how many things are there, by system and kind."""
    rows = await tx.fetch(
        "select system, kind, count(*) as found, max(changed_at) as last_at from tracked_item"
        " where not is_deleted group by system, kind order by system, kind"
    )
    return tuple(
        ItemCount(row["system"], row["kind"], row["found"], from_micros(row["last_at"]))
        for row in rows
    )
