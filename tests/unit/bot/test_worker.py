"""Rows take effect exactly once, a failing one keeps nobody else from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import worker as worker_module
from bot.clock import DrivenClock
from bot.dispatcher import Dispatcher
from bot.pacing import BATCH
from bot.wecom.parse import parse
from bot.worker import LEASE, MAX_ATTEMPTS, Worker
from domain.messages import Endpoint, Push, Text
from domain.values import Priority
from handlers.context import Context
from handlers.routing import Router
from handlers.updates import MpMessage
from storage.database import Database
from storage.errors import Cause, StorageUnavailable
from storage.ids import IdSource
from storage.inbox import Delivery, Inbox, InboxState
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import Vault
from tests.factories import NOW
from tests.patience import until
from tests.unit.handlers.company import CONTEXT

ACCOUNT = "gh_clewtest000001"
POISON = "poison"
_numbers = count(1)
XML = (
    "<xml><ToUserName>{to}</ToUserName><FromUserName>{who}</FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType>text</MsgType>"
    "<Content>{text}</Content><MsgId>{id}</MsgId></xml>"
)


class Failing:
    """Stands before an inbox and lets calls fail, as a storage that goes away does."""

    def __init__(self, inbox: Inbox, method: str, times: int) -> None:
        self._inbox, self._method, self._left = inbox, method, times

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._left:
            self._left -= 1
            raise StorageUnavailable(name, Cause.GONE)
        return getattr(self._inbox, name)


@dataclass
class Desk:
    """A worker whose only handler writes down what followers say; ``poison`` makes it fail."""

    inbox: Inbox
    store: Store
    clock: DrivenClock
    is_cured: bool = False
    seen: list[str] = field(default_factory=list)

    def worker(self, inbox: Any = None, lease_for: timedelta = LEASE) -> Worker:
        router = Router("test")
        router.on(MpMessage)(self.handle)
        dispatcher = Dispatcher(router, CONTEXT)
        return Worker(inbox or self.inbox, self.store, dispatcher, CONTEXT, self.clock, lease_for)

    async def handle(self, update: MpMessage, work: UnitOfWork, ctx: Context) -> None:
        self.seen.append(update.text)
        push = Push(Endpoint.MP_MESSAGE, ACCOUNT, update.openid, Text(update.text), update.text)
        work.send(push)
        if update.text.startswith(POISON) and not self.is_cured:
            message = "this handler cannot bear it"
            raise ValueError(message)
        del ctx

    async def puts(self, *texts: str, who: str = "") -> None:
        for text in texts:
            number = next(_numbers)
            follower = who or f"o{number}"
            xml = XML.format(to=ACCOUNT, who=follower, text=text, id=number)
            await self.inbox.put(self.prepared(xml.encode(), f"k{number}", follower))

    def prepared(self, payload: bytes, key: str, subject: str) -> Callable[[], Delivery]:
        def prepare() -> Delivery:
            source, priority = f"mp:{ACCOUNT}", Priority.CHAT
            return Delivery(source, key.encode(), subject, priority, payload, NOW)

        return prepare

    async def effects(self) -> list[str]:
        """Return what took effect."""
        async with self.store.database.read() as tx:
            rows = await tx.fetch("select dedupe_key from outbox order by id")
        return [row["dedupe_key"] for row in rows]

    async def waiting(self) -> dict[InboxState, int]:
        return {state: n for state, n in (await self.inbox.counts()).items() if n}


@pytest.fixture(autouse=True)
def _logs_kept() -> Iterator[None]:
    """Keep logs to ourselves: tracebacks drawn for a terminal cost seconds each."""
    with capture_logs():
        yield


@pytest.fixture
def desk(inbox: Inbox, database: Database, vault: Vault, ids: IdSource, clock: DrivenClock) -> Desk:
    return Desk(inbox, Store(database, vault, ids), clock)


async def test_a_batch_takes_effect_in_one_go(desk: Desk) -> None:
    await desk.puts("one", "two", "three")
    assert await desk.worker().work_once() == 3
    assert await desk.effects() == ["one", "two", "three"]
    assert await desk.waiting() == {}
    assert await desk.worker().work_once() == 0


async def test_a_batch_has_its_bounds(desk: Desk) -> None:
    await desk.puts(*(f"t{n}" for n in range(BATCH + 1)))
    worker = desk.worker()
    assert [await worker.work_once() for _ in range(3)] == [BATCH, 1, 0]


async def test_a_failing_row_keeps_nobody_else_from_taking_effect(desk: Desk) -> None:
    await desk.puts("one", POISON, "three")
    await desk.worker().work_once()
    assert await desk.effects() == ["one", "three"]
    assert await desk.waiting() == {InboxState.PENDING: 1}


async def test_a_failing_row_is_tried_again_later_each_time_then_parked(desk: Desk) -> None:
    await desk.puts(POISON)
    worker = desk.worker()
    assert await worker.work_once() == 1
    assert await worker.work_once() == 0, "not at once"
    for _ in range(MAX_ATTEMPTS - 1):
        desk.clock.advance(timedelta(minutes=1))
        assert await worker.work_once() == 1
    desk.clock.advance(timedelta(hours=1))
    assert await worker.work_once() == 0
    (parked,) = await desk.inbox.list(InboxState.PARKED, 10)
    assert parked.error == "ValueError: this handler cannot bear it"
    assert await desk.effects() == []


async def test_a_parked_row_takes_effect_when_it_is_replayed(desk: Desk) -> None:
    await desk.puts(POISON)
    worker = desk.worker()
    for _ in range(MAX_ATTEMPTS):
        await worker.work_once()
        desk.clock.advance(timedelta(minutes=1))
    (parked,) = await desk.inbox.list(InboxState.PARKED, 10)
    desk.is_cured = True
    await desk.inbox.replay(parked.id)
    await worker.work_once()
    assert await desk.effects() == [POISON]


async def test_what_cannot_be_read_is_parked_at_once(desk: Desk) -> None:
    await desk.inbox.put(desk.prepared(b"\x00 no xml", "k-bad", "o1"))
    await desk.puts("one")
    await desk.worker().work_once()
    (parked,) = await desk.inbox.list(InboxState.PARKED, 10)
    assert parked.error.startswith("unreadable")
    assert await desk.effects() == ["one"]


async def test_a_defect_of_the_parser_stops_no_other_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_wire = parse

    def broken(source: str, payload: bytes, received_at: Any) -> Any:
        if POISON.encode() in payload:
            raise KeyError(source)
        return from_wire(source, payload, received_at)

    monkeypatch.setattr(worker_module, "parse", broken)
    await desk.puts("one", POISON, "three")
    await desk.worker().work_once()
    assert await desk.effects() == ["one", "three"]
    assert await desk.waiting() == {InboxState.PENDING: 1}


async def test_rows_whose_finish_is_lost_take_effect_once(desk: Desk) -> None:
    """The inbox goes away between the commit of the effects and the finish."""
    await desk.puts("one", "two")
    await desk.worker(Failing(desk.inbox, "finish", 9)).work_once()
    assert await desk.effects() == ["one", "two"]
    assert await desk.waiting() == {InboxState.LEASED: 2}
    desk.clock.advance(LEASE)
    await desk.worker().work_once()
    assert await desk.waiting() == {}
    assert desk.seen == ["one", "two"], "not handled again"


async def test_rows_whose_finish_is_lost_are_finished_by_the_next_claim(desk: Desk) -> None:
    await desk.puts("one", "two")
    worker = desk.worker(Failing(desk.inbox, "finish", 1))
    assert await worker.work_once() == 2
    assert await desk.waiting() == {InboxState.LEASED: 2}
    assert await worker.work_once() == 0
    assert await desk.waiting() == {}


async def test_a_worker_that_died_with_rows_in_hand_loses_none(desk: Desk) -> None:
    await desk.puts("one")
    await desk.inbox.claim(BATCH, LEASE, desk.clock.now())
    assert await desk.worker().work_once() == 0
    desk.clock.advance(LEASE)
    await desk.worker().work_once()
    assert await desk.effects() == ["one"]


async def test_a_subject_is_taken_in_the_order_it_came(desk: Desk) -> None:
    await desk.puts("one", "two", "three", who="o1")
    worker = desk.worker()
    while await worker.work_once():
        pass
    assert desk.seen == ["one", "two", "three"]


async def test_what_nobody_takes_is_kept_as_it_came(desk: Desk) -> None:
    xml = "<xml><FromUserName>o1</FromUserName><MsgType>event</MsgType><Event>x</Event></xml>"
    await desk.inbox.put(desk.prepared(xml.encode(), "k-unknown", "o1"))
    await desk.worker().work_once()
    async with desk.store.database.read() as tx:
        (row,) = await tx.fetch("select sealed from unknown_update")
    opened = desk.store.vault.open("unknown_update", bytes(row["sealed"]))
    assert opened.decode() == xml


async def test_a_running_worker_outlives_a_storage_that_goes_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.01)
    await desk.puts("one")
    worker = desk.worker(Failing(desk.inbox, "claim", 2))
    running = asyncio.create_task(worker.run())
    await until(lambda: desk.seen == ["one"])
    await until(lambda: not worker.is_busy)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await desk.effects() == ["one"]


async def test_a_worker_that_is_stopped_finishes_the_batch_in_hand(desk: Desk) -> None:
    started, may_go_on = asyncio.Event(), asyncio.Event()
    handle = desk.handle

    async def slow(update: MpMessage, work: UnitOfWork, ctx: Context) -> None:
        started.set()
        await may_go_on.wait()
        await handle(update, work, ctx)

    desk.handle = slow  # type: ignore[method-assign]
    await desk.puts("one")
    running = asyncio.create_task(desk.worker().run())
    await started.wait()
    running.cancel()
    asyncio.get_running_loop().call_later(0.02, may_go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await desk.effects() == ["one"]
    assert await desk.waiting() == {}
