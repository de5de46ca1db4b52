"""Takes in files that people handed in, a chunk at a time.

What a chunk did and how far the file is share a transaction, so a killed process
leaves nothing half done and nothing is done twice.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import structlog

from bot.looks import is_ours
from handlers.files.chunks import Chunk, chunks
from handlers.files.plan import Plan, carry_out
from handlers.files.refusal import FileRefused
from handlers.files.sheet import open_sheet
from storage.errors import Conflict, StorageError, StorageUnavailable
from storage.uploads import RowFault, Step, Upload, Uploads, advance

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.unit_of_work import Store

log = structlog.get_logger("clew.importer")

#: The fault of a row that broke what took it in.
DEFECT = "row_defect"
#: Name of the duty that schedulers of several processes apply for.
DUTY = "imports"
#: Real seconds between two looks for a file.
LOOK_SECONDS = 1.0
#: Between two chunks, so that chats go on.
PAUSE_SECONDS = 0.01


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

    async def run(self) -> None:
        """Work until cancelled; a storage away is waited for."""
        while True:
            try:
                is_busy = await self.work_off()
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
        except Conflict:
            return True  # another process was faster: look anew
        except StorageUnavailable:
            raise
        except FileRefused as refused:
            error = refused.code
        except Exception:
            log.exception("import_broke", upload=upload.id)
            error = "defect"
        await self._uploads.finish(upload.id, self._clock.now(), error)
        return True

    async def _take_in(self, upload: Upload) -> None:
        plan = Plan.read(upload.plan)
        with tempfile.TemporaryFile() as stream:  # has no name: it goes with the process
            async for piece in self._uploads.pieces(upload.id):
                stream.write(piece)
            rows = await asyncio.to_thread(_chunks, stream, upload.done)
            while (chunk := await asyncio.to_thread(next, rows, None)) is not None:
                if not await is_ours(self._duty):
                    raise Conflict(DUTY)
                upload = await self._apply_surely(upload, plan, chunk)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _apply_surely(self, upload: Upload, plan: Plan, chunk: Chunk) -> Upload:
        """Apply a chunk; one that breaks is done row by row, so that a row stops no other."""
        try:
            await self._apply(upload, plan, chunk)
        except StorageError:
            raise
        except Exception:
            log.exception("chunk_broke", upload=upload.id, rows=chunk.size)
            for one in chunk.singles():
                upload = await self._apply_row(upload, plan, one)
        return await self._fresh(upload)

    async def _apply_row(self, upload: Upload, plan: Plan, one: Chunk) -> Upload:
        try:
            await self._apply(upload, plan, one)
        except StorageError:
            raise
        except Exception:
            log.exception("row_broke", upload=upload.id)
            await self._apply(upload, plan, one.refused(DEFECT))
        return await self._fresh(upload)

    async def _apply(self, upload: Upload, plan: Plan, chunk: Chunk) -> None:
        async with self._store.unit_of_work(self._clock.now()) as work:
            rows = list(chunk.rows.values())
            done = await carry_out(work, self._context, plan, rows, upload.userid)
            found = chunk.faulty(done.faults)
            faults = [RowFault(line, fault.column, fault.code) for line, fault in found]
            faulty = len({fault.line for fault in faults})
            step = Step(chunk.size, done.leads, faulty, faults)
            await advance(work.tx, work.ids, upload, step)
            await work.commit()

    async def _fresh(self, upload: Upload) -> Upload:
        found = await self._uploads.get(upload.id)
        if found is None:
            constraint = "upload(id)"
            raise Conflict(constraint)
        return found


def _chunks(stream: IO[bytes], done: int) -> Iterator[Chunk]:
    return chunks(open_sheet(stream), done)


def importer_of(parts: Parts) -> Importer:
    """Return the importer of a service."""
    store = parts.store
    uploads = Uploads(store.database, store.vault, store.ids)
    return Importer(store, uploads, parts.context, parts.clock, parts.duty(DUTY))
