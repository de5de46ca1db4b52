"""What each day does to scores: the sweep at midnight, and the truth check (T+1) before dawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.crowds import crowds_of
from bot.looks import is_ours, look_every
from bot.metrics import SCORES_CHECKED, SCORES_DIFFERING
from bot.scoring.passes import everybody, pieces
from bot.scoring.truth import checked
from domain.values import PersonId
from handlers.actions.bulk.scoring import score_people
from handlers.actions.show import tell_managers
from storage.marks import mark_of, put_mark

if TYPE_CHECKING:
    from datetime import datetime

    from bot.bootstrap import Parts
    from bot.crowds import Crowds
    from domain.scoring.truth import Truth

log = structlog.get_logger("clew.scoring")

#: Name of the duty that schedulers of several processes apply for.
DUTY = "score-days"
#: Real seconds between two looks at the clock.
LOOK_SECONDS = 5.0
#: Marks: the day swept last, the day being swept and how far, the day checked last.
SWEPT, SWEEPING, SWEPT_UNTIL = "scores-swept", "scores-sweeping", "scores-swept-until"
CHECKED = "scores-checked"


class DayKeeper:
    """Scores all leads anew when a day begins, and checks all scores before it is light."""

    def __init__(self, crowds: Crowds) -> None:
        """Work on everybody, as long as the duty of ``crowds`` is held."""
        self._crowds = crowds

    async def run(self) -> None:
        """Do what is due until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.look, "score_days")

    async def look(self) -> None:
        """Do everything that is due now; what was cut off goes on where it was.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        if await is_ours(self._crowds.duty):
            await self._sweep_if_due()
            await self._check_if_due()

    def _local(self) -> datetime:
        return self._crowds.clock.now().astimezone(self._crowds.context.zone)

    # ------------------------------------------------------------- midnight

    async def _sweep_if_due(self) -> None:
        crowds, today = self._crowds, self._local().toordinal()
        async with crowds.store.database.read() as tx:
            if await mark_of(tx, SWEPT) >= today:
                return
            is_begun = await mark_of(tx, SWEEPING) == today
            after = await mark_of(tx, SWEPT_UNTIL) if is_begun else 0
        total = 0
        async for roots in pieces(crowds.store, everybody, PersonId(after)):
            async with crowds.store.unit_of_work(crowds.clock.now()) as work:
                await put_mark(work.tx, SWEEPING, today)
                await put_mark(work.tx, SWEPT_UNTIL, roots[-1])
                await score_people(work, crowds.context, roots)
                await work.commit()
            total += len(roots)
            if not await is_ours(self._crowds.duty):
                return
        async with crowds.store.database.write() as tx:
            await put_mark(tx, SWEPT, today)
        log.info("day_swept", persons=total)

    # ------------------------------------------------------------- truth

    async def _check_if_due(self) -> None:
        local, crowds = self._local(), self._crowds
        async with crowds.store.database.read() as tx:
            is_done = await mark_of(tx, CHECKED) >= local.toordinal()
        if is_done or local.time() < crowds.context.rules.check_at:
            return
        if await self.check() is None:
            return
        async with crowds.store.database.write() as tx:
            await put_mark(tx, CHECKED, local.toordinal())

    async def check(self) -> Truth | None:
        """Check all scores; count, log and tell what differs, which must be nothing.

        None when another process took the duty over meanwhile.
        """
        found = await checked(self._crowds)
        if found is None:
            return None
        SCORES_CHECKED.inc(found.leads)
        SCORES_DIFFERING.set(found.differing)
        log.info("scores_checked", leads=found.leads, differing=found.differing)
        if found.differing:
            await self._tell(found)
        return found

    async def _tell(self, found: Truth) -> None:
        ctx, now = self._crowds.context, self._crowds.clock.now()
        for one in found.differences:
            log.error(
                "score_differs", lead_id=one.lead_id, what=one.what, live=one.live, truth=one.truth
            )
        async with self._crowds.store.unit_of_work(now) as work:
            examples = ctx.words.get("list.and").join(
                str(one.lead_id) for one in found.differences[:3]
            )
            content = ctx.words.get(
                "truth.differing", leads=found.leads, differing=found.differing, examples=examples
            )
            await tell_managers(work, ctx, content, cause=f"truth:{now:%Y%m%d%H%M}")
            await work.commit()


def day_keeper_of(parts: Parts) -> DayKeeper:
    """Return the keeper of a service."""
    return DayKeeper(crowds_of(parts, DUTY))
