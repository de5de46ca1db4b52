"""One lead's events as one scorecard sees them: columns of matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Integers, Moments, days_of, microseconds
from domain.columns.persons import columns_in_order
from domain.condition import Fact
from domain.events.event import Event, in_order
from domain.scoring.initial import SCALE, ChannelStart
from domain.scoring.matching import matcher_of
from domain.scoring.scorecard import Scorecard
from domain.swift import swift


@swift
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


@swift
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
    return histories_of([subject], card)[0]


def histories_of(subjects: Sequence[Subject], card: Scorecard) -> list[History]:
    """Match the events of many subjects at once."""
    if not subjects:
        return []
    matcher = matcher_of(card)
    events = [in_order(subject.events) for subject in subjects]
    columns = columns_in_order(events, card.zone, properties=matcher.properties)
    since = np.array([microseconds(subject.since) for subject in subjects], dtype=np.int64)
    # No rule has a window, so the moment does not matter.
    scene = Scene(columns, Moments(np.array(0), np.array(0)))
    seen = matcher.last_days(scene, days_of(since, card.zone))
    starts = [subject.start.at if subject.start else subject.since for subject in subjects]
    start_at = np.array([microseconds(moment) for moment in starts], dtype=np.int64)
    start_day = days_of(start_at, card.zone)
    matches = matcher.find(scene)
    day = matches.day()
    # From rule by rule to lead by lead; the sort is stable, so rules stay in their order.
    order = np.argsort(matches.lead, kind="stable")
    ends = np.searchsorted(matches.lead[order], np.arange(len(subjects) + 1))
    found = []
    for row, subject in enumerate(subjects):
        mine = order[int(ends[row]) : int(ends[row + 1])]
        found.append(
            History(
                events=events[row],
                rule=matches.rule[mine],
                event=matches.event[mine] - columns.offsets[row],
                at=matches.at[mine],
                day=day[mine],
                seen=seen[row],
                start_points=start_points(subject, card),
                start_at=int(start_at[row]),
                start_day=int(start_day[row]),
            )
        )
    return found


def start_points(subject: Subject, card: Scorecard) -> float:
    """Return what a lead's channel starts it with, 0–100."""
    start = subject.start
    return (start.points if start else card.initial.default_points) * SCALE
