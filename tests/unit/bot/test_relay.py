from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.relay import REST_KNOWN_FOR, Relay
from domain.messages import Endpoint, Push, Welcome
from domain.values import Priority
from storage.database import Database
from storage.outbox import Outbox, OutboxState
from tests.patience import until
from tests.unit.bot.played_postman import (
    REP,
    PlayedPostman,
    Send,
    refusal,
    text,
)


async def test_what_is_due_is_sent_once_and_its_answer_is_kept(
    relay: Relay, postman: PlayedPostman, send: Send, database: Database
) -> None:
    await send(text("新线索"))
    assert await relay.drain_once() == 1
    assert await relay.drain_once() == 0
    assert postman.texts() == ["新线索"]
    async with database.read() as tx:
        (row,) = await tx.fetch("select state, answer from outbox")
        ledger = await tx.fetch("select receiver, endpoint, outbox_id from send_ledger")
    assert (row["state"], row["answer"]) == ("sent", '{"msgid":"M1","response_code":"RC"}')
    assert [(line["receiver"], line["endpoint"]) for line in ledger] == [(REP, "app_message")]


async def test_a_receiver_gets_messages_in_order_and_receivers_do_not_wait(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    await send(*(text(f"{who}{n}", who) for n in range(5) for who in ("a", "b", "c")))
    await relay.drain_once()
    for who in ("a", "b", "c"):
        assert postman.texts(who) == [f"{who}{n}" for n in range(5)]
    assert postman.most_running > 1


async def test_a_slow_receiver_holds_up_nobody_else(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    postman.slow["slow"] = asyncio.Event()
    await send(text("1", "slow"), text("2", "slow"), text("3", "quick"))
    running = asyncio.create_task(relay.run())
    await until(lambda: postman.texts("quick") == ["3"])
    await send(text("4", "quick"))
    relay.wake()
    await until(lambda: postman.texts("quick") == ["3", "4"])
    assert relay.is_busy
    postman.slow["slow"].set()
    await until(lambda: postman.texts("slow") == ["1", "2"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_at_most_four_sends_of_an_endpoint_run_at_once(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    await send(*(text("x", f"rep{n}") for n in range(20)))
    await relay.drain_once()
    assert len(postman.delivered) == 20
    assert postman.most_running == 4


async def test_a_welcome_overtakes_everything_even_with_all_hands_busy(
    relay: Relay, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    hang = asyncio.Event()
    for n in range(20):
        postman.slow[f"rep{n}"] = hang
        await send(text("x", f"rep{n}"))
    running = asyncio.create_task(relay.run())
    await until(lambda: postman.running == 4)
    body, expiry = Welcome("CODE", "您好"), clock.now() + timedelta(seconds=20)
    await send(Push(Endpoint.WELCOME, "", "wm1", body, "w", Priority.WELCOME, expires_at=expiry))
    relay.wake()
    await until(lambda: bool(postman.delivered))
    assert postman.delivered[0][0] == "wm1"
    hang.set()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_budgets_are_rebuilt_from_the_ledger_after_a_restart(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(*(text(str(n)) for n in range(30)))
    await relay.drain_once()
    await send(text("31"))
    restarted = Relay(outbox, postman, clock)  # type: ignore[arg-type]
    await restarted.drain_once()
    assert len(postman.delivered) == 30
    clock.advance(timedelta(minutes=1))
    await restarted.drain_once()
    assert postman.texts()[-1] == "31"


async def test_a_relay_that_met_the_limit_lets_the_others_rest_and_a_restart_remembers(
    outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    met, other = (Relay(outbox, postman, clock, has_others=True) for _ in range(2))  # type: ignore[arg-type]
    await send(text("before", "z"))
    await other.drain_once()
    postman.troubles["a"] = [refusal(45009)]
    await send(text("a", "a"))
    await met.drain_once()
    clock.advance(REST_KNOWN_FOR)
    await send(text("b", "b"))
    await other.drain_once()
    restarted = Relay(outbox, postman, clock)  # type: ignore[arg-type]
    await restarted.drain_once()
    assert [who for who, _, _ in postman.delivered] == ["z"]
    clock.advance(timedelta(seconds=70))
    await other.drain_once()
    assert {who for who, _, _ in postman.delivered} == {"z", "a", "b"}


async def test_a_stopping_relay_finishes_the_call_and_gives_back_the_rest(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.slow[REP] = asyncio.Event()
    await send(text("1"), text("2"))
    running = asyncio.create_task(relay.run())
    await until(lambda: postman.running == 1)
    running.cancel()
    await until(lambda: relay._tools.is_stopping)
    postman.slow[REP].set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert postman.texts() == ["1"]
    (waiting,) = await outbox.list(OutboxState.PENDING, 10)
    assert waiting.attempts == 0
    assert (await outbox.counts())[OutboxState.LEASED] == 0


async def test_the_same_cause_is_sent_once_however_often_it_is_put(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    for _ in range(5):
        await send(text("1", dedupe_key="card:1:1"))
    await relay.drain_once()
    assert postman.texts() == ["1"]
