"""What a score was: worked out again from the log, as it was known at a moment.

Only what had been received by then counts, and what was known of the person and
the lead then, by the rules that were in force. Who is one person with whom is as
known today: events are never rewritten when persons are joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.scoring.rating import Case, explain_case
from domain.values import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from domain.lead import Lead
    from domain.scoring.grade import Grading
    from domain.scoring.score import Scored
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

NOT_SCORED_YET = "not_scored_yet"


@dataclass(frozen=True, slots=True)
class Replayed:
    """The score at ``at``, by the rules of then and by those of today."""

    at: datetime
    version: int
    then: Scored
    grading: Grading
    today_version: int
    by_today: Scored


async def replayed(work: UnitOfWork, ctx: Context, lead: Lead, at: datetime) -> Replayed | Refusal:
    """Work the score of a loaded lead out as of a moment of the past.

    Raises:
        Erased: the person was erased.
    """
    basis = await work.bases.at(lead, at)
    if basis is None:
        return Refusal(NOT_SCORED_YET)
    events = [event for event in work.history_of(lead.person_id) if event.received_at <= at]
    case = Case(basis, events, at)
    tables = await ctx.rulebook.at(work.tx, at)
    return Replayed(
        at,
        tables.version,
        explain_case(case, tables),
        _grading(case, tables),
        ctx.rules.version,
        explain_case(case, ctx.rules),
    )


def _grading(case: Case, tables: RuleTables) -> Grading:
    return tables.card_for(case.basis.phase).grading
