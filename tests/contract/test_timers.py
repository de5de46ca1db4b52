"""What happens later happens once per moment, and not at all when it was cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from domain.messages import Timer
from storage.database import Database
from storage.ids import IdSource
from storage.inbox import Inbox
from storage.moments import to_micros
from storage.timers import (
    DueTimer,
    cancel_timers,
    count_pending,
    delivery_of,
    due_timers,
    mark_done,
    next_due,
    set_timers,
    sweep_timers,
)
from tests.factories import NOW

LEASE = timedelta(minutes=1)
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(minutes=10)


def timer(key: str = "reclaim:1", due_at: datetime = SOON, code: str = "x") -> Timer:
    return Timer("reclaim", 1, due_at, key, (("code", code),))


class Desk:
    """Sets and cancels as a unit of work does."""

    def __init__(self, database: Database, ids: IdSource) -> None:
        self._database, self._ids = database, ids

    async def set(self, *timers: Timer) -> None:
        async with self._database.write() as tx:
            await set_timers(tx, self._ids, timers, NOW)

    async def cancel(self, *keys: str) -> None:
        async with self._database.write() as tx:
            await cancel_timers(tx, keys)

    async def due(self, now: datetime, limit: int = 10) -> list[DueTimer]:
        async with self._database.read() as tx:
            return await due_timers(tx, now, limit)

    async def done(self, due: DueTimer) -> bool:
        async with self._database.write() as tx:
            return await mark_done(tx, due.id, due.due_at)


@pytest.fixture
def desk(database: Database, ids: IdSource) -> Desk:
    return Desk(database, ids)


async def delivered(inbox: Inbox, now: datetime) -> list[dict[str, object]]:
    claimed = await inbox.claim(50, LEASE, now)
    if claimed:
        await inbox.finish(claimed[0].lease_token, [row.id for row in claimed])
    return [msgspec.json.decode(row.payload) for row in claimed]


async def test_a_timer_is_due_from_its_moment_on(desk: Desk) -> None:
    await desk.set(timer("b", LATER), timer("a", SOON))
    assert await desk.due(SOON - timedelta(microseconds=1)) == []
    (first,) = await desk.due(SOON)
    assert (first.kind, first.subject_id, first.due_at) == ("reclaim", 1, SOON)
    assert first.payload == {"code": "x"}
    assert [due.due_at for due in await desk.due(LATER)] == [SOON, LATER]
    assert len(await desk.due(LATER, limit=1)) == 1


async def test_setting_a_pending_timer_again_replaces_it(desk: Desk) -> None:
    await desk.set(timer())
    await desk.set(timer(due_at=LATER, code="y"))
    assert await desk.due(SOON) == []
    (due,) = await desk.due(LATER)
    assert due.payload == {"code": "y"}


async def test_a_cancelled_timer_is_not_due_and_may_be_set_again(desk: Desk) -> None:
    await desk.set(timer())
    await desk.cancel("reclaim:1", "never-set")
    assert await desk.due(LATER) == []
    await desk.set(timer())
    assert len(await desk.due(SOON)) == 1


async def test_knows_the_next_moment_and_how_many_wait(desk: Desk, database: Database) -> None:
    async with database.read() as tx:
        assert await next_due(tx) is None
    await desk.set(timer("a", LATER), timer("b", SOON))
    async with database.read() as tx:
        assert await next_due(tx) == SOON
        assert await count_pending(tx) == 2


async def test_a_sweep_delivers_what_is_due_once(
    desk: Desk, database: Database, inbox: Inbox
) -> None:
    await desk.set(timer("a", SOON), timer("b", LATER))
    assert await sweep_timers(database, inbox, NOW) == 0
    assert await sweep_timers(database, inbox, SOON) == 1
    assert await sweep_timers(database, inbox, SOON) == 0
    (fired,) = await delivered(inbox, SOON)
    assert fired["kind"] == "reclaim"
    assert fired["subject_id"] == 1
    assert fired["due_at"] == to_micros(SOON)
    assert fired["payload"] == {"code": "x"}


async def test_a_sweep_after_a_crash_delivers_no_second_time(
    desk: Desk, database: Database, inbox: Inbox
) -> None:
    await desk.set(timer())
    (due,) = await desk.due(SOON)
    await inbox.put(lambda: delivery_of(due, SOON))
    assert await sweep_timers(database, inbox, SOON) == 1
    assert len(await delivered(inbox, SOON)) == 1


async def test_a_timer_takes_effect_once(desk: Desk, database: Database, inbox: Inbox) -> None:
    await desk.set(timer())
    (due,) = await desk.due(SOON)
    await sweep_timers(database, inbox, SOON)
    assert await desk.done(due)
    assert not await desk.done(due)


async def test_the_cause_processed_twice_fires_once(
    desk: Desk, database: Database, inbox: Inbox
) -> None:
    await desk.set(timer())
    await sweep_timers(database, inbox, SOON)
    await desk.set(timer())
    assert await sweep_timers(database, inbox, LATER) == 0
    assert len(await delivered(inbox, LATER)) == 1


async def test_a_fired_timer_set_to_a_new_moment_fires_again(
    desk: Desk, database: Database, inbox: Inbox
) -> None:
    await desk.set(timer())
    (old,) = await desk.due(SOON)
    await sweep_timers(database, inbox, SOON)
    await desk.set(timer(due_at=LATER))
    assert not await desk.done(old)
    assert await sweep_timers(database, inbox, LATER) == 1
    assert len(await delivered(inbox, LATER)) == 2


async def test_a_timer_cancelled_under_way_has_no_effect(
    desk: Desk, database: Database, inbox: Inbox
) -> None:
    await desk.set(timer())
    (due,) = await desk.due(SOON)
    await sweep_timers(database, inbox, SOON)
    await desk.cancel("reclaim:1")
    assert not await desk.done(due)


async def test_many_due_timers_go_in_portions(desk: Desk, database: Database, inbox: Inbox) -> None:
    await desk.set(*(timer(f"t{n}", SOON) for n in range(25)))
    assert [await sweep_timers(database, inbox, SOON, limit=10) for _ in range(4)] == [10, 10, 5, 0]
    assert len(await delivered(inbox, SOON)) == 25
