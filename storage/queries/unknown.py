"""Updates of no known kind, as operators see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.moments import from_micros

if TYPE_CHECKING:
    from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class UnknownEntry:
    """Where it came from, what the platform calls it, when it happened; not what it says."""

    id: int
    source: str
    kind: str
    at: datetime


async def unknown_updates(tx: Transaction, limit: int) -> tuple[UnknownEntry, ...]:
    """Return the newest updates that nothing takes."""
    rows = await tx.fetch(
        "select id, source, kind, at from unknown_update order by at desc, id desc limit $1", limit
    )
    return tuple(
        UnknownEntry(row["id"], row["source"], row["kind"], from_micros(row["at"])) for row in rows
    )
