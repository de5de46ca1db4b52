"""Score the leads of persons to whom something happened: once per unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.lead import Lead, ScoreState
from domain.messages import Timer
from domain.outcomes import (
    GradeChanged,
    LeadCooled,
    LeadMatured,
    LeadScored,
    Outcome,
    StageChanged,
    StatusChanged,
)
from domain.scoring.basis import basis_of
from domain.scoring.rating import Case, explain_case, moment_of
from domain.scoring.sheet import Sheet
from domain.scoring.tables import Phase
from domain.swift import swift
from storage.repositories.bases import phase_in

if TYPE_CHECKING:
    from domain.scoring.score import Scored
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Timer that looks again when time alone may have moved a lead over the pass mark.
SCORE_TIMER = "score_crossing"


def rescore(work: UnitOfWork, ctx: Context) -> bool:
    """Score every lead of the marked persons, as of ``work.now``; False when none was marked.

    The kernel sees all leads of the batch at once.
    """
    # Two marked persons may have been found to be one since.
    roots = dict.fromkeys(work.people.root(marked).id for marked in work.take_to_score())
    leads = [lead for root in roots for lead in work.leads_of(root) if lead.is_open]
    if leads:
        _rate(work, ctx, leads)
    return bool(roots)


def _rate(work: UnitOfWork, ctx: Context, leads: Sequence[Lead]) -> None:
    cases = cases_of(work, leads)
    ratings = Sheet.of(cases, ctx.rules).rate([case.at for case in cases])
    rated = zip(ratings.states, ratings.next_looks(), strict=True)
    for lead, case, (state, look_at) in zip(leads, cases, rated, strict=True):
        mark = work.bases.note(lead, case.basis, case.at)
        is_told = is_crossing_told(phase_in(lead.basis_mark), case.basis.phase)
        _keep(work, lead, mark, Fresh(state, look_at, is_told))


@swift
@dataclass(frozen=True, slots=True)
class Fresh:
    """A new score, when to look again, and whether a crossing is told to others."""

    state: ScoreState
    look_at: datetime | None
    is_told: bool = True


def is_crossing_told(before: Phase | None, now: Phase) -> bool:
    """Tell whether crossing the pass mark activates or cools a lead.

    Not when the lead went on to another phase: there another table rates it, by
    another pass mark. But who is screened and found good is ready.
    """
    return before in {None, now, Phase.SCREENING}


def cases_of(work: UnitOfWork, leads: Sequence[Lead]) -> list[Case]:
    """Return what each lead's score is computed from: person, standing, all events."""
    return [case_of(work, lead) for lead in leads]


def case_of(work: UnitOfWork, lead: Lead) -> Case:
    """Return what the lead's score is computed from as of ``work.now``."""
    events = work.history_of(lead.person_id)
    basis = basis_of(work.people.whole(lead.person_id), lead)
    return Case(basis, events, moment_of(work.now, events))


def explain(work: UnitOfWork, ctx: Context, lead: Lead) -> Scored:
    """Return the lead's score as of ``work.now`` with every contribution."""
    return explain_case(case_of(work, lead), ctx.rules)


async def stand_elsewhere(
    outcome: StageChanged | StatusChanged, work: UnitOfWork, ctx: Context
) -> None:
    """Score a lead anew whose stage or status changed: another table may rate it."""
    del ctx
    work.rescore(work.leads.get(outcome.lead_id).person_id)


def _keep(work: UnitOfWork, lead: Lead, mark: str, fresh: Fresh) -> None:
    work.leads.put(replace(lead, basis_mark=mark, score=fresh.state))
    for outcome in _outcomes(lead, fresh):
        work.happened(outcome)
    key = f"{SCORE_TIMER}:{lead.id}"
    if fresh.look_at is not None:
        work.set_timer(Timer(SCORE_TIMER, lead.id, fresh.look_at, key))
    elif lead.score.is_mature:
        work.cancel_timer(key)


def _outcomes(lead: Lead, fresh: Fresh) -> Iterator[Outcome]:
    before, after = lead.score, fresh.state
    if before.composite != after.composite:
        yield LeadScored(lead.id, before.composite, after.composite)
    if (before.grade, before.level) != (after.grade, after.level):
        yield GradeChanged(lead.id, before.grade, after.grade, before.level, after.level)
    if fresh.is_told and after.is_mature and not before.is_mature:
        yield LeadMatured(lead.id, after.composite)
    if fresh.is_told and before.is_mature and not after.is_mature:
        yield LeadCooled(lead.id, after.composite)
