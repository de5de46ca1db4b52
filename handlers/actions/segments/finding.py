"""Who is in a segment: everybody, or a sample for a quick estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.behaviour.columns import columns_of
from domain.behaviour.days import Moments
from domain.behaviour.kernel import Plan
from domain.behaviour.syntax import Expression
from domain.values import PersonId
from handlers.actions.tags.compute import behaviour_of
from storage.queries.everybody import count_roots, roots_after, sampled_roots

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.context import Context
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
    plan, found = Plan.of([condition]), list[PersonId]()
    for at in range(0, len(roots), PAGE):
        async with store.looking(now) as work:
            found += await in_segment(work, ctx, plan, roots[at : at + PAGE])
    share = len(found) / len(roots) if roots else 0.0
    size = len(found) if len(roots) >= everybody else round(share * everybody)
    return Estimate(size, len(roots), everybody, tuple(found[:_SHOWN]))


async def find_all(
    store: Store, ctx: Context, condition: Expression, now: datetime
) -> list[PersonId]:
    """Return everybody who meets a condition at ``now``, in order of id, page by page."""
    plan, found, after = Plan.of([condition]), list[PersonId](), PersonId(0)
    while True:
        async with store.looking(now) as work:
            roots = await roots_after(work.tx, after, PAGE)
            if not roots:
                return found
            found += await in_segment(work, ctx, plan, roots)
        after = roots[-1]


async def in_segment(
    work: UnitOfWork, ctx: Context, plan: Plan, roots: Sequence[PersonId]
) -> list[PersonId]:
    """Return which of some persons meet the condition of a plan, loading them."""
    await work.load_people(roots)
    people = [behaviour_of(work, root) for root in roots]
    columns = columns_of(people, ctx.catalog.events.interactions(), ctx.zone)
    (value,) = plan.run(columns, Moments.at(work.now, ctx.zone))
    return [root for root, holds in zip(roots, value.holds.tolist(), strict=True) if holds]
