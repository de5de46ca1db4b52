from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import (
    MEMBER_RATES,
    Opening,
    Rate,
    Sent,
    Trigger,
    allowed,
    fits_at,
    is_nearly_used,
    left,
    open_until,
)
from domain.messages import Endpoint

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
RATES = (Rate(3, MINUTE), Rate(5, HOUR))
offsets = st.lists(st.integers(0, 7200), max_size=40)


def ago(*seconds: float) -> Sent:
    return Sent.of(NOW - timedelta(seconds=s) for s in seconds)


@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        (ago(), 0),
        (ago(1, 2), 0),
        (ago(1, 2, 30), 30),
        (ago(1, 2, 60), 0),
        (ago(10, 100, 200, 300, 3000), 600),
        (ago(1, 2, 3, 300, 3590), 57),
        (ago(5, 5, 5), 55),
    ],
)
def test_the_next_send_waits_until_the_oldest_has_left_the_window(sent: Sent, wait: int) -> None:
    assert fits_at(sent, RATES, NOW) == NOW + timedelta(seconds=wait)


@given(offsets)
def test_a_send_at_the_time_given_keeps_to_every_rate(seconds: list[int]) -> None:
    at = fits_at(ago(*seconds), RATES, NOW)
    for rate in RATES:
        assert ago(*seconds).since(at - rate.per) < rate.count


@given(st.integers(1, 60))
def test_no_window_ever_holds_more_than_its_rate(count: int) -> None:
    sent, now = Sent(), NOW
    for _ in range(count):
        now = fits_at(sent, RATES, now)
        sent = sent.plus(now)
    for moment in sent.moments:
        for rate in RATES:
            assert sum(moment - rate.per < other <= moment for other in sent.moments) <= rate.count


@pytest.mark.parametrize(
    ("sent", "spare"), [(ago(), 3), (ago(1), 2), (ago(1, 2, 3, 4), 0), (ago(100, 200, 300, 400), 1)]
)
def test_the_tightest_rate_counts(sent: Sent, spare: int) -> None:
    assert left(sent, RATES, NOW) == spare


def test_without_a_rate_nothing_is_limited() -> None:
    assert left(ago(1, 2, 3), (), NOW) is None
    assert fits_at(ago(1, 2, 3), (), NOW) == NOW


def test_a_member_gets_thirty_a_minute_and_a_thousand_an_hour() -> None:
    assert left(ago(*range(30)), MEMBER_RATES, NOW) == 0
    assert left(ago(*(61 + n for n in range(999))), MEMBER_RATES, NOW) == 1


@pytest.mark.parametrize(("waiting", "nearly"), [(1, False), (15, False), (16, True), (40, True)])
def test_a_budget_is_nearly_used_when_half_of_it_would_be(waiting: int, nearly: bool) -> None:
    assert is_nearly_used(ago(), MEMBER_RATES, NOW, waiting) == nearly


def opened(seconds: float, trigger: Trigger = Trigger.MESSAGE) -> Opening:
    return Opening(NOW - timedelta(seconds=seconds), trigger)


@pytest.mark.parametrize(
    ("endpoint", "openings", "sent", "spare"),
    [
        (Endpoint.APP_MESSAGE, [], ago(), None),
        (Endpoint.KF_MESSAGE, [], ago(), 0),
        (Endpoint.KF_MESSAGE, [opened(60)], ago(), 5),
        (Endpoint.KF_MESSAGE, [opened(60)], ago(50, 40, 30), 2),
        (Endpoint.KF_MESSAGE, [opened(60)], ago(5, 4, 3, 2, 1), 0),
        (Endpoint.KF_MESSAGE, [opened(60)], ago(80, 70, 30), 4),
        (Endpoint.KF_MESSAGE, [opened(90), opened(10)], ago(80, 70, 60, 50, 40), 5),
        (Endpoint.KF_MESSAGE, [opened(48 * 3600 + 1)], ago(), 0),
        (Endpoint.KF_MESSAGE, [opened(60, Trigger.TAP)], ago(), 0),
        (Endpoint.MP_MESSAGE, [opened(30, Trigger.TAP)], ago(20), 2),
        (Endpoint.MP_MESSAGE, [opened(61, Trigger.TAP)], ago(), 0),
        (Endpoint.MP_MESSAGE, [opened(30, Trigger.TAP), opened(50)], ago(40, 20), 3),
        (Endpoint.MP_MESSAGE, [opened(-5)], ago(), 5),
        (Endpoint.MP_MESSAGE, [opened(-300)], ago(), 0),
    ],
    ids=range(14),
)
def test_a_customer_allows_a_few_messages_by_what_they_do(
    endpoint: Endpoint, openings: list[Opening], sent: Sent, spare: int | None
) -> None:
    assert allowed(endpoint, openings, sent, NOW) == spare


def test_the_last_window_counts_and_one_that_is_over_does_not() -> None:
    def end(*openings: Opening) -> datetime | None:
        return open_until(Endpoint.MP_MESSAGE, openings, NOW)

    wrote = Opening(NOW - 47 * HOUR, Trigger.MESSAGE)
    tapped = Opening(NOW - 30 * SECOND, Trigger.TAP)
    assert end(wrote, tapped) == NOW + HOUR
    assert end(tapped) == NOW + 30 * SECOND
    assert end(Opening(NOW - MINUTE, Trigger.TAP)) is None
    assert end() is None
