"""Files that were handed in: found again by their plan, counted once, forgotten in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.errors import Conflict
from storage.ids import IdSource
from storage.uploads import RowFault, Step, Uploads, UploadState, advance, forget_uploads
from storage.vault import MasterKeys, Vault

PLAN = '{"digest":"1"}'


def uploads_in(database: Database, now: datetime) -> tuple[Uploads, IdSource]:
    ids = IdSource(lambda: now)
    return Uploads(database, Vault(MasterKeys({1: bytes(range(32))})), ids), ids


async def handed_in(uploads: Uploads, now: datetime) -> int:
    upload_id = uploads.new_id()
    for number in (1, 2):
        await uploads.add_piece(upload_id, number, b"piece %d" % number)
    await uploads.add(upload_id, "", "a.csv", 10, b"{}", now)
    return upload_id


async def test_a_file_that_is_taken_in_is_found_by_its_plan_until_it_is_done(
    database: Database, now: datetime
) -> None:
    uploads, _ = uploads_in(database, now)
    upload_id = await handed_in(uploads, now)
    assert await uploads.begun(PLAN) is None
    await uploads.start(upload_id, PLAN)
    found = await uploads.begun(PLAN)
    assert found is not None
    assert (found.id, found.state) == (upload_id, UploadState.RUNNING)
    assert await uploads.begun("{}") is None
    await uploads.finish(upload_id, now)
    assert await uploads.begun(PLAN) is None


async def test_what_some_rows_did_counts_once(database: Database, now: datetime) -> None:
    uploads, ids = uploads_in(database, now)
    upload_id = await handed_in(uploads, now)
    await uploads.start(upload_id, PLAN)
    before = await uploads.begun(PLAN)
    assert before is not None
    step = Step(4, 3, 1, [RowFault(7, "phone", "phone_invalid")])
    async with database.write() as tx:
        after = await advance(tx, ids, before, step)
    assert after == replace(before, done=4, taken=3, faulty=1)
    assert await uploads.get(upload_id) == after
    with pytest.raises(Conflict):
        async with database.write() as tx:
            await advance(tx, ids, before, step)
    assert (await uploads.faults(upload_id, 0, 10))[0] == list(step.faults)


async def test_pieces_that_never_became_a_file_are_forgotten_after_their_time(
    database: Database, now: datetime
) -> None:
    uploads, _ = uploads_in(database, now)
    await uploads.add_piece(uploads.new_id(), 1, b"its sender was killed")
    whole = await handed_in(uploads, now)
    await uploads.start(whole, PLAN)

    async def left(at: datetime) -> int:
        async with database.write() as tx:
            await forget_uploads(tx, at, 10, only_unstarted=True)
        return len(await database.look("select id from upload_part"))

    assert await left(now - timedelta(hours=1)) == 4
    assert await left(now + timedelta(hours=1)) == 3
    assert [piece async for piece in uploads.pieces(whole)] == [b"piece 1", b"piece 2"]
