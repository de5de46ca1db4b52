"""Which kinds there are, how often they come, and what waits to be registered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.events.registration import WaitingKind
from domain.events.registry import EventKind
from storage.queries.kinds import kind_counts, waiting_kinds
from storage.repositories.items import ItemCount, item_counts

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Over how many days events are counted.
COUNTED_DAYS = 30


@dataclass(frozen=True, slots=True)
class CountedKind:
    """A kind and how many events of it happened in the last days."""

    kind: EventKind
    count: int


@dataclass(frozen=True, slots=True)
class KindReport:
    """All kinds, the most frequent first, the names that wait, and how many things were told of."""

    kinds: tuple[CountedKind, ...]
    waiting: tuple[WaitingKind, ...]
    items: tuple[ItemCount, ...] = ()


async def kind_report(work: UnitOfWork, ctx: Context) -> KindReport:
    """Return all of it, as of now."""
    await ctx.kinds.refresh(work.tx)
    counts = await kind_counts(work.tx, work.now - timedelta(days=COUNTED_DAYS))
    counted = [CountedKind(kind, counts.get(name, 0)) for name, kind in ctx.events.kinds.items()]
    by_count = sorted(counted, key=lambda one: -one.count)
    waiting, items = await waiting_kinds(work.tx), await item_counts(work.tx)
    return KindReport(tuple(by_count), waiting, items)
