"""Who is in a segment: everybody, or a sample for a quick estimate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from domain.behaviour.kernel import Plan
from domain.behaviour.mentions import mentions_of, properties_of
from domain.behaviour.syntax import Expression
from domain.columns.days import Moments
from domain.values import PersonId
from handlers.actions.bulk.behaviours import behaviours, wish_of
from handlers.actions.bulk.sheets import Crowd
from storage.population.source import DATABASE, Source
from storage.queries.everybody import count_roots, sampled_roots

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.context import Context
    from storage.population.whose import Whose
    from storage.unit_of_work import Store, UnitOfWork

#: Up to so many persons are all looked at; of more, so many are drawn.
SAMPLE = 2_000
#: Persons in one snapshot.
PAGE = 200
#: How many names an estimate shows.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many are in a segment, of how many looked at and how many there are.

    ``examples`` are a few of them. ``is_exact`` tells that everybody was looked at.
    """

    size: int
    looked_at: int
    everybody: int
    examples: tuple[PersonId, ...]

    @property
    def is_exact(self) -> bool:
        """Tell whether nobody was left out."""
        return self.looked_at >= self.everybody


async def estimate(store: Store, ctx: Context, condition: Expression, now: datetime) -> Estimate:
    """Return about how many persons meet a condition now."""
    async with store.database.read() as tx:
        everybody = await count_roots(tx)
        roots = await sampled_roots(tx, everybody, SAMPLE)
    found = list[PersonId]()
    for at in range(0, len(roots), PAGE):
        async with store.looking(now) as work:
            found += await in_segment(work, ctx, condition, roots[at : at + PAGE])
    share = len(found) / len(roots) if roots else 0.0
    size = len(found) if len(roots) >= everybody else round(share * everybody)
    return Estimate(size, len(roots), everybody, tuple(found[:_SHOWN]))


async def in_segment(
    work: UnitOfWork,
    ctx: Context,
    condition: Expression,
    whose: Whose,
    source: Source = DATABASE,
) -> list[PersonId]:
    """Return which of some persons meet a condition now, in order of id."""
    mentions, found = mentions_of(condition), list[PersonId]()
    crowd = await Crowd.read(work, whose, tags=mentions.tags, has_facts=bool(mentions.facts))
    wish, plan = wish_of(ctx, properties_of([condition])), _plan(condition)
    async for piece in source.pieces(work.tx, whose, wish):
        columns = behaviours(piece, crowd, wish.interactions, mentions.facts)
        (value,) = plan.run(columns, Moments.at(work.now, ctx.zone))
        found += piece.roots[np.flatnonzero(value.holds)].tolist()
    return sorted(found)


@lru_cache(maxsize=8)
def _plan(condition: Expression) -> Plan:
    return Plan.of([condition])
