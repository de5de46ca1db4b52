"""Work scores out again at their own cut, and compare.

The cut of a live score is the moment it was worked out for, everything that is
stored in the same snapshot, and its version of the rules. Whatever is stored
scores the lead in the same transaction, so nothing may differ; a score that was
not worked out when it should have been differs as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import ClewError
from domain.lead import Lead, ScoreState, Stage
from domain.scoring.truth import (
    MISSED,
    NEVER_SCORED,
    NO_RULES,
    Difference,
    Truth,
    difference_of,
    truth_of,
)
from handlers.actions.bulk.sheets import Crowd, Standing, in_piece, sheet_of, wish_for
from storage.errors import StorageError
from storage.population.source import DATABASE, Source

if TYPE_CHECKING:
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from storage.population.histories import Histories
    from storage.population.whose import Whose
    from storage.unit_of_work import UnitOfWork

#: A crossing by time alone is noticed within a minute; a sweep of timers may be under way.
_NOTICED_WITHIN = timedelta(minutes=2)

_UNSCORED = ScoreState()

Tables = Mapping[int, "RuleTables | None"]


async def check(work: UnitOfWork, ctx: Context, whose: Whose, source: Source = DATABASE) -> Truth:
    """Check the open leads of some persons in one snapshot; nothing is written."""
    crowd = await Crowd.read(work, whose)
    standings = [one for one in crowd.open_leads() if not _waits(one.lead)]
    versions = {one.lead.score.rules_version for one in standings}
    tables = {version: await _tables(work, ctx, version) for version in sorted(versions)}
    found = Truth()
    if not standings:
        return found
    wish = wish_for(filter(None, tables.values()), ctx.zone)
    async for piece in source.pieces(work.tx, whose, wish):
        mine = in_piece(piece, standings)
        differences = _differences(piece, crowd, mine, tables, work.now)
        found = found.plus(truth_of(len(mine), differences))
    return found


def _waits(lead: Lead) -> bool:
    """Tell whether a lead of a file waits to be worked off: it will be scored with that."""
    return lead.stage is Stage.GENERATED and lead.score == _UNSCORED


async def _tables(work: UnitOfWork, ctx: Context, version: int) -> RuleTables | None:
    """Return a version's tables, None when they are gone or this program cannot read them."""
    try:
        return await ctx.rulebook.numbered(work.tx, version)
    except StorageError:
        raise
    except ClewError:
        return None


def _differences(
    piece: Histories, crowd: Crowd, standings: Sequence[Standing], tables: Tables, now: datetime
) -> Iterator[Difference]:
    by_version: defaultdict[int, list[Standing]] = defaultdict(list)
    for one in standings:
        version = one.lead.score.rules_version
        if tables[version] is None:
            yield Difference(one.lead.id, NO_RULES, str(version))
        elif one.lead.score.scored_at is None:
            yield Difference(one.lead.id, NEVER_SCORED)
        else:
            by_version[version].append(one)
    for version, mine in by_version.items():
        rules = tables[version]
        if rules is not None:
            yield from _compared(piece, crowd, mine, rules, now - _NOTICED_WITHIN)


def _compared(
    piece: Histories, crowd: Crowd, mine: Sequence[Standing], rules: RuleTables, noticed: datetime
) -> Iterator[Difference]:
    """Yield differences, and leads that were no longer what is stored, or not yet, a while ago."""
    sheet = sheet_of(piece, crowd, mine, rules)
    cuts = [one.lead.score.scored_at or noticed for one in mine]
    truths = sheet.rate(cuts).states
    later = sheet.rate([max(at, noticed) for at in cuts]).states
    for one, truth, since in zip(mine, truths, later, strict=True):
        if (difference := difference_of(one.lead, truth)) is not None:
            yield difference
        is_mature = one.lead.score.is_mature
        is_older = one.lead.score.scored_at != since.scored_at
        if is_older and since.is_mature != is_mature:
            yield Difference(one.lead.id, MISSED, str(is_mature), str(since.is_mature))
