"""Keeps computed tags right besides events: after midnight, and after a publication.

Days turn at midnight for everybody, so all tags are computed then, daily ones
included; and a definition that was published holds for everybody, not only for
whom something happens to next. Both are one pass over all persons, in small
pieces between other work; a pass that was cut off goes on where it was.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.looks import is_ours, look_every
from domain.values import PersonId
from handlers.actions.tags.compute import retag_all
from handlers.reactions import settle
from storage.queries.everybody import roots_after
from storage.repositories.tag_definitions import TagDefinitions
from storage.retention import day_done, mark_day

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.unit_of_work import Store

log = structlog.get_logger("clew.tagging")

#: Name of the duty that schedulers of several processes apply for, and of its mark.
DUTY = "tags"
#: Marks of the pass that is under way, and of how far it has come.
_PASS, _AT = "tags-pass", "tags-pass-at"
#: A pass has a number of its own per day and edition.
_EDITIONS = 1_000_000
#: Real seconds between two looks.
LOOK_SECONDS = 5.0
#: Persons in one transaction: less than a tenth of a second; real seconds until the next.
CHUNK = 100
PAUSE_SECONDS = 0.02


class TagSweeper:
    """Computes everybody's tags when days turn or definitions change."""

    def __init__(self, store: Store, context: Context, clock: Clock, duty: Duty | None) -> None:
        """Without ``duty`` no other process does it."""
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
            edition, _ = await TagDefinitions(tx).edition()
            number = today * _EDITIONS + edition
            is_done = await day_done(tx, DUTY) == number
            is_begun = await day_done(tx, _PASS) == number
            after = PersonId(await day_done(tx, _AT) if is_begun else 0)
        if is_done or not await is_ours(self._duty):
            return False
        if not await self._sweep(number, after):
            return False
        async with self._store.database.write() as tx:
            await mark_day(tx, DUTY, number)
        return True

    async def _sweep(self, number: int, after: PersonId) -> bool:
        """Go through everybody behind ``after``; False when another process took over."""
        persons = 0
        while True:
            async with self._store.database.read() as tx:
                roots = await roots_after(tx, after, CHUNK)
            if not roots:
                log.info("tags_computed", persons=persons)
                return True
            async with self._store.unit_of_work(self._clock.now()) as work:
                await self._context.tag_keeper.refresh(work.tx)
                await work.load_people(roots)
                retag_all(work, self._context, [work.people.root(one).id for one in roots])
                await settle(work, self._context)
                await mark_day(work.tx, _PASS, number)
                await mark_day(work.tx, _AT, roots[-1])
                await work.commit()
            persons, after = persons + len(roots), roots[-1]
            await asyncio.sleep(PAUSE_SECONDS)
            if not await is_ours(self._duty):
                return False


def tag_sweeper_of(parts: Parts) -> TagSweeper:
    """Return the sweeper of a service."""
    return TagSweeper(parts.store, parts.context, parts.clock, parts.duty(DUTY))
