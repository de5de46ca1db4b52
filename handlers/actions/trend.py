"""How a score moved: worked out again for the end of each of the last days, and for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from domain.scoring.rating import Case
from domain.scoring.sheet import Sheet

if TYPE_CHECKING:
    from domain.lead import Lead, ScoreState
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Calendar days of a trend, today included.
DAYS = 14
#: A day is told as of its last moment.
_LAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Point:
    """What a score was at a moment, by the rules of then."""

    at: datetime
    state: ScoreState


async def trend_of(work: UnitOfWork, ctx: Context, lead: Lead, days: int = DAYS) -> list[Point]:
    """Return how the score of a loaded lead moved, oldest first; days before it began are left out.

    Each point is what the replay of its moment gives.

    Raises:
        Erased: the person was erased.
    """
    midnight = datetime.combine(work.now.astimezone(ctx.zone).date(), time(), ctx.zone)
    ends = [midnight - timedelta(days=back) - _LAST for back in reversed(range(days - 1))]
    events = work.history_of(lead.person_id)
    found: list[tuple[Case, RuleTables]] = []
    for at in (*ends, work.now):
        basis = await work.bases.at(lead, at)
        if basis is not None:
            known = [event for event in events if event.received_at <= at]
            found.append((Case(basis, known, at), await ctx.rulebook.at(work.tx, at)))
    points: list[Point] = []
    for version in sorted({tables.version for _, tables in found}):
        mine = [(case, tables) for case, tables in found if tables.version == version]
        moments = [case.at for case, _ in mine]
        states = Sheet.of([case for case, _ in mine], mine[0][1]).rate(moments).states
        points += [Point(*both) for both in zip(moments, states, strict=True)]
    return sorted(points, key=lambda point: point.at)
