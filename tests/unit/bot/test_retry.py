from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retry import (
    ONCE_ONLY,
    RESEND_FOR,
    Attempt,
    Decision,
    GiveUp,
    OnceOnly,
    Retry,
    Unknown,
    may_resend,
    next_step,
    wait_after,
)
from bot.trouble import Trouble, met
from bot.wecom.error_codes import Pause, Reaction
from domain.messages import Endpoint
from domain.values import BUSINESS_ZONE

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FINAL = [
    Reaction.PERMANENT,
    Reaction.RESYNC,
    Reaction.SKIP,
    Reaction.DROP,
    Reaction.WAIT_FOR_CUSTOMER,
    Reaction.RELATION_GONE,
    Reaction.REUPLOAD,
]
SINGLE_USE = {Endpoint.CARD_UPDATE, Endpoint.WELCOME, Endpoint.KF_EVENT_MESSAGE}


def attempt(reaction: Reaction, endpoint: Endpoint = Endpoint.APP_MESSAGE) -> Attempt:
    return Attempt(endpoint, met(None, reaction, "why", NOW), NOW, seed=7)


def play(start: Attempt, most: int = 2000) -> tuple[list[timedelta], Decision]:
    """Meet the same trouble until the decision is final; return waits and the last word."""
    waits: list[timedelta] = []
    now, trouble = start.now, start.trouble
    for _ in range(most):
        decision = next_step(replace(start, trouble=trouble, now=now))
        if not isinstance(decision, Retry):
            return waits, decision
        waits.append(decision.at - now)
        now = decision.at
        trouble = met(trouble, trouble.reaction, "why", now)
    pytest.fail("never ends")


def test_every_endpoint_has_its_once_only_rule() -> None:
    assert set(ONCE_ONLY) == set(Endpoint)


@pytest.mark.parametrize("endpoint", Endpoint)
@pytest.mark.parametrize("reaction", FINAL)
def test_an_answer_that_is_final_is_believed(endpoint: Endpoint, reaction: Reaction) -> None:
    assert next_step(attempt(reaction, endpoint)) == GiveUp(reaction)


@pytest.mark.parametrize("endpoint", Endpoint)
@pytest.mark.parametrize(
    "reaction",
    [
        Reaction.RETRY_LATER,
        Reaction.NOT_SENT,
        Reaction.SLOW_DOWN,
        Reaction.OPERATOR,
        Reaction.OUTCOME_UNKNOWN,
    ],
)
def test_every_trouble_ends_some_day(endpoint: Endpoint, reaction: Reaction) -> None:
    _, last = play(attempt(reaction, endpoint))
    assert isinstance(last, GiveUp | Unknown)


def test_a_busy_platform_is_asked_three_times_more() -> None:
    waits, last = play(attempt(Reaction.RETRY_LATER))
    assert len(waits) == 3
    assert waits == sorted(waits)
    assert isinstance(last, Unknown)


def test_an_unreachable_platform_is_waited_for_a_day() -> None:
    waits, last = play(attempt(Reaction.NOT_SENT))
    assert waits[0] < 2 * SECOND
    assert max(waits) <= 6.25 * MINUTE
    assert 23 * HOUR < sum(waits, timedelta()) <= 24 * HOUR
    assert last == GiveUp(Reaction.NOT_SENT)


def test_an_operator_has_three_days_and_few_calls_are_burnt() -> None:
    waits, last = play(attempt(Reaction.OPERATOR))
    assert 71 * HOUR < sum(waits, timedelta()) <= 72 * HOUR
    assert len(waits) < 72 * 6
    assert last == GiveUp(Reaction.OPERATOR)


@pytest.mark.parametrize(
    ("pause", "least", "most"),
    [(Pause.MOMENT, SECOND, 3 * SECOND), (Pause.MINUTE, 60 * SECOND, 65 * SECOND)],
)
def test_too_many_calls_rest_for_the_window(
    pause: Pause, least: timedelta, most: timedelta
) -> None:
    decision = next_step(replace(attempt(Reaction.SLOW_DOWN), pause=pause))
    assert isinstance(decision, Retry)
    assert least <= decision.at - NOW <= most


def test_a_daily_quota_rests_until_shortly_after_midnight() -> None:
    decision = next_step(replace(attempt(Reaction.SLOW_DOWN), pause=Pause.DAY))
    assert isinstance(decision, Retry)
    local = decision.at.astimezone(BUSINESS_ZONE)
    assert (local.date().isoformat(), local.hour, local.minute < 10) == ("2026-11-24", 0, True)


