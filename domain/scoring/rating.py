"""Rate one lead of any phase, with its reasons; :mod:`domain.scoring.sheet` rates many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.changing import replace
from domain.columns.persons import Behaviour
from domain.events.event import Event
from domain.scoring.basis import Basis, subject_of
from domain.scoring.score import Rated, Scored, explained, rate
from domain.scoring.tables import RuleTables
from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One lead to be rated: its basis, all its events in any order, and the moment."""

    basis: Basis
    events: Sequence[Event]
    at: datetime


def moment_of(now: datetime, events: Sequence[Event]) -> datetime:
    """Return the moment of a score worked out ``now``: not before what it has seen arrived.

    Clocks of processes differ a little; so whoever replays the score at its own moment
    finds the same events (product section 7).
    """
    return max((now, *(event.received_at for event in events)))


def rate_case(case: Case, tables: RuleTables) -> Rated:
    """Rate one lead by the table of its phase; where it stands on the journeys is a fact."""
    [places] = tables.journeys.places([Behaviour(case.events, case.basis.facts)], [case.at])
    basis = replace(case.basis, facts={**case.basis.facts, **places})
    subject = subject_of(basis, case.events, tables)
    return rate(subject, tables.card_for(basis.phase), case.at)


def explain_case(case: Case, tables: RuleTables) -> Scored:
    """Rate one lead and say why."""
    rated = rate_case(case, tables)
    scored = explained(rated, tables.card_for(case.basis.phase))
    places = ((fact, str(rated.subject.facts[fact])) for fact in tables.journeys.facts())
    return replace(scored, places=tuple(places))
