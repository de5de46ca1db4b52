from __future__ import annotations

from datetime import timedelta

from handlers.web.allowance import Allowance
from tests.factories import NOW


def test_a_minute_s_calls_may_come_at_once_and_then_one_by_one() -> None:
    allowance = Allowance()
    assert [allowance.wait("a", 6, NOW) for _ in range(7)] == [0] * 6 + [10]
    assert allowance.wait("a", 6, NOW + timedelta(seconds=9)) == 1
    assert allowance.wait("a", 6, NOW + timedelta(seconds=10)) == 0


def test_callers_do_not_share() -> None:
    allowance = Allowance()
    assert allowance.wait("a", 1, NOW) == 0
    assert allowance.wait("a", 1, NOW) == 60
    assert allowance.wait("b", 1, NOW) == 0


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    allowance = Allowance()
    assert allowance.wait("a", 1, NOW) == 0
    assert allowance.wait("a", 1, NOW - timedelta(hours=1)) == 60
    assert allowance.wait("a", 1, NOW + timedelta(seconds=59)) == 1


def test_what_costs_more_than_a_minute_takes_a_full_bucket() -> None:
    allowance = Allowance()
    assert allowance.wait("a", 10, NOW, cost=500) == 0
    assert allowance.wait("a", 10, NOW, cost=500) == 60
