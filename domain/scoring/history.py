"""One lead's events as one scorecard sees them: columns of matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from domain.behaviour.days import day_number, microseconds
from domain.condition import Fact
from domain.events.event import Event, in_order
from domain.scoring.initial import SCALE, ChannelStart
from domain.scoring.rules import AbsenceRule, Repeat
from domain.scoring.scorecard import Integers, Scorecard


@dataclass(frozen=True, slots=True)
class Subject:
    """What is scored: facts, events in any order (repeats do no harm), and the beginning.

    ``since`` is when the lead began (event time); absence is counted from there
    while nothing has happened yet.
    """

    facts: Mapping[str, Fact]
    events: Sequence[Event]
    since: datetime
    start: ChannelStart | None = None


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Matches of event rules, sorted by rule, then event order.

    ``rule`` is the row of the rule, ``event`` the position in ``events``, ``at``
    its microsecond since 1970 and ``day`` the ordinal of its calendar day.
    ``seen`` is the day of the last event of each absence rule.
    """

    events: tuple[Event, ...]
    rule: Integers
    event: Integers
    at: Integers
    day: Integers
    seen: Integers
    start_points: float
    start_at: int
    start_day: int


def history_of(subject: Subject, card: Scorecard) -> History:
    """Match the subject's events against the rules of ``card``."""
    events = in_order(subject.events)
    days = [day_number(event.event_at, card.zone) for event in events]
    pairs = _matches(events, card)
    rule, event = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    at = np.array([microseconds(item.event_at) for item in events], dtype=np.int64)
    start = subject.start
    start_at = start.at if start else subject.since
    since = day_number(subject.since, card.zone)
    return History(
        events=events,
        rule=rule,
        event=event,
        at=at[event],
        day=np.array(days, dtype=np.int64)[event],
        seen=np.array(
            [_last_day(absence, events, days, since) for absence in card.absence], dtype=np.int64
        ),
        start_points=(start.points if start else card.initial.default_points) * SCALE,
        start_at=microseconds(start_at),
        start_day=day_number(start_at, card.zone),
    )


def _matches(events: Sequence[Event], card: Scorecard) -> list[tuple[int, int]]:
    found: dict[int, list[int]] = {}
    for position, event in enumerate(events):
        for row in card.rows_by_kind.get(event.kind, ()):
            if card.events[row].fits(event.properties):
                found.setdefault(row, []).append(position)
    for row, positions in found.items():
        if card.events[row].repeat is Repeat.ONCE:
            del positions[:-1]
    return [(row, position) for row in sorted(found) for position in found[row]]


def _last_day(
    absence: AbsenceRule, events: Sequence[Event], days: Sequence[int], since: int
) -> int:
    present = (day for event, day in zip(events, days, strict=True) if event.kind in absence.kinds)
    return max(present, default=since)
