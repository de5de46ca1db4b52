"""Work scores out again at their own cut, and compare.

The cut of a live score is the moment it was worked out for, everything that is
stored in the same snapshot, and its version of the rules. Whatever is stored
scores the lead in the same transaction, so nothing may differ; a score that was
not worked out when it should have been differs as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.errors import ClewError
from domain.scoring.rating import Case, rate_cases
from domain.scoring.truth import (
    MISSED,
    NEVER_SCORED,
    NO_RULES,
    Difference,
    Truth,
    difference_of,
    truth_of,
)
from handlers.actions.score import case_of
from storage.errors import StorageError

if TYPE_CHECKING:
    from domain.lead import Lead
    from domain.scoring.tables import RuleTables
    from domain.values import PersonId
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: A crossing by time alone is noticed within a minute; a sweep of timers may be under way.
_NOTICED_WITHIN = timedelta(minutes=2)


async def check_some(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> Truth:
    """Check the open leads of some persons in one snapshot; nothing is written."""
    await work.load_people(roots)
    leads = [lead for root in roots for lead in work.leads_of(root) if lead.is_open]
    by_version: defaultdict[int, list[Lead]] = defaultdict(list)
    for lead in leads:
        by_version[lead.score.rules_version].append(lead)
    found: list[Difference] = []
    for version, mine in by_version.items():
        tables = await _tables(work, ctx, version)
        if tables is None:
            found += [Difference(lead.id, NO_RULES, str(version)) for lead in mine]
        else:
            found += _differences(work, mine, tables)
    return truth_of(len(leads), found)


async def _tables(work: UnitOfWork, ctx: Context, version: int) -> RuleTables | None:
    """Return a version's tables, None when they are gone or this program cannot read them."""
    try:
        return await ctx.rulebook.numbered(work.tx, version)
    except StorageError:
        raise
    except ClewError:
        return None


def _differences(
    work: UnitOfWork, leads: Sequence[Lead], tables: RuleTables
) -> Iterator[Difference]:
    cases, scored = [], []
    for lead in leads:
        if lead.score.scored_at is None:
            yield Difference(lead.id, NEVER_SCORED)
        else:
            cases.append(replace(case_of(work, lead), at=lead.score.scored_at))
            scored.append(lead)
    for lead, rated in zip(scored, rate_cases(cases, tables), strict=True):
        if (difference := difference_of(lead, rated.state)) is not None:
            yield difference
    yield from _missed(scored, cases, tables, work.now - _NOTICED_WITHIN)


def _missed(
    leads: Sequence[Lead], cases: Sequence[Case], tables: RuleTables, at: datetime
) -> Iterator[Difference]:
    """Yield leads that were no longer what is stored, or not yet, a while ago."""
    older = [(lead, case) for lead, case in zip(leads, cases, strict=True) if case.at < at]
    rated = rate_cases([replace(case, at=at) for _, case in older], tables)
    for (lead, _), one in zip(older, rated, strict=True):
        if one.state.is_mature != lead.score.is_mature:
            yield Difference(lead.id, MISSED, str(lead.score.is_mature), str(one.state.is_mature))
