"""Takes in files that people handed in, a chunk at a time.

What a chunk did and how far the file is share a transaction, so a killed process
leaves nothing half done and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.batches import Batch, LeadBatch, ListBatch, Span, halves
from bot.looks import is_ours
from bot.preparing import DEFECT, preparing, processes_for
from bot.threads import until_done
from domain.intake.mapping import Fault
from handlers.actions.import_batch import (
    AT_ONCE,
    CHUNK_ROWS,
    ReadyChunk,
    Taken,
    generated,
    work_off,
)
from handlers.actions.tag_rows import ListedBy
from handlers.files.chunks import Chunk, chunks
from handlers.files.plan import Plan
from handlers.files.refusal import FileRefused
from handlers.files.sheet import Sheet, open_sheet
from storage.errors import Conflict, StorageError, StorageUnavailable
from storage.repositories.leads import OwnerChanged
from storage.uploads import RowFault, Step, Upload, Uploads, advance

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from domain.values import LeadId, PersonId
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.unit_of_work import Store, UnitOfWork

log = structlog.get_logger("clew.importer")

#: Name of the duty that schedulers of several processes apply for.
DUTY = "imports"
#: Real seconds between two looks for a file.
LOOK_SECONDS = 1.0
#: Between two units of work in the background, so that chats go on.
PAUSE_SECONDS = 0.01
#: Batches that one transaction takes in at most, if it keeps nobody waiting: the more rows
#: touch a leaf of an index before it is written, the less is written.
BATCHES = 4
#: Seconds after which a transaction takes in no more: other processes wait, and are not seen.
MOST_SECONDS = 1.0
#: Rows of a list that one transaction tags.
LIST_ROWS = 200
#: Nothing is wrong with the rows: others were faster, or the database is away.
_TRY_AGAIN = (Conflict, OwnerChanged, StorageUnavailable)


class Importer:
    """Works off files one after the other. One process works; the others stand by."""

    def __init__(
        self, store: Store, uploads: Uploads, context: Context, clock: Clock, duty: Duty | None
    ) -> None:
        """Without ``duty`` nobody else works on them."""
        self._store = store
        self._uploads = uploads
        self._context = context
        self._clock = clock
        self._duty = duty
        #: Leads that broke what worked them off.
        self._broken: set[LeadId] = set()

    async def run(self) -> None:
        """Work until cancelled; a storage away is waited for."""
        while True:
            try:
                is_busy = await self.work_off() or await self.finish_leads()
            except StorageError as error:
                log.warning("storage_unavailable", error=type(error).__name__)
                is_busy = False
            if not is_busy:
                await asyncio.sleep(LOOK_SECONDS)

    async def work_off(self) -> bool:
        """Take in the oldest file that waits; False when there is none, or it is another's.

        Raises:
            StorageError: the database is not there; the file goes on where it stood.
        """
        upload = await self._uploads.running()
        if upload is None or not await is_ours(self._duty):
            return False
        error = ""
        try:
            await self._take_in(upload)
        except (Conflict, OwnerChanged):
            return True  # others were faster: look anew
        except StorageUnavailable:
            raise
        except FileRefused as refused:
            error = refused.code
        except Exception:
            log.exception("import_broke", upload=upload.id)
            error = "defect"
        await self._uploads.finish(upload.id, self._clock.now(), error)
        return True

    async def finish_leads(self) -> bool:
        """Do for some stored leads what their creation sets off; False when there are none.

        Raises:
            StorageError: the database is not there; what is left is done later.
        """
        async with self._store.database.read() as tx:
            found = await generated(tx, AT_ONCE + len(self._broken))
        leads = [pair for pair in found if pair[0] not in self._broken]
        if not leads or not await is_ours(self._duty):
            return False
        try:
            await self._work_off(leads)
        except _TRY_AGAIN:
            raise
        except Exception:
            log.exception("leads_broke", leads=len(leads))
            for pair in leads:
                await self._work_off_surely(pair)
        await asyncio.sleep(PAUSE_SECONDS)
        return True

    async def _work_off_surely(self, pair: tuple[LeadId, PersonId]) -> None:
        """Work off one lead; one that breaks stops no other, and is tried by the next process."""
        try:
            await self._work_off([pair])
        except _TRY_AGAIN:
            raise
        except Exception:
            log.exception("lead_broke", lead=pair[0])
            self._broken.add(pair[0])

    async def _work_off(self, leads: Sequence[tuple[LeadId, PersonId]]) -> None:
        async with self._store.unit_of_work(self._clock.now()) as work:
            await work_off(work, self._context, leads)
            await work.commit()

    async def _take_in(self, upload: Upload) -> None:
        plan = Plan.read(upload.plan)
        with tempfile.TemporaryFile() as stream:  # has no name: it goes with the process
            async for piece in self._uploads.pieces(upload.id):
                stream.write(piece)
            sheet = await until_done(open_sheet, stream)
            async with aclosing(self._batches(upload, sheet, plan)) as batches:
                waiting: list[Span] = []
                async for batch in batches:
                    waiting.append(Span(batch, 0, batch.chunk.size))
                    if len(waiting) == BATCHES:
                        upload = await self._store_all(upload, waiting)
                        waiting = []
                await self._store_all(upload, waiting)

    async def _batches(
        self, upload: Upload, sheet: Sheet, plan: Plan
    ) -> AsyncGenerator[Batch, None]:
        """Yield what the file holds behind the rows that are done."""
        ctx, store, clock = self._context, self._store, self._clock
        if (mapping := plan.leads) is not None:
            count = processes_for(upload.rows - upload.done)
            some = chunks(sheet, CHUNK_ROWS, upload.done)
            async with (
                store.database.filling(),
                preparing(mapping, ctx, store, clock, count) as ready,
                aclosing(ready.over(some, BATCHES)) as each,
            ):
                async for chunk, prepared in each:
                    made = ReadyChunk(chunk.header, chunk.lines, prepared)
                    yield LeadBatch(ctx, mapping, chunk, made)
        elif plan.tags is not None:
            listed, by = chunks(sheet, LIST_ROWS, upload.done), ListedBy(upload.userid)
            while (some_ids := await until_done(next, listed, None)) is not None:
                yield ListBatch(ctx, plan.tags, by, some_ids)

    async def _store_all(self, upload: Upload, spans: Sequence[Span]) -> Upload:
        """Store lines that follow each other, with room for others in between."""
        rest = [*spans]
        while rest:
            if not await is_ours(self._duty):
                raise Conflict(DUTY)
            try:
                upload, rest = await self._store_some(upload, rest)
            except _TRY_AGAIN:
                raise
            except Exception:
                log.exception("rows_broke", upload=upload.id, rows=sum(one.size for one in rest))
                return await self._store_halves(upload, rest)
            await asyncio.sleep(PAUSE_SECONDS)
        return upload

    async def _store_halves(self, upload: Upload, spans: Sequence[Span]) -> Upload:
        """Store lines that broke something half by half: a row that breaks stops no other."""
        if len(spans) == 1 and spans[0].size == 1:
            faults = {spans[0].start: (Fault("", DEFECT),)}
            return await self._note(upload, Step(1, 0, 1, _told(spans[0].batch.chunk, faults)))
        for half in halves(spans):
            upload = await self._store_all(upload, half)
        return upload

    async def _store_some(self, upload: Upload, spans: Sequence[Span]) -> tuple[Upload, list[Span]]:
        """Store some lines in one transaction; return what is left of them."""
        now = asyncio.get_running_loop().time
        end, rest = now() + MOST_SECONDS, [*spans]
        async with self._store.unit_of_work(self._clock.now()) as work:
            upload, rest = await self._take_some(work, upload, rest)
            while rest and work.tx.may_go_on and now() < end:
                upload, rest = await self._take_some(work.another(), upload, rest)
        return upload, rest

    async def _take_some(
        self, work: UnitOfWork, upload: Upload, spans: Sequence[Span]
    ) -> tuple[Upload, list[Span]]:
        first, *rest = spans
        taken = await first.batch.take(work, first.start, first.stop)
        after = await advance(work.tx, work.ids, upload, _step(first, taken))
        await work.commit()
        if taken.end < first.stop:
            rest.insert(0, replace(first, start=taken.end))
        return after, rest

    async def _note(self, upload: Upload, step: Step) -> Upload:
        async with self._store.unit_of_work(self._clock.now()) as work:
            after = await advance(work.tx, work.ids, upload, step)
            await work.commit()
        return after


def _step(span: Span, taken: Taken) -> Step:
    faults = taken.imported.faults
    told = _told(span.batch.chunk, faults)
    return Step(taken.end - span.start, taken.imported.leads, len(faults), told)


def _told(chunk: Chunk, faults: Mapping[int, Sequence[Fault]]) -> list[RowFault]:
    return [RowFault(line, fault.column, fault.code) for line, fault in chunk.named(faults)]


def importer_of(parts: Parts) -> Importer:
    """Return the importer of a service."""
    store = parts.store
    uploads = Uploads(store.database, store.vault, store.ids)
    return Importer(store, uploads, parts.context, parts.clock, parts.duty(DUTY))
