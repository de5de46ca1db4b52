"""Rate leads of any phase at once, each by the table of its phase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.events.event import Event
from domain.scoring.basis import Basis, subject_of
from domain.scoring.forecast import next_looks_at
from domain.scoring.score import Rated, Scored, explained, rate_all
from domain.scoring.tables import Phase, RuleTables


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
    for phase, rows in _by_phase([case.basis.phase for case in cases]):
        card, mine = tables.card_for(phase), [cases[row] for row in rows]
        subjects = [subject_of(case.basis, case.events, tables) for case in mine]
        rated = rate_all(subjects, card, [case.at for case in mine])
        found.update(zip(rows, rated, strict=True))
    return [found[row] for row in range(len(cases))]


def looks_of(
    cases: Sequence[Case], rated: Sequence[Rated], tables: RuleTables
) -> list[datetime | None]:
    """Return when each lead must be looked at again: :func:`next_looks_at`, phase by phase."""
    found: dict[int, datetime | None] = {}
    for phase, rows in _by_phase([case.basis.phase for case in cases]):
        looks = next_looks_at([rated[row] for row in rows], tables.card_for(phase))
        found.update(zip(rows, looks, strict=True))
    return [found[row] for row in range(len(cases))]


def explain_case(case: Case, tables: RuleTables) -> Scored:
    """Rate one lead and say why."""
    [rated] = rate_cases([case], tables)
    return explained(rated, tables.card_for(case.basis.phase))


def _by_phase(phases: Sequence[Phase]) -> Iterator[tuple[Phase, list[int]]]:
    rows: defaultdict[Phase, list[int]] = defaultdict(list)
    for row, phase in enumerate(phases):
        rows[phase].append(row)
    yield from rows.items()
