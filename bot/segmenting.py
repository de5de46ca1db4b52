"""Computes segments that were asked for, and makes files of them: one process at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.crowds import crowds_of
from bot.looks import is_ours, look_every
from domain.errors import RuleError
from domain.segments.segment import SegmentError, SegmentText
from domain.values import PersonId
from handlers.actions.segments.defining import book_of
from handlers.actions.segments.files import CSV, Line, csv_of, lines_of, parquet_of
from handlers.actions.segments.finding import PAGE, estimate, in_segment
from handlers.actions.segments.telling import DRAFT, tell_estimate
from storage.repositories.segments import SegmentFile, SegmentRun, Segments

if TYPE_CHECKING:
    from datetime import datetime

    from bot.bootstrap import Parts
    from bot.crowds import Crowds, View
    from domain.behaviour.syntax import Expression
    from storage.population.whose import Span

log = structlog.get_logger("clew.segments")

#: Name of the duty that schedulers of several processes apply for.
DUTY = "segments"
#: Real seconds between two looks.
LOOK_SECONDS = 0.5


class SegmentRunner:
    """Works on what was asked for, in its order."""

    def __init__(self, crowds: Crowds) -> None:
        """Work on everybody, as long as the duty of ``crowds`` is held."""
        self._crowds = crowds

    async def run(self) -> None:
        """Look until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.work_off, "segments")

    async def work_off(self) -> int:
        """Compute and write all that waits; return how much it was.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        done = 0
        while await self._next():
            done += 1
        return done

    async def _next(self) -> bool:
        async with self._crowds.store.database.read() as tx:
            segments = Segments(tx)
            run, file = await segments.waiting(), await segments.waiting_file()
        if (run is None and file is None) or not await is_ours(self._crowds.duty):
            return False
        if run is not None:
            await self._compute(run)
        elif file is not None:
            await self._write(file)
        return True

    async def _compute(self, run: SegmentRun) -> None:
        now = self._crowds.clock.now()
        try:
            draft = SegmentText(run.name, run.text) if run.version == DRAFT else None
            async with self._crowds.store.database.read() as tx:
                book = await book_of(tx, self._crowds.context, draft)
            condition = book.wholes[run.name]
        except (SegmentError, RuleError, KeyError) as error:
            async with self._crowds.store.database.write() as tx:
                await Segments(tx).fail(run.id, type(error).__name__)
            return
        if run.is_estimate:
            await self._estimate(run, condition, now)
            return
        members = await self._crowds.over(partial(in_span, condition), now)
        if members is None:
            return
        found = [root for some in members for root in some]
        async with self._crowds.store.unit_of_work(now) as work:
            joined, gone = await Segments(work.tx).finish(work.ids, run, found, now)
            await work.commit()
        log.info("segment_computed", run=run.id, size=len(found), joined=joined, gone=gone)

    async def _estimate(self, run: SegmentRun, condition: Expression, now: datetime) -> None:
        """Tell who asked in chat; a draft comes with a button that keeps it."""
        found = await estimate(self._crowds.store, self._crowds.context, condition, now)
        async with self._crowds.store.unit_of_work(now) as work:
            await work.load_people(found.examples)
            tell_estimate(work, self._crowds.context, run, found)
            await Segments(work.tx).tell(run.id, found.size, now)
            await work.commit()

    async def _write(self, file: SegmentFile) -> None:
        now, lines, after = self._crowds.clock.now(), list[Line](), PersonId(0)
        async with self._crowds.store.database.read() as tx:
            run = await Segments(tx).run(file.run_id)
        while run is not None:
            async with self._crowds.store.looking(now) as work:
                roots = await Segments(work.tx).members(run, after, PAGE)
                if not roots:
                    break
                await work.load_people(roots)
                lines += lines_of(work, self._crowds.context, roots, has_contacts=file.has_contacts)
            after = roots[-1]
        content = csv_of(self._crowds.context, lines) if file.format == CSV else parquet_of(lines)
        async with self._crowds.store.unit_of_work(now) as work:
            segments = Segments(work.tx)
            await segments.keep_file(work.ids, self._crowds.store.vault, file, content, len(lines))
            what = "segment_with_phone" if file.has_contacts else "segment"
            seen = [PersonId(int(str(line["person_id"]))) for line in lines]
            await work.records.looked_at_all(file.asked_by, seen, what=what, via="file", at=now)
            await work.commit()
        log.info("segment_written", file=file.id, rows=len(lines), format=file.format)


async def in_span(condition: Expression, view: View, span: Span) -> list[PersonId]:
    """Return who of a span meets a condition."""
    async with view.store.looking(view.now) as work:
        await view.context.kinds.refresh(work.tx)
        return await in_segment(work, view.context, condition, span, view.source)


def segment_runner_of(parts: Parts) -> SegmentRunner:
    """Return the runner of a service."""
    return SegmentRunner(crowds_of(parts, DUTY))
