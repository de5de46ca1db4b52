"""Rate leads of any phase at once, each by the table of its phase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.changing import replace
from domain.columns.persons import Behaviour
from domain.events.event import Event
from domain.scoring.basis import Basis, subject_of
from domain.scoring.history import Subject
from domain.scoring.score import Rated, Scored, explained, rate_all
from domain.scoring.tables import Phase, RuleTables
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


def rate_cases(cases: Sequence[Case], tables: RuleTables) -> list[Rated]:
    """Rate many leads at once; each equals what rating it alone gives, to the last bit."""
    found: dict[int, Rated] = {}
    places = tables.journeys.places(_behaviours(cases), [case.at for case in cases])
    for phase, rows in _by_phase([case.basis.phase for case in cases]):
        subjects = [_subject(cases[row], places[row], tables) for row in rows]
        rated = rate_all(subjects, tables.card_for(phase), [cases[row].at for row in rows])
        found.update(zip(rows, rated, strict=True))
    return [found[row] for row in range(len(cases))]


def _behaviours(cases: Sequence[Case]) -> list[Behaviour]:
    return [Behaviour(case.events, case.basis.facts) for case in cases]


def _subject(case: Case, places: Mapping[str, str], tables: RuleTables) -> Subject:
    """Return what is scored; where it stands on the journeys is a fact like others."""
    basis = replace(case.basis, facts={**case.basis.facts, **places})
    return subject_of(basis, case.events, tables)


def explain_case(case: Case, tables: RuleTables) -> Scored:
    """Rate one lead and say why."""
    [rated] = rate_cases([case], tables)
    scored = explained(rated, tables.card_for(case.basis.phase))
    places = ((fact, str(rated.subject.facts[fact])) for fact in tables.journeys.facts())
    return replace(scored, places=tuple(places))


def _by_phase(phases: Sequence[Phase]) -> Iterator[tuple[Phase, list[int]]]:
    rows: defaultdict[Phase, list[int]] = defaultdict(list)
    for row, phase in enumerate(phases):
        rows[phase].append(row)
    yield from rows.items()
