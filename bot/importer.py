"""Takes in files that people handed in, a chunk at a time.

What a chunk did and how far the file is share a transaction, so a killed process
leaves nothing half done and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.looks import is_ours
from bot.preparing import DEFECT, preparing, processes_for
from domain.intake.mapping import Fault
from handlers.actions.import_batch import (
    AT_ONCE,
    CHUNK_ROWS,
    ReadyChunk,
    generated,
    take_some,
    work_off,
)
from handlers.actions.tag_rows import ListedBy, tag_rows
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
    from domain.intake.id_list import IdList
    from domain.intake.mapping import FileMapping
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
            sheet = await asyncio.to_thread(open_sheet, stream)
            if plan.leads is not None:
                await self._take_leads(upload, sheet, plan.leads)
            elif plan.tags is not None:
                await self._tag(upload, sheet, plan.tags)

    async def _take_leads(self, upload: Upload, sheet: Sheet, mapping: FileMapping) -> None:
        count = processes_for(upload.rows - upload.done)
        some = chunks(sheet, CHUNK_ROWS, upload.done)
        async with (
            preparing(mapping, self._context, self._store, self._clock, count) as ready,
            aclosing(ready.over(some)) as each,
        ):
            async for chunk, prepared in each:
                one = ReadyChunk(chunk.header, chunk.lines, prepared)
                upload = await self._store_all(upload, _Span(chunk, 0, chunk.size, one), mapping)

    async def _store_all(self, upload: Upload, span: _Span, mapping: FileMapping) -> Upload:
        """Store lines; of lines that break something each half is done by itself.

        So a row that breaks stops no other.
        """
        start = span.start
        while start < span.stop:
            if not await is_ours(self._duty):
                raise Conflict(DUTY)
            rest = _Span(span.chunk, start, span.stop, span.ready)
            try:
                upload, start = await self._store_some(upload, rest, mapping)
            except _TRY_AGAIN:
                raise
            except Exception:
                log.exception("rows_broke", upload=upload.id, rows=span.stop - start)
                if span.stop - start == 1:
                    faults = {start: (Fault("", DEFECT),)}
                    return await self._note(upload, Step(1, 0, 1, _told(span.chunk, faults)))
                middle = (start + span.stop) // 2
                for low, high in ((start, middle), (middle, span.stop)):
                    half = _Span(span.chunk, low, high, span.ready)
                    upload = await self._store_all(upload, half, mapping)
                return upload
        return upload

    async def _store_some(
        self, upload: Upload, span: _Span, mapping: FileMapping
    ) -> tuple[Upload, int]:
        async with self._store.unit_of_work(self._clock.now()) as work:
            lines = (span.start, span.stop)
            taken = await take_some(work, self._context, span.ready, lines, mapping)
            faults = taken.imported.faults
            step = Step(
                taken.end - span.start,
                taken.imported.leads,
                len(faults),
                _told(span.chunk, faults),
            )
            after = await advance(work.tx, work.ids, upload, step)
            await work.commit()
        return after, taken.end

    async def _note(self, upload: Upload, step: Step) -> Upload:
        async with self._store.unit_of_work(self._clock.now()) as work:
            after = await advance(work.tx, work.ids, upload, step)
            await work.commit()
        return after

    async def _tag(self, upload: Upload, sheet: Sheet, id_list: IdList) -> None:
        some = chunks(sheet, LIST_ROWS, upload.done)
        while (chunk := await asyncio.to_thread(next, some, None)) is not None:
            if not await is_ours(self._duty):
                raise Conflict(DUTY)
            async with self._store.unit_of_work(self._clock.now()) as work:
                upload = await self._tag_some(work, upload, chunk, id_list)
                await work.commit()

    async def _tag_some(
        self, work: UnitOfWork, upload: Upload, chunk: Chunk, id_list: IdList
    ) -> Upload:
        rows, faults = chunk.readable()
        places, by = list(rows), ListedBy(upload.userid)
        done = await tag_rows(work, self._context, list(rows.values()), id_list, by)
        faults |= {places[n]: found for n, found in done.faults.items()}
        step = Step(chunk.size, done.leads, len(faults), _told(chunk, faults))
        return await advance(work.tx, work.ids, upload, step)


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines of a chunk, from ``start`` to before ``stop``."""

    chunk: Chunk
    start: int
    stop: int
    ready: ReadyChunk


def _told(chunk: Chunk, faults: Mapping[int, Sequence[Fault]]) -> list[RowFault]:
    return [RowFault(line, fault.column, fault.code) for line, fault in chunk.named(faults)]


def importer_of(parts: Parts) -> Importer:
    """Return the importer of a service."""
    store = parts.store
    uploads = Uploads(store.database, store.vault, store.ids)
    return Importer(store, uploads, parts.context, parts.clock, parts.duty(DUTY))
