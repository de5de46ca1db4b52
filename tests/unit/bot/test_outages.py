"""The database goes away, the process stops, a lease is lost: nothing is sent twice or lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.budgets import Budgets
from bot.clock import DrivenClock
from bot.fetcher import LEASE as FETCH_LEASE
from bot.fetcher import Fetcher
from bot.lane import Lane, LaneTools
from bot.relay import LEASE, Relay
from bot.wecom.errors import OutcomeUnknownError
from domain.messages import Endpoint, Fetch, FetchKind, Push, Welcome
from domain.values import Priority
from storage.errors import Cause, StorageUnavailable
from storage.fetches import Fetches
from storage.inbox import Inbox
from storage.outbox import Outbox, OutboxState
from tests.patience import until
from tests.unit.bot.loopback_platform import Platform
from tests.unit.bot.played_postman import REP, PlayedPostman, Send, text

USER = Fetch(FetchKind.EMPLOYEE, REP, "", 1)
Break = Callable[[Any, str, int], None]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.recorder.RECORD_PAUSE_SECONDS", 0)
    for module in ("bot.relay", "bot.fetcher"):
        monkeypatch.setattr(f"{module}.IDLE_SECONDS", 0.01)
        monkeypatch.setattr(f"{module}.GRACE_SECONDS", 0.05)


@pytest.fixture
def break_storage(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Return a function that lets a method of a store fail so many times."""

    def fail(store: Any, method: str, times: int) -> None:
        works, left = getattr(store, method), [times]

        async def call(*args: Any, **kwargs: Any) -> Any:
            if left[0]:
                left[0] -= 1
                problem = "the database is away"
                raise StorageUnavailable(problem, Cause.GONE)
            return await works(*args, **kwargs)

        monkeypatch.setattr(store, method, call)

    return fail


async def run_until(loop: Relay | Fetcher, condition: Callable[[], bool]) -> None:
    running = asyncio.create_task(loop.run())
    await until(condition)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_relay_waits_for_its_database(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, break_storage: Break
) -> None:
    await send(text("1"))
    break_storage(outbox, "claim", 3)
    await run_until(relay, lambda: postman.texts() == ["1"])


async def test_what_was_sent_is_recorded_when_the_database_is_back(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, break_storage: Break
) -> None:
    await send(text("1"))
    break_storage(outbox, "finish", 3)
    await relay.drain_once()
    assert postman.texts() == ["1"]
    assert len(await outbox.list(OutboxState.SENT, 10)) == 1


async def test_what_cannot_be_recorded_is_left_to_the_once_only_rule(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, break_storage: Break
) -> None:
    await send(text("1"), text("x", "o1", endpoint=Endpoint.MP_MESSAGE, account="gh_1"))
    break_storage(outbox, "finish", 8)
    await relay.drain_once()
    assert (await outbox.counts())[OutboxState.LEASED] == 2
    assert len(postman.delivered) == 2


async def test_then_an_app_message_goes_out_again_under_its_id_and_an_official_one_never(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, crashed_twice: Awaitable[None]
) -> None:
    await crashed_twice
    await relay.drain_once()
    sent = [(who, send_id) for who, _, send_id in postman.delivered]
    assert len(sent) == 3
    assert len(set(sent)) == 2
    assert len(await outbox.list(OutboxState.UNKNOWN, 10)) == 1


@pytest.fixture
async def crashed_twice(
    relay: Relay, outbox: Outbox, send: Send, break_storage: Break, clock: DrivenClock
) -> Awaitable[None]:
    """Send to a member and to a follower, and lose the database before either is recorded."""

    async def play() -> None:
        await send(text("1"), text("x", "o1", endpoint=Endpoint.MP_MESSAGE, account="gh_1"))
        break_storage(outbox, "finish", 8)
        await relay.drain_once()
        clock.advance(LEASE + timedelta(seconds=1))

    return play()


