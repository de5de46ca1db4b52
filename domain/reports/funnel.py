"""The funnel: listed → delivered → interacted → intent → deal → repurchase.

Product section 13. Pure counting over one row per lead; where the rows come
from is a query's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.values import BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """What one listed lead reached, and when (event times; None: never).

    ``delivered_at`` is when a rep was given the lead, ``interacted_at`` the
    person's first interaction at or after delivery. ``labels`` holds what may be
    grouped by: channel, rep, team, pool, campaign.
    """

    listed_at: datetime
    delivered_at: datetime | None = None
    interacted_at: datetime | None = None
    intent_at: datetime | None = None
    deal_at: datetime | None = None
    repurchase_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class FunnelCounts:
    """How many leads reached each step; no step counts more than the one before."""

    listed: int = 0
    delivered: int = 0
    interacted: int = 0
    intent: int = 0
    deal: int = 0
    repurchase: int = 0

    def __add__(self, other: FunnelCounts) -> FunnelCounts:
        """Add two groups up."""
        return FunnelCounts(
            *(mine + theirs for mine, theirs in zip(self.steps(), other.steps(), strict=True))
        )

    def steps(self) -> tuple[int, ...]:
        """Return the six counts in order."""
        return tuple(getattr(self, step) for step in STEPS)

    def rates(self) -> Mapping[str, float | None]:
        """Return each step's share of the step before; None when there was nobody."""
        counts = self.steps()
        pairs = zip(STEPS[1:], counts[1:], counts[:-1], strict=True)
        return {step: mine / before if before else None for step, mine, before in pairs}


STEPS = tuple(one.name for one in fields(FunnelCounts))


def counts_of(row: FunnelRow) -> FunnelCounts:
    """Return what one lead adds to each step.

    Only what came at or after delivery counts. A later step implies the ones
    between: who paid has answered and wanted, though nobody wrote it down.
    """
    if row.delivered_at is None:
        return FunnelCounts(listed=1)
    moments = (row.interacted_at, row.intent_at, row.deal_at, row.repurchase_at)
    reached = [moment is not None and moment >= row.delivered_at for moment in moments]
    flags = [int(any(reached[step:])) for step in range(len(reached))]
    return FunnelCounts(1, 1, *flags)


def funnel(rows: Iterable[FunnelRow]) -> FunnelCounts:
    """Count all rows together."""
    return sum(map(counts_of, rows), FunnelCounts())


def funnel_by(
    rows: Iterable[FunnelRow], group: Callable[[FunnelRow], str]
) -> Mapping[str, FunnelCounts]:
    """Count rows per group, the largest group first, equal ones by name."""
    groups: dict[str, FunnelCounts] = {}
    for row in rows:
        key = group(row)
        groups[key] = groups.get(key, FunnelCounts()) + counts_of(row)
    return dict(sorted(groups.items(), key=lambda item: (-item[1].listed, item[0])))


def by_label(name: str) -> Callable[[FunnelRow], str]:
    """Group by a label; rows without it fall into the group ``""``."""
    return lambda row: row.labels.get(name, "")


def by_day(zone: ZoneInfo = BUSINESS_ZONE) -> Callable[[FunnelRow], str]:
    """Group by the calendar day of listing, ``2026-11-23``."""
    return lambda row: row.listed_at.astimezone(zone).date().isoformat()


def by_week(zone: ZoneInfo = BUSINESS_ZONE) -> Callable[[FunnelRow], str]:
    """Group by the ISO week of listing, ``2026-W48``."""
    return lambda row: row.listed_at.astimezone(zone).strftime("%G-W%V")


def by_month(zone: ZoneInfo = BUSINESS_ZONE) -> Callable[[FunnelRow], str]:
    """Group by the month of listing, ``2026-11``."""
    return lambda row: row.listed_at.astimezone(zone).strftime("%Y-%m")
