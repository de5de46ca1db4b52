"""Of several schedulers one sweeps; one that lost its duty marks nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.cluster.duties import HOLD_FOR, Duty
from bot.scheduler import SWEEP, Scheduler
from domain.messages import Timer
from storage.database import Database
from storage.ids import IdSource
from storage.inbox import Inbox, InboxState
from storage.leases import PRESENT, Leases
from storage.timers import count_pending, set_timers
from tests.patience import until


def scheduler(database: Database, inbox: Inbox, clock: DrivenClock, holder: str) -> Scheduler:
    return Scheduler(database, inbox, clock, Duty(Leases(database, holder), SWEEP, clock))


@pytest.fixture
def one(database: Database, inbox: Inbox, clock: DrivenClock) -> Scheduler:
    return scheduler(database, inbox, clock, "host:1")


@pytest.fixture
def other(database: Database, inbox: Inbox, clock: DrivenClock) -> Scheduler:
    return scheduler(database, inbox, clock, "host:2")


async def set_timer(database: Database, ids: IdSource, clock: DrivenClock, key: str) -> None:
    timer = Timer("reminder", 1, clock.now() + timedelta(seconds=1), key)
    async with database.write() as tx:
        await set_timers(tx, ids, [timer], clock.now())


async def pending(database: Database) -> int:
    async with database.read() as tx:
        return await count_pending(tx)


async def test_the_scheduler_on_duty_sweeps_and_the_other_stands_by(
    one: Scheduler, other: Scheduler, database: Database, ids: IdSource, clock: DrivenClock
) -> None:
    assert await one.sweep() == 0
    await set_timer(database, ids, clock, "a")
    clock.advance(timedelta(seconds=2))
    assert await other.sweep() == 0
    assert await one.sweep() == 1


async def test_the_other_takes_over_when_the_first_goes_silent(
    one: Scheduler, other: Scheduler, database: Database, ids: IdSource, clock: DrivenClock
) -> None:
    await one.sweep()
    await set_timer(database, ids, clock, "a")
    clock.advance(HOLD_FOR)
    assert await other.sweep() == 1
    assert await one.sweep() == 0


async def test_a_sweep_that_lost_its_duty_meanwhile_marks_nothing_and_doubles_nothing(
    one: Scheduler,
    other: Scheduler,
    database: Database,
    inbox: Inbox,
    ids: IdSource,
    clock: DrivenClock,
) -> None:
    await one.sweep()
    await set_timer(database, ids, clock, "a")
    clock.advance(timedelta(seconds=2))
    await Leases(database, "host:1").acquire(SWEEP, timedelta(0), clock.now())
    assert await Leases(database, "host:2").acquire(SWEEP, HOLD_FOR, clock.now()) is not None
    assert await one.sweep() == 0
    assert await pending(database) == 1
    assert await other.sweep() == 1
    assert await pending(database) == 0
    assert (await inbox.counts())[InboxState.PENDING] == 1


async def test_without_others_no_duty_is_needed(
    database: Database, inbox: Inbox, ids: IdSource, clock: DrivenClock
) -> None:
    await set_timer(database, ids, clock, "a")
    clock.advance(timedelta(seconds=2))
    assert await Scheduler(database, inbox, clock).sweep() == 1


async def is_on_duty(database: Database, holder: str) -> bool:
    async with database.read() as tx:
        row = await tx.fetch_one(PRESENT, SWEEP)
    return row is not None and row["holder"] == holder


async def test_a_scheduler_that_stops_lets_the_other_sweep_at_once(
    one: Scheduler, other: Scheduler, database: Database, ids: IdSource, clock: DrivenClock
) -> None:
    await set_timer(database, ids, clock, "a")
    running = asyncio.create_task(one.run())
    await until(lambda: is_on_duty(database, "host:1"))
    assert await other.sweep() == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    clock.advance(timedelta(seconds=2))
    assert await other.sweep() == 1
