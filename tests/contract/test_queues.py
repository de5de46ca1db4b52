"""What the service waits for before it calls itself calm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.messages import Endpoint, Fetch, FetchKind, Push, Text
from storage.database import Database
from storage.fetches import Fetches, insert_fetches
from storage.ids import IdSource
from storage.outbox import Outbox, insert_pushes
from storage.queries.queues import work_waits
from storage.vault import Vault
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
FIRST = Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("一"), "1-first")
SECOND = Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("二"), "2-second")
LATER = Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("三"), "3-later", not_before=NOW + MINUTE)


@pytest.fixture
def outbox(database: Database, vault: Vault, ids: IdSource) -> Outbox:
    return Outbox(database, vault, ids)


async def waits(database: Database) -> bool:
    async with database.read() as tx:
        return await work_waits(tx, NOW)


async def test_nothing_waits_where_nothing_is_due(
    database: Database, vault: Vault, ids: IdSource
) -> None:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [LATER], NOW)
    assert not await waits(database)


async def test_a_due_push_waits_until_it_is_sent(
    database: Database, vault: Vault, ids: IdSource, outbox: Outbox
) -> None:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [FIRST], NOW)
    assert await waits(database)
    (claimed,) = await outbox.claim(1, MINUTE, NOW)
    assert await waits(database)
    await outbox.finish(claimed, {}, NOW)
    assert not await waits(database)


async def test_what_is_behind_a_row_that_is_tried_again_later_waits_for_no_one_now(
    database: Database, vault: Vault, ids: IdSource, outbox: Outbox
) -> None:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [FIRST, SECOND], NOW)
    claimed = await outbox.claim(2, MINUTE, NOW)
    await outbox.retry(claimed[0], NOW + MINUTE, "busy")
    await outbox.postpone(claimed[1:], NOW)
    assert not await waits(database)


async def test_a_request_waits_until_it_is_answered(database: Database, ids: IdSource) -> None:
    async with database.write() as tx:
        await insert_fetches(tx, ids, [Fetch(FetchKind.GROUP_CHAT, "wr1", "", 1)], NOW)
    assert await waits(database)
    fetches = Fetches(database)
    (claimed,) = await fetches.claim(1, MINUTE, NOW)
    assert await waits(database)
    await fetches.finish(claimed)
    assert not await waits(database)