def test_an_app_message_is_repeated_only_while_the_platform_remembers_it() -> None:
    waits, last = play(attempt(Reaction.OUTCOME_UNKNOWN))
    assert len(waits) > 5
    assert sum(waits, timedelta()) < RESEND_FOR
    assert last == Unknown("resend_window_over")


def test_the_window_is_counted_from_the_first_send_that_may_have_arrived() -> None:
    trouble = Trouble(Reaction.NOT_SENT, "", 3, NOW - HOUR, NOW - timedelta(hours=3, minutes=57))
    unreachable = replace(attempt(Reaction.NOT_SENT), trouble=trouble)
    assert isinstance(next_step(unreachable), Retry)
    later = replace(unreachable, now=NOW + 2 * MINUTE)
    assert next_step(later) == Unknown("resend_window_over")


@pytest.mark.parametrize("reaction", [Reaction.OUTCOME_UNKNOWN, Reaction.RETRY_LATER])
def test_an_official_message_that_may_have_arrived_is_never_repeated(reaction: Reaction) -> None:
    assert next_step(attempt(reaction, Endpoint.MP_MESSAGE)) == Unknown(reaction)


def test_an_official_message_that_never_left_is_repeated() -> None:
    assert isinstance(next_step(attempt(Reaction.NOT_SENT, Endpoint.MP_MESSAGE)), Retry)


@pytest.mark.parametrize(
    "endpoint", [e for e in Endpoint if ONCE_ONLY[e] is OnceOnly.SAFE], ids=str
)
def test_safe_endpoints_are_repeated_after_a_lost_answer(endpoint: Endpoint) -> None:
    assert isinstance(next_step(attempt(Reaction.OUTCOME_UNKNOWN, endpoint)), Retry)


@pytest.mark.parametrize("endpoint", Endpoint)
def test_a_refusal_after_a_lost_answer_is_a_no_unless_the_code_may_have_been_used(
    endpoint: Endpoint,
) -> None:
    before = met(None, Reaction.OUTCOME_UNKNOWN, "timeout", NOW)
    after = met(before, Reaction.PERMANENT, "errcode 1", NOW + SECOND)
    decision = next_step(replace(attempt(Reaction.PERMANENT, endpoint), trouble=after))
    is_unknown = endpoint in SINGLE_USE or endpoint is Endpoint.MP_MESSAGE
    assert isinstance(decision, Unknown if is_unknown else GiveUp)


def test_a_welcome_is_not_tried_after_its_twenty_seconds() -> None:
    start = replace(
        attempt(Reaction.NOT_SENT, Endpoint.WELCOME), expires_at=NOW + timedelta(seconds=20)
    )
    waits, last = play(start)
    assert len(waits) >= 3
    assert sum(waits, timedelta()) < timedelta(seconds=20)
    assert last == GiveUp("expired")


def test_a_welcome_that_may_have_arrived_ends_as_unknown() -> None:
    start = replace(
        attempt(Reaction.OUTCOME_UNKNOWN, Endpoint.WELCOME), expires_at=NOW + timedelta(seconds=20)
    )
    assert play(start)[1] == Unknown("expired")


@given(st.integers(0, 2**63 - 1), st.integers(1, 30))
def test_waits_are_spread_by_at_most_a_quarter(seed: int, times: int) -> None:
    trouble = Trouble(Reaction.NOT_SENT, "", times, NOW)
    full = min(SECOND * 2 ** (times - 1), 5 * MINUTE)
    wait = wait_after(trouble, Pause.NONE, NOW, seed)
    assert wait is not None
    assert 0.75 * full <= wait <= 1.25 * full


def test_rows_do_not_come_back_all_at_once() -> None:
    trouble = Trouble(Reaction.SLOW_DOWN, "", 1, NOW)
    waits = {wait_after(trouble, Pause.MOMENT, NOW, seed) for seed in range(100)}
    assert len(waits) > 90


def test_a_decision_depends_on_nothing_but_its_arguments() -> None:
    one = attempt(Reaction.NOT_SENT)
    assert next_step(one) == next_step(one)


@pytest.mark.parametrize("endpoint", Endpoint)
def test_after_a_crash_a_row_is_sent_again_only_where_that_is_harmless(endpoint: Endpoint) -> None:
    trouble = met(None, Reaction.OUTCOME_UNKNOWN, "lease ran out", NOW)
    rule = ONCE_ONLY[endpoint]
    assert may_resend(endpoint, trouble, NOW) == (rule is not OnceOnly.AT_MOST_ONCE)
    assert may_resend(endpoint, trouble, NOW + RESEND_FOR) == (rule is OnceOnly.SAFE)
