"""What a killed process had in hand is free as soon as the next one starts."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.messages import Endpoint, Fetch, FetchKind, Push, Text
from domain.values import Priority
from storage.database import Database, inbox_url_of, open_database
from storage.fetches import Fetches, insert_fetches
from storage.ids import IdSource
from storage.inbox import Delivery, open_inbox
from storage.outbox import Outbox, insert_pushes
from storage.recovery import end_leases
from storage.vault import Vault

LONG = timedelta(hours=1)


def delivery(now: datetime) -> Delivery:
    return Delivery("wecom:clew", b"one", "wm1", Priority.NORMAL, b"<xml/>", now)


async def claim_everything(
    database: Database, vault: Vault, ids: IdSource, now: datetime
) -> tuple[int, int, int]:
    inbox = open_inbox(inbox_url_of(database.url), database, vault, ids)
    try:
        return (
            len(await inbox.claim(10, LONG, now)),
            len(await Outbox(database, vault, ids).claim(10, LONG, now)),
            len(await Fetches(database).claim(10, LONG, now)),
        )
    finally:
        await inbox.close()


async def test_a_new_start_takes_over_what_the_dead_one_had(
    migrated_sqlite_url: str, vault: Vault, ids: IdSource, now: datetime
) -> None:
    database = await open_database(migrated_sqlite_url)
    inbox = open_inbox(inbox_url_of(migrated_sqlite_url), database, vault, ids)
    await inbox.put(lambda: delivery(now))
    await inbox.close()
    async with database.write() as tx:
        push = Push(Endpoint.KF_MESSAGE, "wk1", "wm1", Text("hi"), "reply:1")
        await insert_pushes(tx, vault, ids, [push], now)
        await insert_fetches(tx, ids, [Fetch(FetchKind.EMPLOYEE, "LiLei", "", 1)], now)
    assert await claim_everything(database, vault, ids, now) == (1, 1, 1)
    assert await claim_everything(database, vault, ids, now) == (0, 0, 0)
    assert await end_leases(migrated_sqlite_url, inbox_url_of(migrated_sqlite_url)) == 3
    assert await claim_everything(database, vault, ids, now) == (1, 1, 1)
    await database.close()


async def test_a_push_that_was_in_hand_is_known_to_be_unsure(
    migrated_sqlite_url: str, vault: Vault, ids: IdSource, now: datetime
) -> None:
    database = await open_database(migrated_sqlite_url)
    outbox = Outbox(database, vault, ids)
    async with database.write() as tx:
        push = Push(Endpoint.MP_MESSAGE, "gh_1", "o1", Text("hi"), "reply:2")
        await insert_pushes(tx, vault, ids, [push], now)
    await outbox.claim(10, LONG, now)
    await end_leases(migrated_sqlite_url, inbox_url_of(migrated_sqlite_url))
    [again] = await outbox.claim(10, LONG, now)
    assert again.is_outcome_unknown
    await database.close()
