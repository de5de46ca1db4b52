"""Kinds as registered, how much of each came, and what waits to be registered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.events.registration import KindVersion, WaitingKind, joined
from domain.events.registry import EventKind, PropertyType
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.protocols import Row, Transaction

#: Names in quarantine that are shown; trackers with generated names would flood the page.
MOST_NAMES = 200

_IN_FORCE = """
select * from kind_version where number in (select max(number) from kind_version group by name)
order by number
"""
_COUNTS = "select kind, count(*) as found from event where event_at >= $1 group by kind"
_WAITING = """
select kind, reason, source, count(*) as found, min(event_at) as first_at,
  max(event_at) as last_at, max(id) as newest
from held_event where kind in (
  select kind from held_event group by kind order by count(*) desc, kind limit $1)
group by kind, reason, source
"""


async def newest_kind(tx: Transaction) -> int:
    """Return the number of the newest registration; 0 when there is none."""
    row = await tx.fetch_one("select max(number) as number from kind_version")
    return int(row["number"] or 0) if row else 0


async def kinds_in_force(tx: Transaction) -> tuple[KindVersion, ...]:
    """Return the newest registration of every name, oldest first."""
    return tuple(_version(row) for row in await tx.fetch(_IN_FORCE))


def _version(row: Row) -> KindVersion:
    return KindVersion(
        row["number"],
        msgspec.json.decode(row["definition"], type=EventKind),
        row["author"],
        from_micros(row["at"]),
    )


async def kind_counts(tx: Transaction, since: datetime) -> Mapping[str, int]:
    """Return how many events of each kind happened since a moment."""
    rows = await tx.fetch(_COUNTS, to_micros(since))
    return {row["kind"]: int(row["found"]) for row in rows}


async def waiting_kinds(tx: Transaction) -> tuple[WaitingKind, ...]:
    """Return what is in quarantine by name, the most frequent first."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in await tx.fetch(_WAITING, MOST_NAMES):
        groups[row["kind"]].append(row)
    shapes = await _shapes(tx, [row["newest"] for rows in groups.values() for row in rows])
    found = [
        WaitingKind(
            name=name,
            count=sum(int(row["found"]) for row in rows),
            first_at=from_micros(min(row["first_at"] for row in rows)),
            last_at=from_micros(max(row["last_at"] for row in rows)),
            sources=tuple(sorted({row["source"] for row in rows})),
            reasons=tuple(sorted({row["reason"] for row in rows})),
            shape=joined([shapes[row["newest"]] for row in rows]),
        )
        for name, rows in groups.items()
    ]
    return tuple(sorted(found, key=lambda waiting: (-waiting.count, waiting.name)))


async def _shapes(tx: Transaction, ids: list[int]) -> Mapping[int, Mapping[str, PropertyType]]:
    """Return the shapes of the newest event of each group."""
    if not ids:
        return {}
    rows = await tx.fetch(
        f"select id, shape from held_event where {tx.any_of('id', 1)}", tx.array(ids)
    )
    return {
        row["id"]: msgspec.json.decode(row["shape"], type=dict[str, PropertyType]) for row in rows
    }
