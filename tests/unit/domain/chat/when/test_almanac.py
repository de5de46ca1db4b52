from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.when.almanac import (
    HOLIDAYS,
    SOLAR_TERMS,
    feast,
    holiday_begins,
    holiday_ends,
    is_working_day,
    lunar_day,
)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("春节", 2025, date(2025, 1, 29)),
        ("春节", 2026, date(2026, 2, 17)),
        ("除夕", 2026, date(2026, 2, 16)),
        ("腊八", 2026, date(2026, 1, 26)),
        ("清明", 2024, date(2024, 4, 4)),
        ("冬至", 2026, date(2026, 12, 22)),
        ("中秋", 2025, date(2025, 10, 6)),
        ("母亲节", 2026, date(2026, 5, 10)),
        ("感恩节", 2026, date(2026, 11, 26)),
        ("国庆", 2030, date(2030, 10, 1)),
    ],
)
def test_knows_the_feasts(name: str, year: int, day: date) -> None:
    assert feast(name, year) == day


def test_knows_no_other_feast() -> None:
    assert feast("狂欢节", 2026) is None


def test_a_short_lunar_month_ends_on_its_twenty_ninth() -> None:
    assert lunar_day(2025, 12, 30) == date(2026, 2, 16)
    assert lunar_day(2026, 13, 1) is None
    assert lunar_day(1800, 1, 30) is None  # before the tables begin


def test_announced_holidays_count_and_so_do_made_up_working_days() -> None:
    assert not is_working_day(date(2026, 2, 17))
    assert is_working_day(date(2026, 2, 14))  # a Saturday made up for


def test_years_not_announced_yet_follow_the_statutory_days() -> None:
    assert not is_working_day(date(2035, 10, 3))
    assert not is_working_day(date(2035, 10, 13))  # a Saturday
    assert is_working_day(date(2035, 10, 9))


def test_the_holiday_around_a_feast() -> None:
    assert holiday_begins(date(2026, 4, 5)) == date(2026, 4, 4)
    assert holiday_ends("清明", date(2026, 4, 5)) == date(2026, 4, 7)
    assert holiday_ends("国庆", date(2025, 10, 1)) == date(2025, 10, 8)


@given(st.sampled_from(sorted(HOLIDAYS)), st.integers(2024, 2060))
def test_every_holiday_ends_after_it_began(name: str, year: int) -> None:
    first = feast(name, year)
    assert first is not None
    assert holiday_begins(first) <= first < holiday_ends(name, first)


@given(st.sampled_from(sorted(SOLAR_TERMS)), st.integers(1950, 2090))
def test_every_year_has_every_solar_term(name: str, year: int) -> None:
    day = feast(name, year)
    assert day is not None
    assert day.year == year
