"""Files that people hand in, kept sealed until they are taken in.

They live in the database, not in a folder: whichever process takes a file in has
it, and what a killed one had done stands with what it had not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.errors import Conflict
from storage.ids import first_id_at
from storage.moments import from_micros, to_micros
from storage.resealing import SealedTable

if TYPE_CHECKING:
    from storage.database import Database, Row, Transaction
    from storage.ids import Ids
    from storage.vault import Vault

PURPOSE = "upload"
SEALED = SealedTable("upload_part", PURPOSE)
#: Bytes of a piece.
PIECE = 512 * 1024
_PREVIEW = 0


class UploadState(StrEnum):
    """How far a file is."""

    #: Handed in; somebody has to say how to read it.
    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and how far it is: ``taken`` rows took effect, ``faulty`` ones did not."""

    id: int
    userid: str
    name: str
    state: UploadState
    plan: str
    rows: int
    done: int
    taken: int
    faulty: int
    error: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RowFault:
    """What was wrong with a row of a file."""

    line: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a chunk did: ``size`` rows looked at, ``taken`` of them, ``faulty`` not, and why."""

    size: int
    taken: int
    faulty: int
    faults: Sequence[RowFault]


_INSERT = """
insert into upload (id, userid, name, state, plan, rows, done, taken, faulty, error, created_at)
values ($1, $2, $3, 'new', '', $4, 0, 0, 0, '', $5)
"""
_INSERT_PART = "insert into upload_part (id, upload_id, number, sealed) values ($1, $2, $3, $4)"
_INSERT_FAULT = """
insert into upload_fault (id, upload_id, line, column_name, code) values ($1, $2, $3, $4, $5)
"""
_GET = "select * from upload where id = $1"
_RUNNING = "select * from upload where state = 'running' order by id limit 1"
_BEGUN = "select * from upload where state = 'running' and plan = $1 order by id limit 1"
_PART = "select sealed from upload_part where upload_id = $1 and number = $2"
_START = """
update upload set state = 'running', plan = $2, finished_at = null
where id = $1 and state = 'new'
"""
_ADVANCE = """
update upload set done = done + $3, taken = taken + $4, faulty = faulty + $5
where id = $1 and done = $2 and state = 'running'
"""
_FINISH = "update upload set state = $2, error = $3, finished_at = $4 where id = $1"
_DROP_PARTS = "delete from upload_part where upload_id = $1"
_FAULTS = """
select id, line, column_name, code from upload_fault
where upload_id = $1 and id > $2 order by id limit $3
"""
_OLD = "select id from upload where created_at < $1 and state <> 'running' order by id limit $2"
#: Pieces whose sender was killed before the file was whole; a file's id tells when it came.
_LOST = """
delete from upload_part where upload_id < $1
and not exists (select 1 from upload u where u.id = upload_part.upload_id)
"""
_UNSTARTED = "select id from upload where created_at < $1 and state = 'new' order by id limit $2"


class Uploads:
    """Keeps files."""

    def __init__(self, database: Database, vault: Vault, ids: Ids) -> None:
        """Keep them in ``database``, sealed by ``vault``."""
        self._database = database
        self._vault = vault
        self._ids = ids

    def new_id(self) -> int:
        """Return the id of a file that is about to come."""
        return self._ids.next()

    async def add_piece(self, upload_id: int, number: int, piece: bytes) -> None:
        """Keep piece ``number``, counted from 1."""
        sealed = self._vault.seal(PURPOSE, piece)
        async with self._database.write() as tx:
            await tx.execute(_INSERT_PART, self._ids.next(), upload_id, number, sealed)

    async def add(
        self, upload_id: int, userid: str, name: str, rows: int, preview: bytes, now: datetime
    ) -> None:
        """Keep a file whose pieces are there, with what is shown of it."""
        sealed = self._vault.seal(PURPOSE, preview)
        async with self._database.write() as tx:
            await tx.execute(_INSERT, upload_id, userid, name[:128], rows, to_micros(now))
            await tx.execute(_INSERT_PART, self._ids.next(), upload_id, _PREVIEW, sealed)

    async def discard(self, upload_id: int) -> None:
        """Forget the pieces of a file that is not kept."""
        async with self._database.write() as tx:
            await tx.execute(_DROP_PARTS, upload_id)

    async def get(self, upload_id: int) -> Upload | None:
        """Return a file, or None when there is none."""
        rows = await self._database.look(_GET, upload_id)
        return _upload(rows[0]) if rows else None

    async def preview(self, upload_id: int) -> bytes:
        """Return what is shown of a file; empty when it is gone."""
        return await self._piece(upload_id, _PREVIEW)

    async def pieces(self, upload_id: int) -> AsyncIterator[bytes]:
        """Yield the file, piece by piece."""
        number = 1
        while piece := await self._piece(upload_id, number):
            yield piece
            number += 1

    async def _piece(self, upload_id: int, number: int) -> bytes:
        rows = await self._database.look(_PART, upload_id, number)
        return self._vault.open(PURPOSE, bytes(rows[0]["sealed"])) if rows else b""

    async def start(self, upload_id: int, plan: str) -> bool:
        """Let a file be taken in as ``plan`` says; False when it was begun before."""
        async with self._database.write() as tx:
            return await tx.execute(_START, upload_id, plan) > 0

    async def running(self) -> Upload | None:
        """Return the oldest file that is being taken in."""
        rows = await self._database.look(_RUNNING)
        return _upload(rows[0]) if rows else None

    async def begun(self, plan: str) -> Upload | None:
        """Return the file of this plan that is being taken in."""
        rows = await self._database.look(_BEGUN, plan)
        return _upload(rows[0]) if rows else None

    async def finish(self, upload_id: int, now: datetime, error: str = "") -> None:
        """Close a file and forget what it held; with ``error`` it failed."""
        state = UploadState.FAILED if error else UploadState.DONE
        async with self._database.write() as tx:
            await tx.execute(_FINISH, upload_id, state.value, error, to_micros(now))
            await tx.execute(_DROP_PARTS, upload_id)

    async def faults(self, upload_id: int, after: int, limit: int) -> tuple[list[RowFault], int]:
        """Return a page of faults in the order of lines, and where the next one begins."""
        rows = await self._database.look(_FAULTS, upload_id, after, limit)
        found = [RowFault(row["line"], row["column_name"], row["code"]) for row in rows]
        return found, int(rows[-1]["id"]) if rows else after


async def advance(tx: Transaction, ids: Ids, upload: Upload, step: Step) -> Upload:
    """Write down what some rows did, in the transaction that did it; return the file after it.

    Raises:
        Conflict: another process did the chunk first; nothing of this one may stay.
    """
    counts = (step.size, step.taken, step.faulty)
    if not await tx.execute(_ADVANCE, upload.id, upload.done, *counts):
        constraint = "upload(done)"
        raise Conflict(constraint)
    rows = [(ids.next(), upload.id, f.line, f.column[:128], f.code[:64]) for f in step.faults]
    if rows:
        await tx.execute_set(_INSERT_FAULT, rows)
    return replace(
        upload,
        done=upload.done + step.size,
        taken=upload.taken + step.taken,
        faulty=upload.faulty + step.faulty,
    )


async def forget_uploads(
    tx: Transaction, before: datetime, limit: int, *, only_unstarted: bool
) -> int:
    """Delete files that came before and are not being taken in, with all that is kept of them."""
    if only_unstarted:
        await tx.execute(_LOST, first_id_at(before))
    rows = await tx.fetch(_UNSTARTED if only_unstarted else _OLD, to_micros(before), limit)
    for row in rows:
        await tx.execute(_DROP_PARTS, row["id"])
        await tx.execute("delete from upload_fault where upload_id = $1", row["id"])
        await tx.execute("delete from upload where id = $1", row["id"])
    return len(rows)


def _upload(row: Row) -> Upload:
    return Upload(
        id=row["id"],
        userid=row["userid"],
        name=row["name"],
        state=UploadState(row["state"]),
        plan=row["plan"],
        rows=row["rows"],
        done=row["done"],
        taken=row["taken"],
        faulty=row["faulty"],
        error=row["error"],
        created_at=from_micros(row["created_at"]),
    )
