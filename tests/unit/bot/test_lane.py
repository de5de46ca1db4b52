from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.lane import LOOK_AGAIN_AFTER
from bot.relay import LEASE, Relay
from bot.wecom.cards import CannotRenderError, Unfit
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import NotSentError, OutcomeUnknownError
from domain.messages import Card, CardButton, Endpoint, Push, Welcome
from domain.values import Priority
from storage.outbox import ALLOWANCE_USED, Outbox, OutboxState
from tests.unit.bot.played_postman import (
    REP,
    KnownOpenings,
    PlayedPostman,
    Send,
    errors,
    kf,
    official,
    refusal,
    text,
)


async def test_a_late_welcome_is_dropped_unsent(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    body, expiry = Welcome("CODE", "您好"), clock.now() + timedelta(seconds=20)
    await send(Push(Endpoint.WELCOME, "", "wm1", body, "w", Priority.WELCOME, expires_at=expiry))
    clock.advance(timedelta(seconds=21))
    await relay.drain_once()
    assert postman.delivered == []
    assert await errors(outbox, OutboxState.DROPPED) == ["expired"]


async def test_what_did_not_leave_is_tried_again_and_holds_back_what_follows(
    relay: Relay, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles[REP] = [NotSentError("/x", "refused"), NotSentError("/x", "refused")]
    await send(text("1"), text("2"), text("other", "HanMei"))
    await relay.drain_once()
    assert postman.texts() == []
    assert postman.texts("HanMei") == ["other"]
    for _ in range(2):
        clock.advance(timedelta(seconds=5))
        await relay.drain_once()
    assert postman.texts() == ["1", "2"]


async def test_a_permanent_refusal_is_shown_and_the_next_row_goes_on(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.troubles[REP] = [refusal(81013)]
    await send(text("1"), text("2"))
    await relay.drain_once()
    assert postman.texts() == ["2"]
    (error,) = await errors(outbox, OutboxState.FAILED)
    assert error.startswith("no_valid_receiver: permanent ×1")
    assert "81013" in error


async def test_a_body_without_a_form_is_shown(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.troubles[REP] = [CannotRenderError(Unfit.CARD_TASK_ID)]
    await send(text("1"))
    await relay.drain_once()
    assert await errors(outbox, OutboxState.FAILED) == ["cannot render: card_task_id"]


async def test_a_defect_stops_nobody_else_and_is_shown(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.troubles[REP] = [ZeroDivisionError()]
    await send(text("1"), text("2"))
    await relay.drain_once()
    assert postman.texts() == ["2"]
    (error,) = await errors(outbox, OutboxState.UNKNOWN)
    assert error.startswith("defect: ZeroDivisionError at played_postman.py:")


async def test_an_app_message_with_a_lost_answer_is_repeated_with_the_same_id(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    lost = OutcomeUnknownError("/x", "timeout")
    postman.troubles[REP] = [lost]
    await send(text("1"))
    await relay.drain_once()
    (entry,) = await outbox.list(OutboxState.PENDING, 10)
    assert "outcome unknown since" in entry.error
    clock.advance(timedelta(seconds=10))
    await relay.drain_once()
    assert [(body.content, send_id) for _, body, send_id in postman.delivered] == [("1", entry.id)]


async def test_after_the_window_an_app_message_is_given_up_visibly(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles[REP] = [OutcomeUnknownError("/x", "timeout")]
    await send(text("1"))
    await relay.drain_once()
    clock.advance(timedelta(hours=4))
    await relay.drain_once()
    assert postman.delivered == []
    assert len(await errors(outbox, OutboxState.UNKNOWN)) == 1


async def test_an_official_message_with_a_lost_answer_is_never_repeated(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles["o1"] = [OutcomeUnknownError("/x", "timeout")]
    await send(official("1"), official("2"))
    await relay.drain_once()
    clock.advance(timedelta(days=1))
    await relay.drain_once()
    assert postman.texts("o1") == ["2"]
    (error,) = await errors(outbox, OutboxState.UNKNOWN)
    assert error.startswith("answer_lost: outcome_unknown")


@pytest.mark.parametrize(
    ("push", "delivered", "unknown"),
    [
        (text("x", dedupe_key="k"), 1, 0),
        (official("x"), 0, 1),
        (text("x", "wm1", endpoint=Endpoint.KF_MESSAGE, account="wk1"), 1, 0),
    ],
    ids=["app", "official", "kf"],
)
async def test_after_a_crash_a_row_is_repeated_by_the_rule_of_its_endpoint(
    crashed: Callable[[Push], Awaitable[tuple[int, int]]],
    push: Push,
    delivered: int,
    unknown: int,
) -> None:
    assert await crashed(push) == (delivered, unknown)


@pytest.fixture
def crashed(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> Callable[[Push], Awaitable[tuple[int, int]]]:
    """Return a function: take a push, die, come back; how many are delivered, how many unknown."""

    async def play(push: Push) -> tuple[int, int]:
        await send(push)
        assert len(await outbox.claim(10, LEASE, clock.now())) == 1
        clock.advance(LEASE + timedelta(seconds=1))
        await relay.drain_once()
        return len(postman.delivered), len(await errors(outbox, OutboxState.UNKNOWN))

    return play


async def test_a_used_up_minute_waits_and_loses_nothing(
    relay: Relay, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(*(text(str(n)) for n in range(70)))
    await relay.drain_once()
    assert len(postman.delivered) == 30
    clock.advance(timedelta(seconds=59))
    await relay.drain_once()
    assert len(postman.delivered) == 30
    for _ in range(2):
        clock.advance(timedelta(seconds=60))
        await relay.drain_once()
    assert postman.texts() == [str(n) for n in range(70)]


async def test_reminders_are_joined_when_the_budget_runs_short(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    reminders = [f"提醒{n}" for n in range(100)]
    await send(*(text(reminder, merge_key="reminders") for reminder in reminders))
    await relay.drain_once()
    assert len(postman.delivered) < 10
    assert "\n\n".join(postman.texts()).split("\n\n") == reminders
    assert all(len(content.encode()) <= 2048 for content in postman.texts())
    assert len(await outbox.list(OutboxState.MERGED, 200)) == 100 - len(postman.delivered)


async def test_a_few_reminders_arrive_one_by_one(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    await send(*(text(f"提醒{n}", merge_key="reminders") for n in range(5)))
    await relay.drain_once()
    assert len(postman.delivered) == 5


async def test_cards_and_other_texts_are_never_joined(
    relay: Relay, postman: PlayedPostman, send: Send
) -> None:
    card = Card("新线索", "t", buttons=(CardButton("接收", "a"),))
    pushes = [text(f"a{n}", merge_key="a") for n in range(20)]
    pushes[5:5] = [text("", body=card), text("单独"), text("b0", merge_key="b")]
    await send(*pushes)
    await relay.drain_once()
    assert "单独" in postman.texts()
    assert "b0" in postman.texts()
    assert sum(isinstance(body, Card) for _, body, _ in postman.delivered) == 1


async def test_too_many_calls_rest_the_whole_endpoint_but_no_other(
    relay: Relay, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles["a"] = [refusal(45009)]
    await send(text("1", "a"))
    await relay.drain_once()
    await send(text("2", "b"), text("3", "wm1", endpoint=Endpoint.KF_MESSAGE, account="wk1"))
    await relay.drain_once()
    assert [who for who, _, _ in postman.delivered] == ["wm1"]
    clock.advance(timedelta(seconds=70))
    await relay.drain_once()
    assert sorted(who for who, _, _ in postman.delivered) == ["a", "b", "wm1"]


async def test_a_refused_address_keeps_every_job_and_burns_few_calls(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles["a"] = [refusal(60020) for _ in range(3)]
    await send(text("1", "a"), *(text("2", f"rep{n}") for n in range(10)))
    await relay.drain_once()
    for _ in range(6):
        clock.advance(timedelta(minutes=3))
        await relay.drain_once()
    assert len(postman.delivered) == 11
    assert await outbox.counts() == dict.fromkeys(
        [OutboxState.PENDING, OutboxState.LEASED, OutboxState.FAILED, OutboxState.UNKNOWN], 0
    )


async def test_waiting_for_the_customer_is_shown_at_once(
    relay: Relay, outbox: Outbox, postman: PlayedPostman, send: Send
) -> None:
    postman.troubles["wm1"] = [refusal(95001)]
    await send(text("1", "wm1", endpoint=Endpoint.KF_MESSAGE, account="wk1"))
    await relay.drain_once()
    (error,) = await errors(outbox, OutboxState.FAILED)
    assert error.startswith(f"kf_count_used: {Reaction.WAIT_FOR_CUSTOMER}")


async def test_a_used_allowance_waits_for_the_customer_and_then_leaves_first_and_joined(
    careful: Relay,
    outbox: Outbox,
    postman: PlayedPostman,
    send: Send,
    clock: DrivenClock,
    known: KnownOpenings,
) -> None:
    await send(*(kf(str(n)) for n in range(5)), *(kf(n, merge_key="m") for n in "56"), text("x"))
    await careful.drain_once()
    assert postman.texts("wm1") == ["0", "1", "2", "3", "4"]
    assert postman.texts() == ["x"]
    assert await errors(outbox, OutboxState.PENDING) == [ALLOWANCE_USED] * 2
    clock.advance(timedelta(minutes=1))
    known.opened_at = clock.now()
    await send(kf("answer"))
    await careful.drain_once()
    assert postman.texts("wm1")[5:] == ["5\n\n6", "answer"]


async def test_repeating_the_last_allowed_message_takes_nothing_more_of_the_allowance(
    careful: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(*(kf(str(n)) for n in range(4)))
    await careful.drain_once()
    postman.troubles["wm1"] = [OutcomeUnknownError("/cgi-bin/kf/send_msg", "http_502")]
    await send(kf("last"))
    await careful.drain_once()
    clock.advance(timedelta(minutes=1))
    await careful.drain_once()
    assert postman.texts("wm1")[4:] == ["last"]
    assert await errors(outbox, OutboxState.PENDING) == []


async def test_rows_of_a_killed_relay_share_the_allowance_and_stay_in_doubt_while_held(
    careful: Relay,
    outbox: Outbox,
    postman: PlayedPostman,
    send: Send,
    clock: DrivenClock,
    known: KnownOpenings,
) -> None:
    await send(*(kf(str(n)) for n in range(7)))
    assert len(await outbox.claim(7, LEASE, clock.now())) == 7  # … and then the process dies
    clock.advance(LEASE)
    await careful.drain_once()
    assert postman.texts("wm1") == ["0", "1", "2", "3", "4"]
    for error in await errors(outbox, OutboxState.PENDING):
        assert error.startswith(ALLOWANCE_USED)
        assert "outcome unknown" in error
    known.opened_at = clock.now() + timedelta(minutes=1)
    clock.advance(timedelta(minutes=1))
    await send(kf("answer"))
    await careful.drain_once()
    assert postman.texts("wm1")[5:] == ["5", "6", "answer"]


async def test_a_held_row_in_doubt_is_shown_as_unknown_when_the_window_ends(
    careful: Relay, outbox: Outbox, send: Send, clock: DrivenClock
) -> None:
    await send(*(kf(str(n)) for n in range(6)))
    await outbox.claim(6, LEASE, clock.now())
    clock.advance(LEASE)
    await careful.drain_once()
    clock.advance(timedelta(hours=47))
    await careful.drain_once()
    (error,) = await errors(outbox, OutboxState.UNKNOWN)
    assert error.startswith(ALLOWANCE_USED)


async def test_an_act_without_an_answer_lets_a_held_row_go_too(
    careful: Relay, postman: PlayedPostman, send: Send, clock: DrivenClock, known: KnownOpenings
) -> None:
    await send(*(kf(str(n)) for n in range(6)))
    await careful.drain_once()
    known.opened_at = clock.now()
    clock.advance(LOOK_AGAIN_AFTER)
    await careful.drain_once()
    assert postman.texts("wm1") == ["0", "1", "2", "3", "4", "5"]


async def test_a_customer_who_does_not_come_back_is_shown_when_the_window_ends(
    careful: Relay, outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(*(kf(str(n)) for n in range(7)))
    await careful.drain_once()
    clock.advance(timedelta(hours=47))
    await careful.drain_once()
    assert len(postman.texts("wm1")) == 5
    assert await errors(outbox, OutboxState.FAILED) == [ALLOWANCE_USED] * 2


async def test_texts_are_joined_to_fit_into_the_allowance(
    careful: Relay, postman: PlayedPostman, send: Send
) -> None:
    await send(*(kf(str(n), merge_key="answers") for n in range(8)))
    await careful.drain_once()
    assert "\n\n".join(postman.texts("wm1")).split("\n\n") == [str(n) for n in range(8)]
    assert len(postman.texts("wm1")) <= 5
