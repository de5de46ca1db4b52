"""What cannot be handled is kept and shown; what fails harms nothing beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.demo import Place, demo_environment
from bot.dispatcher import Dispatcher
from bot.simulator.config import DeliveryConfig
from bot.worker import MAX_ATTEMPTS
from domain.values import Priority
from handlers.root import root_router
from handlers.updates import EmployeeMessage, Update
from storage.database import inbox_url_of
from storage.errors import Cause, StorageUnavailable
from storage.inbox import Delivery, InboxState
from storage.queries.unknown import unknown_updates
from storage.repositories.records import UNKNOWN_PURPOSE
from storage.sqlite import path_of_url
from tests.acceptance.command_line import clew
from tests.acceptance.outage import cabled, locked
from tests.acceptance.platform_peer import peer_of, seal, text
from tests.patience import until
from tests.story import calm, told_by

if TYPE_CHECKING:
    from pathlib import Path

    from bot.demo import Demo
    from bot.story import Story
    from storage.inbox import Inbox, InboxEntry
    from storage.unit_of_work import Store, UnitOfWork

ECLIPSE = (
    "<xml><ToUserName>wwclewdemo0000001</ToUserName><FromUserName>LiLei</FromUserName>"
    "<CreateTime>1795485600</CreateTime><MsgType>event</MsgType><Event>solar_eclipse</Event>"
    "<Moon>new</Moon><AgentID>1000002</AgentID></xml>"
)
POISON = "这句话有毒"


async def told(both: Demo, *words: str) -> str:
    """Run a command beside the running service; return what it printed."""
    store = both.service.parts.settings.store
    place = Place(store.data_dir, database_url=store.database_url)
    done = await clew(*words, **demo_environment(place, both.windows))
    assert done.status == 0, done.err
    return done.out


def answers(both: Demo, userid: str = "LiLei") -> list[str]:
    """Return what Clew said to an employee."""
    return [m.text for m in both.sim.messages(f"app:{userid}") if m.sender == "clew"]


async def test_an_unknown_event_is_kept_as_it_came_and_shown(
    tmp_path: Path, database_url: str
) -> None:
    async with told_by(tmp_path, database_url) as story, peer_of(story.demo) as peer:
        for _ in range(2):
            assert await peer.post(seal(ECLIPSE)) == (200, "")
        await calm(story.demo)
        parts = story.demo.service.parts
        async with parts.database.read() as tx:
            (kept,) = await unknown_updates(tx, 10)
            (row,) = await tx.fetch("select sealed from unknown_update")
        assert (kept.source, kept.kind) == ("wecom:clew", "solar_eclipse")
        assert parts.store.vault.open(UNKNOWN_PURPOSE, bytes(row["sealed"])) == ECLIPSE.encode()
        assert "wecom:clew solar_eclipse" in await told(story.demo, "inbox", "unknown")
        _, metrics = await peer.get("/metrics")
        assert "clew_updates_unknown_total" in metrics


async def test_what_cannot_be_read_is_put_aside_at_once(tmp_path: Path, database_url: str) -> None:
    async with told_by(tmp_path, database_url) as story:
        inbox, now = story.demo.service.parts.inbox, story.clock.now()
        garbage = Delivery("kf:wkclewdemo000001", b"g", "", Priority.CHAT, b"\x00no json", now)
        assert await inbox.put(lambda: garbage)
        await calm(story.demo)
        (parked,) = await inbox.list(InboxState.PARKED, 10)
        assert (parked.attempts, parked.error) == (1, "unreadable: not_xml")
        shown = await told(story.demo, "inbox", "list")
        assert str(parked.id) in shown
        assert "unreadable" in shown


class Poisoned:
    """The router of the service, with a handler that breaks on one sentence."""

    def __init__(self) -> None:
        self.is_deadly = True
        self._healthy = root_router()

    def find(self, update: Update) -> tuple[str, Callable[..., Awaitable[None]]] | None:
        if self.is_deadly and isinstance(update, EmployeeMessage) and update.text == POISON:
            return "poisoned", self._break
        return self._healthy.find(update)

    @staticmethod
    async def _break(*_: Any) -> None:
        message = "a defect in a handler"
        raise RuntimeError(message)


def poison(story: Story) -> Poisoned:
    parts, router = story.demo.service.parts, Poisoned()
    parts.worker._dispatcher = Dispatcher(router, parts.context)
    return router


async def parked_in_the_end(story: Story, inbox: Inbox) -> InboxEntry:
    """Let time pass until the row was tried as often as it may be."""

    async def is_parked() -> bool:
        story.clock.advance(timedelta(seconds=1))
        inbox.wake()
        return bool(await inbox.list(InboxState.PARKED, 1))

    await until(is_parked)
    (row,) = await inbox.list(InboxState.PARKED, 10)
    return row


async def test_a_poison_row_is_put_aside_and_harms_nothing_beside_it(
    tmp_path: Path, database_url: str
) -> None:
    async with told_by(tmp_path, database_url) as story, peer_of(story.demo) as peer:
        await calm(story.demo)
        router, inbox = poison(story), story.demo.service.parts.inbox
        sentences = [text(POISON, 1), *(text("帮助", n, f"Member{n}") for n in range(2, 8))]
        posted = await asyncio.gather(*(peer.post(seal(sentence)) for sentence in sentences))
        assert set(posted) == {(200, "")}

        parked = await parked_in_the_end(story, inbox)
        await calm(story.demo)
        assert parked.attempts == 5
        assert parked.error == "RuntimeError: a defect in a handler"
        assert POISON not in parked.error
        assert answers(story.demo) == []
        async with story.demo.service.parts.database.read() as tx:
            rows = await tx.fetch("select receiver from outbox")
        assert {row["receiver"] for row in rows} == {f"Member{n}" for n in range(2, 8)}

        router.is_deadly = False
        assert str(parked.id) in await told(story.demo, "inbox", "replay", str(parked.id))
        await calm(story.demo)
        assert len(answers(story.demo)) == 1
        assert await inbox.list(InboxState.PARKED, 10) == []


class Away:
    """The store of the service, out of reach until it is back."""

    def __init__(self, store: Store) -> None:
        self.is_away = True
        self._store = store

    def unit_of_work(self, now: datetime) -> AbstractAsyncContextManager[UnitOfWork]:
        if self.is_away:
            problem = "the main database is locked"
            raise StorageUnavailable(problem, Cause.LOCKED)
        return self._store.unit_of_work(now)


async def test_no_row_is_put_aside_because_the_storage_is_away_for_long(
    tmp_path: Path, database_url: str
) -> None:
    async with told_by(tmp_path, database_url) as story, peer_of(story.demo) as peer:
        await calm(story.demo)
        parts = story.demo.service.parts
        away = Away(parts.store)
        parts.worker._store = away
        posted = await asyncio.gather(*(peer.post(seal(text("帮助", n))) for n in range(3)))
        assert set(posted) == {(200, "")}

        async def was_tried_often() -> bool:
            story.clock.advance(timedelta(seconds=1))
            parts.inbox.wake()
            waiting = await parts.inbox.list(InboxState.PENDING, 10)
            return len(waiting) == 3 and all(row.attempts > MAX_ATTEMPTS for row in waiting)

        await until(was_tried_often)
        away.is_away = False
        story.clock.advance(timedelta(seconds=10))
        await calm(story.demo)
        assert len(answers(story.demo)) == 3
        assert await parts.inbox.list(InboxState.PARKED, 10) == []


async def test_the_platform_comes_again_while_the_storage_is_away(
    tmp_path: Path, sqlite_url: str
) -> None:
    patient = DeliveryConfig(tries=1000, pause=0.02)
    async with told_by(tmp_path, sqlite_url, patient) as story:
        await calm(story.demo)
        async with locked(path_of_url(inbox_url_of(sqlite_url))):
            await story.demo.sim.say_app("LiLei", "帮助")
            await until(lambda: was_refused(story))
        await taken_once(story)


async def test_the_same_with_a_database_server(tmp_path: Path, postgres_url: str) -> None:
    patient = DeliveryConfig(tries=1000, pause=0.02)
    async with AsyncExitStack() as stack:
        url, cable = await stack.enter_async_context(cabled(postgres_url))
        story = await stack.enter_async_context(told_by(tmp_path, url, patient))
        peer = await stack.enter_async_context(peer_of(story.demo))
        await calm(story.demo)
        await cable.pull()
        await story.demo.sim.say_app("LiLei", "帮助")
        await until(lambda: was_refused(story))
        assert (await peer.get("/readyz"))[0] == 503
        assert (await peer.get("/healthz"))[0] == 200
        await cable.plug()
        await taken_once(story)
        await peer.get("/readyz")  # tells of callbacks that were refused since the last look
        assert (await peer.get("/readyz"))[0] == 200


async def was_refused(story: Story) -> bool:
    return any(answer.status == 503 for answer in story.demo.sim.deliveries[-1].answers)


async def taken_once(story: Story) -> None:
    """Wait for the accepted delivery and see that it took effect once."""
    await calm(story.demo)
    refused = story.demo.sim.deliveries[-1].answers[:-1]
    assert story.demo.sim.deliveries[-1].is_accepted
    assert {(answer.status, answer.body) for answer in refused} == {(503, b"")}
    assert len(answers(story.demo)) == 1
