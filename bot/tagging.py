"""Keeps computed tags right besides events: after midnight, and after a publication.

Days turn at midnight for everybody, so all tags are computed then, daily ones
included; and a definition that was published holds for everybody, not only for
whom something happens to next. Both are one look at all persons, and then small
transactions between other work for those whose tags are not what they should be. A
pass that was cut off looks again: who was put right is not found any more.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.crowds import crowds_of
from bot.looks import is_ours, look_every
from handlers.actions.bulk.tagging import retag_people, untrue_tags
from storage.queries.editions import editions
from storage.retention import day_done, mark_day

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.crowds import Crowds, View
    from domain.values import PersonId
    from storage.population.whose import Span

log = structlog.get_logger("clew.tagging")

#: Name of the duty that schedulers of several processes apply for, and of its mark.
DUTY = "tags"
#: A pass has a number of its own per day and edition.
_EDITIONS = 1_000_000
#: Real seconds between two looks.
LOOK_SECONDS = 5.0
#: Persons in one transaction: less than a tenth of a second; real seconds until the next.
CHUNK = 150
PAUSE_SECONDS = 0.02


class TagSweeper:
    """Computes everybody's tags when days turn or definitions change."""

    def __init__(self, crowds: Crowds) -> None:
        """Work on everybody, as long as the duty of ``crowds`` is held."""
        self._crowds = crowds

    async def run(self) -> None:
        """Look until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.sweep_if_due, "tags")

    async def sweep_if_due(self) -> bool:
        """Compute everybody's tags unless that was done today by the edition in force.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        today = self._crowds.clock.now().astimezone(self._crowds.context.zone).toordinal()
        async with self._crowds.store.database.read() as tx:
            published = await editions(tx)
            number = today * _EDITIONS + published.tags + published.kinds
            is_done = await day_done(tx, DUTY) == number
        if is_done or not await is_ours(self._crowds.duty):
            return False
        if not await self._sweep():
            return False
        async with self._crowds.store.database.write() as tx:
            await mark_day(tx, DUTY, number)
        return True

    async def _sweep(self) -> bool:
        """Look at everybody, then put right who needs it; False when another took over."""
        crowds = self._crowds
        untrue = await crowds.over(untrue_in_span)
        roots, persons = [root for found in untrue or () for root in found], 0
        for start in range(0, len(roots), CHUNK):
            if not await is_ours(crowds.duty):
                return False
            async with crowds.store.unit_of_work(crowds.clock.now()) as work:
                persons += await retag_people(work, crowds.context, roots[start : start + CHUNK])
                await work.commit()
            await asyncio.sleep(PAUSE_SECONDS)
        if untrue is not None:
            log.info("tags_computed", persons=persons)
        return untrue is not None


async def untrue_in_span(view: View, span: Span) -> list[PersonId]:
    """Return who of a span has other tags than they should have."""
    async with view.store.looking(view.now) as work:
        return await untrue_tags(work, view.context, span, view.source)


def tag_sweeper_of(parts: Parts) -> TagSweeper:
    """Return the sweeper of a service."""
    return TagSweeper(crowds_of(parts, DUTY))
