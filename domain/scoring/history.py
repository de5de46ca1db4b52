"""Events as one scorecard sees them: which of them count, and what a lead starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments, days_of, microseconds
from domain.columns.persons import Columns, columns_in_order
from domain.condition import Fact
from domain.events.event import Event, in_order
from domain.scoring.initial import SCALE, ChannelStart
from domain.scoring.kernel import Starts
from domain.scoring.matching import Matches, matcher_of
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
    """One lead's events in order, which of them count, and what the lead starts with."""

    events: tuple[Event, ...]
    matches: Matches
    starts: Starts


def history_of(subject: Subject, card: Scorecard) -> History:
    """Match the subject's events against the rules of ``card``."""
    events = in_order(subject.events)
    columns = columns_in_order([events], card.zone, properties=matcher_of(card).properties)
    return History(events, *counting(columns, [subject], card))


def counting(
    columns: Columns, subjects: Sequence[Subject], card: Scorecard
) -> tuple[Matches, Starts]:
    """Return which events of leads count, and what each lead starts with.

    ``columns`` have a row per lead; what ``subjects`` say of events does not matter.
    """
    starts = [one.start.at if one.start else one.since for one in subjects]
    since = np.array([microseconds(one.since) for one in subjects], dtype=np.int64)
    at = np.array([microseconds(moment) for moment in starts], dtype=np.int64)
    points = np.array([start_points(one, card) for one in subjects], dtype=np.float64)
    # No rule has a window, so the moment does not matter for what matches.
    scene, matcher = Scene(columns, _NO_MOMENT), matcher_of(card)
    seen = matcher.last_days(scene, days_of(since, card.zone))
    return matcher.find(scene), Starts(points, at, days_of(at, card.zone), seen)


def start_points(subject: Subject, card: Scorecard) -> float:
    """Return what a lead's channel starts it with, 0–100."""
    start = subject.start
    return (start.points if start else card.initial.default_points) * SCALE


_NO_MOMENT = Moments(np.array(0), np.array(0))
