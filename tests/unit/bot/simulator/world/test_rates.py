"""General rates: counted per corp and address, blocked for the length of the broken window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.simulator.config import Limits
from bot.simulator.world.rates import Caller, Rates
from tests.factories import NOW

LIMITS = Limits(
    calls_per_minute=3, calls_per_hour=5, ip_calls_per_minute=4, debug_calls_per_minute=1
)
CALLER = Caller("/cgi-bin/user/get", "ww1", "127.0.0.1")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_a_broken_minute_blocks_for_a_minute() -> None:
    rates = Rates()
    assert [rates.admit(CALLER, LIMITS, NOW) for _ in range(4)] == [True, True, True, False]
    assert not rates.admit(CALLER, LIMITS, NOW + MINUTE - SECOND)
    assert rates.admit(CALLER, LIMITS, NOW + MINUTE)


def test_a_broken_hour_blocks_for_an_hour() -> None:
    rates = Rates()
    admitted = [rates.admit(CALLER, LIMITS, NOW + n * MINUTE) for n in range(6)]
    assert admitted == [*[True] * 5, False]
    assert not rates.admit(CALLER, LIMITS, NOW + HOUR + 4 * MINUTE)
    assert rates.admit(CALLER, LIMITS, NOW + HOUR + 5 * MINUTE)


@pytest.mark.parametrize(
    ("other", "is_admitted"),
    [
        (replace(CALLER, path="/cgi-bin/user/list"), True),
        (replace(CALLER, corp="ww2", address="127.0.0.2"), True),
        (replace(CALLER, path="/cgi-bin/auth/getuserinfo"), True),
        (replace(CALLER, address="127.0.0.2"), False),
    ],
)
def test_corps_addresses_and_endpoints_are_counted_apart(
    other: Caller, *, is_admitted: bool
) -> None:
    rates = Rates()
    for _ in range(3):
        rates.admit(CALLER, LIMITS, NOW)
    assert rates.admit(other, LIMITS, NOW) is is_admitted


def test_two_corps_behind_one_address_share_its_rate() -> None:
    rates = Rates()
    for _ in range(3):
        rates.admit(CALLER, LIMITS, NOW)
    neighbour = replace(CALLER, corp="ww2")
    assert [rates.admit(neighbour, LIMITS, NOW) for _ in range(2)] == [True, False]


def test_debugging_lowers_the_rate() -> None:
    rates, debugging = Rates(), replace(CALLER, is_debugging=True)
    assert [rates.admit(debugging, LIMITS, NOW) for _ in range(2)] == [True, False]
