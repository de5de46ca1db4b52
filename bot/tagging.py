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

from bot.crowds import Crowds
from bot.looks import is_ours, look_every
from handlers.actions.bulk.tagging import retag_people, untrue_tags
from storage.queries.editions import editions
from storage.retention import day_done, mark_day

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from bot.crowds import View
    from config.settings import StoreSettings
    from domain.values import PersonId
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.population.whose import Span
    from storage.unit_of_work import Store

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

    def __init__(
        self,
        store: Store,
        context: Context,
        clock: Clock,
        duty: Duty | None,
        settings: StoreSettings | None = None,
    ) -> None:
        """Without ``duty`` no other process does it; with ``settings`` several look at many."""
        self._settings = settings
        self._store = store
        self._context = context
        self._clock = clock
        self._duty = duty

    async def run(self) -> None:
        """Look until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.sweep_if_due, "tags")

    async def sweep_if_due(self) -> bool:
        """Compute everybody's tags unless that was done today by the edition in force.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        today = self._clock.now().astimezone(self._context.zone).toordinal()
        async with self._store.database.read() as tx:
            published = await editions(tx)
            number = today * _EDITIONS + published.tags + published.kinds
            is_done = await day_done(tx, DUTY) == number
        if is_done or not await is_ours(self._duty):
            return False
        if not await self._sweep():
            return False
        async with self._store.database.write() as tx:
            await mark_day(tx, DUTY, number)
        return True

    async def _sweep(self) -> bool:
        """Look at everybody, then put right who needs it; False when another took over."""
        untrue = await self._crowds().over(untrue_in_span)
        roots, persons = [root for found in untrue or () for root in found], 0
        for start in range(0, len(roots), CHUNK):
            if not await is_ours(self._duty):
                return False
            async with self._store.unit_of_work(self._clock.now()) as work:
                persons += await retag_people(work, self._context, roots[start : start + CHUNK])
                await work.commit()
            await asyncio.sleep(PAUSE_SECONDS)
        if untrue is not None:
            log.info("tags_computed", persons=persons)
        return untrue is not None

    def _crowds(self) -> Crowds:
        return Crowds(self._store, self._context, self._clock, self._settings, self._duty)


async def untrue_in_span(view: View, span: Span) -> list[PersonId]:
    """Return who of a span has other tags than they should have."""
    async with view.store.looking(view.now) as work:
        return await untrue_tags(work, view.context, span, view.source)


def tag_sweeper_of(parts: Parts) -> TagSweeper:
    """Return the sweeper of a service."""
    return TagSweeper(
        parts.store, parts.context, parts.clock, parts.duty(DUTY), parts.settings.store
    )
