"""What goes when its time is over, what must stay, and how old the oldest row is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import DrivenClock
from bot.cluster.duties import Duty
from bot.housekeeping import DUTY, Home, Housekeeper
from config.settings import KeepSettings
from domain.messages import Endpoint, Push, Text, Timer
from domain.values import Priority
from storage.database import Database
from storage.ids import IdSource, first_id_at, moment_of_id
from storage.inbox import Delivery, Inbox, InboxState
from storage.leases import Leases
from storage.outbox import Outbox, insert_pushes
from storage.queries.ages import ages
from storage.timers import set_timers
from storage.unit_of_work import Store
from storage.vault import Vault

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
KEEP = KeepSettings(payloads=7 * DAY, keys=90 * DAY, sent=30 * DAY, unknown=60 * DAY)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def delivery(number: int, now: datetime) -> Delivery:
    return Delivery("wecom:x", f"k{number}".encode(), "", Priority.NORMAL, b"payload", now)


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


@pytest.fixture
def outbox(database: Database, vault: Vault, ids: IdSource) -> Outbox:
    return Outbox(database, vault, ids)


@pytest.fixture
def housekeeper(
    database: Database, inbox: Inbox, outbox: Outbox, clock: DrivenClock
) -> Housekeeper:
    return Housekeeper(Home(database, inbox, outbox), KEEP, SHANGHAI, clock, None)


async def put(inbox: Inbox, number: int, clock: DrivenClock) -> bool:
    now = clock.now()
    return await inbox.put(lambda: delivery(number, now))


async def take_effect(inbox: Inbox, store: Store, now: datetime) -> None:
    claimed = await inbox.claim(10, MINUTE, now)
    async with store.unit_of_work(now) as work:
        await work.commit(applied=[row.id for row in claimed])
    await inbox.finish(claimed[0].lease_token, [row.id for row in claimed])


async def states(database: Database, inbox: Inbox) -> tuple[int, int]:
    """Return how many rows of the inbox are done, and how many marks there are."""
    async with database.read() as tx:
        (row,) = await tx.fetch("select count(*) as found from applied")
    return len(await inbox.list(InboxState.DONE, 100)), row["found"]


async def test_payloads_go_first_then_marks_and_keys(
    database: Database, inbox: Inbox, store: Store, clock: DrivenClock, housekeeper: Housekeeper
) -> None:
    await put(inbox, 1, clock)
    await take_effect(inbox, store, clock.now())
    clock.advance(6 * DAY)
    assert await housekeeper.tidy_if_due()
    assert (await inbox.count_keys(0, 10)).rows == {1: 1}
    assert await states(database, inbox) == (1, 1)
    clock.advance(2 * DAY)
    assert await housekeeper.tidy_if_due()
    assert (await inbox.count_keys(0, 10)).rows == {}
    assert await states(database, inbox) == (1, 0)
    assert not await put(inbox, 1, clock), "its key is still known"
    clock.advance(90 * DAY)
    assert await housekeeper.tidy_if_due()
    assert await states(database, inbox) == (0, 0)
    assert await put(inbox, 1, clock)


async def test_the_mark_of_a_row_that_is_not_done_stays_however_old(
    inbox: Inbox, store: Store, clock: DrivenClock, housekeeper: Housekeeper
) -> None:
    for number in (1, 2):
        await put(inbox, number, clock)
    claimed = await inbox.claim(10, MINUTE, clock.now())
    async with store.unit_of_work(clock.now()) as work:
        await work.commit(applied=[row.id for row in claimed])
    await inbox.finish(claimed[0].lease_token, [claimed[0].id])
    clock.advance(400 * DAY)
    await housekeeper.tidy_if_due()
    async with store.unit_of_work(clock.now()) as work:
        applied = await work.applied_before([row.id for row in claimed])
    assert applied == {claimed[1].id}
    (again,) = await inbox.claim(10, MINUTE, clock.now())
    assert again.id == claimed[1].id


async def test_rows_that_wait_or_are_parked_are_never_dropped(
    inbox: Inbox, clock: DrivenClock, housekeeper: Housekeeper
) -> None:
    await put(inbox, 1, clock)
    (row,) = await inbox.claim(1, MINUTE, clock.now())
    await inbox.park(row.lease_token, row.id, "unreadable")
    await put(inbox, 2, clock)
    clock.advance(400 * DAY)
    assert await housekeeper.tidy_if_due()
    assert len(await inbox.list(InboxState.PARKED, 10)) == 1
    assert await inbox.replay(row.id)
    claimed = await inbox.claim(10, MINUTE, clock.now())
    assert [one.payload for one in claimed] == [b"payload", b"payload"]


async def test_unknown_updates_and_sent_bodies_go_in_their_time(
    database: Database, store: Store, outbox: Outbox, clock: DrivenClock, housekeeper: Housekeeper
) -> None:
    async with store.unit_of_work(clock.now()) as work:
        await work.records.unknown("mp:x", "new", b"raw", dedupe_key="u1", at=clock.now())
        work.send(Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("一"), "p1"))
        await work.commit()
    (claimed,) = await outbox.claim(1, MINUTE, clock.now())
    await outbox.finish(claimed, {}, clock.now())
    kept = "select (select count(*) from unknown_update) as unknown, (select count(*) from outbox"
    kept += " where sealed is not null) as bodies, (select count(*) from send_ledger) as sends"
    seen = []
    for days in (29, 2, 30):
        clock.advance(days * DAY)
        await housekeeper.tidy_if_due()
        async with database.read() as tx:
            (row,) = await tx.fetch(kept)
        seen.append((row["unknown"], row["bodies"], row["sends"]))
    assert seen == [(1, 1, 1), (1, 0, 0), (0, 0, 0)]


async def test_the_house_is_tidied_once_a_day_at_night(
    clock: DrivenClock, housekeeper: Housekeeper
) -> None:
    clock.advance(datetime(2026, 3, 2, 19, 0, tzinfo=UTC) - clock.now())  # 3:00 in Shanghai
    assert not await housekeeper.tidy_if_due()
    clock.advance(30 * MINUTE)
    assert await housekeeper.tidy_if_due()
    assert not await housekeeper.tidy_if_due()
    clock.advance(20 * 60 * MINUTE)
    assert not await housekeeper.tidy_if_due()
    clock.advance(4 * 60 * MINUTE)
    assert await housekeeper.tidy_if_due()


async def test_only_the_holder_of_the_duty_tidies(
    database: Database, inbox: Inbox, outbox: Outbox, clock: DrivenClock
) -> None:
    home = Home(database, inbox, outbox)
    one, other = (
        Housekeeper(home, KEEP, SHANGHAI, clock, Duty(Leases(database, name), DUTY, clock))
        for name in ("one", "other")
    )
    assert await one.tidy_if_due()
    clock.advance(DAY)
    assert await Leases(database, "one").acquire(DUTY, MINUTE, clock.now())
    assert not await other.tidy_if_due()
    clock.advance(2 * MINUTE)
    assert await other.tidy_if_due()


async def test_the_age_of_a_queue_is_that_of_its_oldest_due_row(
    database: Database, inbox: Inbox, vault: Vault, ids: IdSource, clock: DrivenClock
) -> None:
    assert await inbox.oldest() is None
    first = clock.now()
    await put(inbox, 1, clock)
    later = first + 5 * MINUTE
    pushes = [
        Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("一"), "p1"),
        Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("二"), "p2", not_before=later),
    ]
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, pushes, first)
        await set_timers(tx, ids, [Timer("x", 1, later, "t1")], first)
    clock.advance(7 * MINUTE)
    await put(inbox, 2, clock)
    assert await inbox.oldest() == first
    async with database.read() as tx:
        found = await ages(tx, clock.now())
    assert found == {"outbox": 7 * MINUTE, "fetches": timedelta(0), "timers": 2 * MINUTE}


def test_an_id_tells_the_moment_from_which_younger_ones_are_greater(now: datetime) -> None:
    made = IdSource(lambda: now, node=7).next()
    assert first_id_at(now) <= made < first_id_at(now + timedelta(milliseconds=1))
    assert moment_of_id(first_id_at(now)) == now
    assert first_id_at(datetime(2000, 1, 1, tzinfo=UTC)) == 0
