"""Score the leads of persons to whom something happened: once per unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.lead import Lead, ScoreState
from domain.messages import Timer
from domain.outcomes import GradeChanged, LeadCooled, LeadMatured, LeadScored, Outcome
from domain.scoring.forecast import next_looks_at
from domain.scoring.score import Scored, rate_all, score, subject_of

if TYPE_CHECKING:
    from domain.scoring.history import Subject
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
    subjects = [subject(work, ctx, lead) for lead in leads]
    results = rate_all(subjects, ctx.catalog.scorecard, work.now) if subjects else []
    looks = next_looks_at(results, ctx.catalog.scorecard)
    for lead, rated, look_at in zip(leads, results, looks, strict=True):
        _keep(work, lead, rated.state, look_at)
    return bool(roots)


def subject(work: UnitOfWork, ctx: Context, lead: Lead) -> Subject:
    """Return what the lead's score is computed from: person, channel, all events."""
    return subject_of(
        work.people.whole(lead.person_id),
        lead,
        work.history_of(lead.person_id),
        ctx.catalog.channels,
    )


def explain(work: UnitOfWork, ctx: Context, lead: Lead) -> Scored:
    """Return the lead's score as of ``work.now`` with every contribution."""
    return score(subject(work, ctx, lead), ctx.catalog.scorecard, work.now)


def _keep(work: UnitOfWork, lead: Lead, state: ScoreState, look_at: datetime | None) -> None:
    work.leads.put(replace(lead, score=state))
    for outcome in _outcomes(lead, state):
        work.happened(outcome)
    key = f"{SCORE_TIMER}:{lead.id}"
    if look_at is not None:
        work.set_timer(Timer(SCORE_TIMER, lead.id, look_at, key))
    elif lead.score.is_mature:
        work.cancel_timer(key)


def _outcomes(lead: Lead, after: ScoreState) -> Iterator[Outcome]:
    before = lead.score
    if before.composite != after.composite:
        yield LeadScored(lead.id, before.composite, after.composite)
    if (before.grade, before.level) != (after.grade, after.level):
        yield GradeChanged(lead.id, before.grade, after.grade, before.level, after.level)
    if after.is_mature and not before.is_mature:
        yield LeadMatured(lead.id, after.composite)
    if before.is_mature and not after.is_mature:
        yield LeadCooled(lead.id, after.composite)
