"""Rows of the funnel: per lead, when it reached which step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from domain.lead import Status
from domain.reports.funnel import FunnelRow
from storage.moments import from_micros, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction

#: Statuses that show an intention, and the one that is a deal.
_INTENT = {Status.CLEAR, Status.PAYMENT_BOOKED, Status.WON}

_LEADS = """
select l.id, l.created_at, l.first_channel, l.owner, l.pool, l.cycle, p.root_id,
       (select min(o.at) from ownership o where o.lead_id = l.id and o.to_owner is not null)
         as delivered_at
from lead l join person p on p.id = l.person_id
where l.created_at >= $1 and l.created_at < $2
  and not (l.stage = 'invalid' and l.invalid_reason = 'duplicate')
order by l.id
"""
_EVENTS = """
select p.root_id, e.kind, e.event_at, e.properties
from event e join person p on p.id = e.person_id
where {kinds} and {roots}
"""


@dataclass(frozen=True, slots=True)
class Period:
    """Leads listed from ``start`` on and before ``end``."""

    start: datetime
    end: datetime


@dataclass(slots=True)
class _Seen:
    """Moments of one person that count for the funnel, in µs."""

    interactions: list[int]
    statuses: list[tuple[int, int, str]]


async def funnel_rows(
    tx: Transaction, period: Period, interactions: Iterable[str]
) -> tuple[FunnelRow, ...]:
    """Return one row per lead listed in ``period``; ``interactions`` are the kinds that count."""
    leads = await tx.fetch(_LEADS, to_micros(period.start), to_micros(period.end))
    kinds = sorted({*interactions, "status_changed"})
    events = await tx.fetch(
        _EVENTS.format(kinds=tx.any_of("e.kind", 1), roots=tx.any_of("p.root_id", 2)),
        tx.array(kinds),
        tx.array(sorted({row["root_id"] for row in leads})),
    )
    seen = _seen(events)
    return tuple(_row(row, seen[row["root_id"]]) for row in leads)


def _seen(events: Iterable[Row]) -> defaultdict[int, _Seen]:
    seen: defaultdict[int, _Seen] = defaultdict(lambda: _Seen([], []))
    for row in events:
        of_person = seen[row["root_id"]]
        if row["kind"] == "status_changed":
            facts = msgspec.json.decode(row["properties"], type=dict[str, object])
            lead_id = int(str(facts.get("lead", 0)))
            of_person.statuses.append((row["event_at"], lead_id, str(facts.get("to", ""))))
        else:
            of_person.interactions.append(row["event_at"])
    return seen


def _row(lead: Row, seen: _Seen) -> FunnelRow:
    delivered = lead["delivered_at"]
    own = [(at, to) for at, lead_id, to in seen.statuses if lead_id == lead["id"]]
    after = [at for at in seen.interactions if delivered is not None and at >= delivered]
    deal = min((at for at, to in own if to == Status.WON), default=None)
    return FunnelRow(
        listed_at=from_micros(lead["created_at"]),
        delivered_at=moment_or_none(delivered),
        interacted_at=moment_or_none(min(after, default=None)),
        intent_at=moment_or_none(min((at for at, to in own if to in _INTENT), default=None)),
        deal_at=moment_or_none(deal),
        repurchase_at=moment_or_none(deal if lead["cycle"] > 1 else None),
        labels=MappingProxyType(
            {"channel": lead["first_channel"], "rep": lead["owner"] or "", "pool": lead["pool"]}
        ),
    )
