"""Timers become deliveries when they are due, each once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot import scheduler as scheduler_module
from bot.clock import DrivenClock
from bot.scheduler import Scheduler
from bot.wecom.parse import parse
from domain.messages import Timer
from handlers.updates import TimerFired
from storage.database import Database
from storage.errors import Cause, StorageUnavailable
from storage.ids import IdSource
from storage.inbox import Claimed, Inbox
from storage.timers import cancel_timers, set_timers
from tests.patience import until

MINUTE = timedelta(minutes=1)


@pytest.fixture
def scheduler(database: Database, inbox: Inbox, clock: DrivenClock) -> Scheduler:
    return Scheduler(database, inbox, clock)


async def put(database: Database, ids: IdSource, due_at: datetime, key: str = "t1") -> None:
    timer = Timer("reminder", 77, due_at, key, (("assignment", "2"),))
    async with database.write() as tx:
        await set_timers(tx, ids, [timer], due_at)


async def claimed(inbox: Inbox, clock: DrivenClock) -> list[Claimed]:
    return await inbox.claim(10, MINUTE, clock.now())


async def test_a_timer_is_delivered_when_it_is_due_and_only_once(
    scheduler: Scheduler, database: Database, ids: IdSource, inbox: Inbox, clock: DrivenClock
) -> None:
    due_at = clock.now() + MINUTE
    await put(database, ids, due_at)
    assert await scheduler.sweep() == 0
    clock.advance(MINUTE)
    assert await scheduler.sweep() == 1
    assert await scheduler.sweep() == 0

    (row,) = await claimed(inbox, clock)
    update = parse(row.source, row.payload, row.received_at)
    assert isinstance(update, TimerFired)
    assert (update.kind, update.subject_id, update.due_at) == ("reminder", 77, due_at)
    assert update.payload == {"assignment": "2"}
    assert update.at == due_at


async def test_a_cancelled_timer_is_not_delivered(
    scheduler: Scheduler, database: Database, ids: IdSource, clock: DrivenClock
) -> None:
    await put(database, ids, clock.now())
    async with database.write() as tx:
        await cancel_timers(tx, ["t1"])
    assert await scheduler.sweep() == 0


async def test_more_than_one_sweepful_is_swept(
    scheduler: Scheduler, database: Database, ids: IdSource, inbox: Inbox, clock: DrivenClock
) -> None:
    timers = [Timer("reminder", n, clock.now(), f"t{n}") for n in range(501)]
    async with database.write() as tx:
        await set_timers(tx, ids, timers, clock.now())
    assert await scheduler.sweep() == 501
    assert sum((await inbox.counts()).values()) == 501


async def has_rows(inbox: Inbox) -> bool:
    return bool(sum((await inbox.counts()).values()))


async def test_a_running_scheduler_outlives_a_database_that_goes_away(
    scheduler: Scheduler,
    database: Database,
    ids: IdSource,
    inbox: Inbox,
    monkeypatch: pytest.MonkeyPatch,
    clock: DrivenClock,
) -> None:
    monkeypatch.setattr(scheduler_module, "SWEEP_SECONDS", 0.01)
    failures = [StorageUnavailable("away", Cause.GONE) for _ in range(2)]
    sweep = scheduler.sweep

    async def flaky() -> int:
        if failures:
            raise failures.pop()
        return await sweep()

    monkeypatch.setattr(scheduler, "sweep", flaky)
    await put(database, ids, clock.now())
    running = asyncio.create_task(scheduler.run())
    await until(lambda: not failures)
    await until(lambda: has_rows(inbox))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
