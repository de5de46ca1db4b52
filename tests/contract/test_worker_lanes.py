"""Lanes of one worker on PostgreSQL: side by side, never on one subject, one bell for all."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest

from bot import pacing
from bot import worker as worker_module
from bot.clock import DrivenClock
from bot.dispatcher import Dispatcher
from bot.loops import looping
from bot.worker import LEASE, Worker
from domain.values import Priority
from handlers.context import Context
from handlers.routing import Router
from handlers.updates import MpMessage
from storage.database import Database
from storage.ids import IdSource
from storage.inbox import Delivery, Inbox, InboxState
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import Vault
from tests.factories import NOW
from tests.patience import until
from tests.unit.handlers.company import CONTEXT

pytestmark = pytest.mark.postgres

ACCOUNT = "gh_clewtest000001"
XML = (
    "<xml><ToUserName>{to}</ToUserName><FromUserName>{who}</FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType>text</MsgType>"
    "<Content>{text}</Content><MsgId>{id}</MsgId></xml>"
)


@dataclass
class Hall:
    """Messages whose handler waits until it is told to go on, by the message's text."""

    inbox: Inbox
    store: Store
    clock: DrivenClock
    gates: defaultdict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )
    begun: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def handle(self, update: MpMessage, work: UnitOfWork, ctx: Context) -> None:
        del work, ctx
        self.begun.append(update.text)
        await self.gates[update.text].wait()
        self.done.append(update.text)

    async def put(self, text: str, who: str) -> None:
        number = next(self.numbers)
        xml = XML.format(to=ACCOUNT, who=who, text=text, id=number).encode()
        key = f"k{number}".encode()
        await self.inbox.put(lambda: Delivery(f"mp:{ACCOUNT}", key, who, Priority.CHAT, xml, NOW))

    @asynccontextmanager
    async def working(self, lanes: int) -> AsyncIterator[Worker]:
        router = Router("test")
        router.on(MpMessage)(self.handle)
        dispatcher = Dispatcher(router, CONTEXT)
        worker = Worker(self.inbox, self.store, dispatcher, CONTEXT, self.clock, LEASE, lanes=lanes)
        async with looping(worker.runs):
            yield worker

    async def is_empty(self) -> bool:
        counts = await self.inbox.counts()
        return not counts[InboxState.PENDING] and not counts[InboxState.LEASED]


@pytest.fixture
def migrated_url(migrated_postgres_url: str) -> str:
    """SQLite has one writer: a second lane would wait for the first one's transaction."""
    return migrated_postgres_url


@pytest.fixture(autouse=True)
def _full_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each row fill a batch: the next lane looks behind a full one."""
    monkeypatch.setattr(pacing, "BATCH", 1)


@pytest.fixture
def hall(database: Database, inbox: Inbox, vault: Vault, ids: IdSource, clock: DrivenClock) -> Hall:
    return Hall(inbox, Store(database, vault, ids), clock)


async def test_a_second_lane_works_while_the_first_one_waits(hall: Hall) -> None:
    await hall.put("first", "o1")
    async with hall.working(lanes=2):
        await until(lambda: hall.begun == ["first"])
        await hall.put("second", "o2")
        hall.gates["second"].set()
        await until(lambda: hall.done == ["second"])
        hall.gates["first"].set()
    assert hall.done == ["second", "first"]


async def test_one_lane_takes_what_comes_when_the_batch_in_hand_is_done(hall: Hall) -> None:
    await hall.put("first", "o1")
    async with hall.working(lanes=1):
        await until(lambda: hall.begun == ["first"])
        await hall.put("second", "o2")
        hall.gates["second"].set()
        hall.gates["first"].set()
        await until(lambda: len(hall.done) == 2)
    assert hall.done == ["first", "second"]


async def test_what_one_person_says_keeps_its_order_over_the_lanes(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second row waits for the first; nobody rings for it but the lane that is done."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 3600.0)
    await hall.put("first", "o1")
    async with hall.working(lanes=2):
        await until(lambda: hall.begun == ["first"])
        await hall.put("second", "o1")
        await hall.put("other", "o2")
        for text in ("second", "other"):
            hall.gates[text].set()
        await until(lambda: hall.done == ["other"])
        assert hall.begun == ["first", "other"]
        hall.gates["first"].set()
        await until(lambda: len(hall.done) == 3)
    assert hall.done == ["other", "first", "second"]


async def test_all_is_finished_when_the_lanes_have_nothing_to_do(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 3600.0)
    hall.gates["first"].set()
    async with hall.working(lanes=2) as worker:
        await hall.put("first", "o1")
        await until(hall.is_empty)
        assert not worker.is_busy


async def test_lanes_that_are_stopped_finish_what_they_have_in_hand(hall: Hall) -> None:
    await hall.put("first", "o1")
    async with hall.working(lanes=2):
        await until(lambda: hall.begun == ["first"])
        await hall.put("second", "o2")
        await until(lambda: hall.begun == ["first", "second"])
        for gate in hall.gates.values():
            asyncio.get_running_loop().call_soon(gate.set)
    assert sorted(hall.done) == ["first", "second"]
    assert await hall.is_empty()


async def test_lanes_that_are_stopped_between_two_batches_leave_nothing_in_hand(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one lane has done waits for the other's claim, which never comes."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 3600.0)
    stop, looked, wait = asyncio.Event(), asyncio.Event(), hall.inbox.wait_for_work

    async def waiting(timeout: float) -> None:  # noqa: ASYNC109 - as the inbox has it
        looked.set()
        await wait(timeout)

    monkeypatch.setattr(hall.inbox, "wait_for_work", waiting)
    await hall.put("first", "o1")
    async with hall.working(lanes=2):
        await until(lambda: hall.begun == ["first"])
        await looked.wait()  # the other lane found nothing
        monkeypatch.setattr(hall.inbox, "wake", stop.set)
        hall.gates["first"].set()
        await stop.wait()
    assert await hall.is_empty()


async def test_a_lane_that_gave_way_in_a_deadlock_tries_again_at_once(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still: what is given back for seconds never comes again."""
    slots = {"first": ("LiLei", "HanMeimei"), "second": ("HanMeimei", "LiLei")}
    held, applied = set[str](), list[str]()

    async def handle(update: MpMessage, work: UnitOfWork, ctx: Context) -> None:
        del ctx
        mine, others = slots[update.text]
        await work.organisation.take_slot(mine, "2026-03-02", 50)
        held.add(update.text)
        await until(lambda: len(held) == 2)  # each holds what the other wants
        await work.organisation.take_slot(others, "2026-03-02", 50)
        applied.append(update.text)

    monkeypatch.setattr(hall, "handle", handle)
    await hall.put("first", "o1")
    async with hall.working(lanes=2):
        await until(lambda: held == {"first"})
        await hall.put("second", "o2")
        await until(lambda: len(applied) == 2)
    assert await hall.is_empty()
