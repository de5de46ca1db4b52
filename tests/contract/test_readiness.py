"""Readiness is shown by writing: a database that only answers is not ready."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import SchemaMissing
from storage.inbox import Inbox
from storage.readiness import NAME, check_writing
from tests.factories import NOW


async def marks(database: Database) -> list[int]:
    async with database.read() as tx:
        rows = await tx.fetch("select value from counter where name = $1", NAME)
    return [row["value"] for row in rows]


async def test_each_look_leaves_one_mark_in_both_places(database: Database, inbox: Inbox) -> None:
    later = NOW + timedelta(seconds=1)
    for moment in (NOW, later):
        await check_writing(database, inbox, moment)
        assert len(await marks(database)) == 1
    assert (await marks(database))[0] == int(await inbox.cursor(NAME)) > 0


async def test_a_main_database_that_answers_but_takes_nothing_is_not_ready(
    database: Database, inbox: Inbox
) -> None:
    async with database.write() as tx:
        await tx.execute("drop table counter")
    with pytest.raises(SchemaMissing, match="counter"):
        await check_writing(database, inbox, NOW)
