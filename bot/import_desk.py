"""Files that the command line hands in: to the running service, or to an importer of its own.

The file goes to the database piece by piece, as one from the page does, and is taken in
from there. So a command that was killed left either a file that goes on where it stood, or
pieces that are forgotten; it finds its file again by what stands in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.importer import LOOK_SECONDS, importer_of
from bot.jobs import Ask, Job, NoWords, add_jobs
from storage.uploads import RowFault, Upload, Uploads, UploadState

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts

#: Real seconds between two looks at how far a file is.
_TELL_SECONDS = 0.2
_FAULTS = 2_000


class FileWish(msgspec.Struct):
    """A file to take in: its name, its rows, and the plan, which holds its digest."""

    name: str
    rows: int
    plan: str


class Piece(msgspec.Struct):
    """A piece of a file, counted from 1."""

    upload_id: int
    number: int
    data: bytes


class Start(msgspec.Struct):
    """All pieces are there: take the file in."""

    upload_id: int
    wish: FileWish


class Which(msgspec.Struct):
    """Which file; ``after`` a fault."""

    upload_id: int
    after: int = 0


class Faults(msgspec.Struct):
    """A page of faults, and where the next one begins."""

    rows: list[RowFault]
    after: int


class ImportDesk(Protocol):
    """What the command line may ask about files of leads."""

    async def begun(self, wish: FileWish) -> Upload | None:
        """Return the same file with the same plan when it is being taken in already."""
        ...

    async def new_file(self) -> int:
        """Return the number of a file whose pieces come next."""
        ...

    async def add_piece(self, piece: Piece) -> None:
        """Keep a piece."""
        ...

    async def start(self, start: Start) -> Upload:
        """Take a file in whose pieces are all there."""
        ...

    def follow(self, upload_id: int) -> AsyncIterator[Upload]:
        """Yield how far a file is, now and then, until it is done; the last time then."""
        ...

    async def faults(self, which: Which) -> Faults:
        """Return faults in the order of lines, a page of them."""
        ...


class LocalImportDesk:
    """Keeps files in this process's database; :meth:`follow` also takes them in."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts
        store = parts.store
        self._uploads = Uploads(store.database, store.vault, store.ids)

    async def begun(self, wish: FileWish) -> Upload | None:
        """Look for it."""
        return await self._uploads.begun(wish.plan)

    async def new_file(self) -> int:
        """Take an id."""
        return self._uploads.new_id()

    async def add_piece(self, piece: Piece) -> None:
        """Keep it sealed."""
        await self._uploads.add_piece(piece.upload_id, piece.number, piece.data)

    async def start(self, start: Start) -> Upload:
        """Write the row by which importers find it."""
        wish, now = start.wish, self._parts.clock.now()
        await self._uploads.add(start.upload_id, "", wish.name, wish.rows, b"{}", now)
        await self._uploads.start(start.upload_id, wish.plan)
        return await self.state(start.upload_id)

    async def state(self, upload_id: int) -> Upload:
        """Return how far a file is.

        Raises:
            LookupError: it was forgotten.
        """
        found = await self._uploads.get(upload_id)
        if found is None:
            raise LookupError(str(upload_id))
        return found

    async def follow(self, upload_id: int) -> AsyncIterator[Upload]:
        """Take it in and work its leads off, or wait while another process does."""
        working = asyncio.create_task(self._work_on(upload_id))
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=_TELL_SECONDS)
                yield await self.state(upload_id)
            await working
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _work_on(self, upload_id: int) -> None:
        importer = importer_of(self._parts)
        while (await self.state(upload_id)).state is UploadState.RUNNING:
            if not await importer.work_off():
                await asyncio.sleep(LOOK_SECONDS)
        # Where no service runs, nobody else would score these leads and put them into pools.
        while await importer.finish_leads():
            pass

    async def faults(self, which: Which) -> Faults:
        """Read them."""
        rows, after = await self._uploads.faults(which.upload_id, which.after, _FAULTS)
        return Faults(rows, after)


class RemoteImportDesk:
    """Hands files to the running service, which takes them in."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def begun(self, wish: FileWish) -> Upload | None:
        """Let the service look."""
        return msgspec.json.decode(await self._ask("import-begun", wish), type=Upload | None)

    async def new_file(self) -> int:
        """Let the service take an id."""
        return msgspec.json.decode(await self._ask("import-new", NoWords()), type=int)

    async def add_piece(self, piece: Piece) -> None:
        """Let the service keep it."""
        await self._ask("import-piece", piece)

    async def start(self, start: Start) -> Upload:
        """Let the service begin."""
        return msgspec.json.decode(await self._ask("import-start", start), type=Upload)

    async def follow(self, upload_id: int) -> AsyncIterator[Upload]:
        """Ask the service now and then."""
        while True:
            answer = await self._ask("import-state", Which(upload_id))
            found = msgspec.json.decode(answer, type=Upload)
            yield found
            if found.state is not UploadState.RUNNING:
                return
            await asyncio.sleep(_TELL_SECONDS)

    async def faults(self, which: Which) -> Faults:
        """Let the service read them."""
        return msgspec.json.decode(await self._ask("import-faults", which), type=Faults)


def add_import_jobs(app: web.Application, desk: LocalImportDesk) -> None:
    """Let the service answer what :class:`RemoteImportDesk` asks."""
    add_jobs(
        app,
        {
            "import-begun": Job(FileWish, desk.begun),
            "import-new": Job(NoWords, lambda _: desk.new_file()),
            "import-piece": Job(Piece, desk.add_piece),
            "import-start": Job(Start, desk.start),
            "import-state": Job(Which, lambda asked: desk.state(asked.upload_id)),
            "import-faults": Job(Which, desk.faults),
        },
    )