async def test_a_lost_lease_is_not_an_error(
    relay: Relay,
    outbox: Outbox,
    postman: PlayedPostman,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(*_: object) -> bool:
        return False

    monkeypatch.setattr(outbox, "merge", lost)
    monkeypatch.setattr(outbox, "finish", lost)
    await send(*(text(str(n), merge_key="a") for n in range(20)))
    await relay.drain_once()
    assert postman.texts() == [str(n) for n in range(20)]


async def test_a_welcome_with_a_lost_answer_that_is_late_is_unknown(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles["wm1"] = [OutcomeUnknownError("/x", "timeout")]
    body, expiry = Welcome("CODE", "您好"), clock.now() + timedelta(seconds=20)
    await send(Push(Endpoint.WELCOME, "", "wm1", body, "w", Priority.WELCOME, expires_at=expiry))
    await relay.drain_once()
    clock.advance(timedelta(seconds=30))
    await relay.drain_once()
    assert postman.delivered == []
    assert len(await outbox.list(OutboxState.UNKNOWN, 10)) == 1


async def test_a_lane_waits_for_the_one_before_it(
    outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock, tools: LaneTools
) -> None:
    await send(text("1"), text("2"))
    rows = await outbox.claim(10, LEASE, clock.now())
    postman.slow[REP] = asyncio.Event()
    first = asyncio.create_task(Lane(tools, rows[:1], clock.now() + LEASE).work(None))
    second = asyncio.create_task(Lane(tools, rows[1:], clock.now() + LEASE).work(first))
    await until(lambda: postman.running == 1)
    postman.slow[REP].set()
    await asyncio.gather(first, second)
    assert postman.texts() == ["1", "2"]


async def test_a_lane_gives_back_what_its_lease_would_not_outlive(
    outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock, tools: LaneTools
) -> None:
    await send(text("1"))
    rows = await outbox.claim(10, LEASE, clock.now())
    await Lane(tools, rows, clock.now() + timedelta(seconds=30)).work(None)
    assert postman.delivered == []
    assert (await outbox.counts())[OutboxState.PENDING] == 1


@pytest.fixture
def tools(outbox: Outbox, postman: PlayedPostman, clock: DrivenClock) -> LaneTools:
    return LaneTools(outbox, postman, clock, Budgets())  # type: ignore[arg-type]


async def test_a_stopping_relay_does_not_wait_for_ever(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.slow[REP] = asyncio.Event()
    await send(text("1"))
    await run_until(relay, lambda: postman.running == 1)
    assert postman.running == 0
    assert (await outbox.counts())[OutboxState.LEASED] == 1


async def test_a_lane_that_breaks_is_told_and_the_relay_goes_on(
    relay: Relay,
    outbox: Outbox,
    postman: PlayedPostman,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> bool:
        raise ZeroDivisionError

    await send(text("1"))
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "finish", broken)
        await run_until(relay, lambda: postman.texts() == ["1"] and not relay.is_busy)
    await send(text("2", "HanMei"))
    await run_until(relay, lambda: postman.texts("HanMei") == ["2"])


async def test_a_fetcher_waits_for_its_database(
    fetcher: Fetcher, fetches: Fetches, break_storage: Break, platform: Platform, ask: Send
) -> None:
    await ask(USER)
    break_storage(fetches, "claim", 2)
    await run_until(fetcher, lambda: bool(platform.calls("/cgi-bin/user/get")))


async def test_an_answer_that_cannot_be_stored_is_asked_for_again(
    fetcher: Fetcher, inbox: Inbox, clock: DrivenClock, break_storage: Break, ask: Send
) -> None:
    await ask(USER)
    break_storage(inbox, "put", 1)
    await fetcher.drain_once()
    assert sum((await inbox.counts()).values()) == 0
    clock.advance(FETCH_LEASE + timedelta(seconds=1))
    await fetcher.drain_once()
    assert sum((await inbox.counts()).values()) == 1


async def test_a_stopping_fetcher_does_not_wait_for_ever(
    fetcher: Fetcher, fetches: Fetches, platform: Platform, ask: Send
) -> None:
    platform.gate = asyncio.Event()
    await ask(USER)
    await run_until(fetcher, lambda: bool(platform.calls("/cgi-bin/user/get")))
    assert await fetches.counts() == {"open": 1, "failed": 0}
