"""Periods of reports; "now" is Monday 2 March 2026, 10:00 in Shanghai."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.reports.period import period_of
from domain.values import BUSINESS_ZONE
from tests.factories import NOW


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("today", "2026-03-02", "2026-03-03"),
        ("yesterday", "2026-03-01", "2026-03-02"),
        ("this_week", "2026-03-02", "2026-03-09"),
        ("last_week", "2026-02-23", "2026-03-02"),
        ("this_month", "2026-03-01", "2026-04-01"),
        ("last_month", "2026-02-01", "2026-03-01"),
        ("last_quarter", "2025-10-01", "2026-01-01"),
        ("this_year", "2026-01-01", "2027-01-01"),
        ("last_7_days", "2026-02-24", "2026-03-03"),
        ("last_30_days", "2026-02-01", "2026-03-03"),
        ("2025-12", "2025-12-01", "2026-01-01"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_in_shanghai(name: str, start: str, end: str) -> None:
    assert [
        f"{m.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" for m in period_of(name, NOW, BUSINESS_ZONE)
    ] == [
        f"{start} 00:00",
        f"{end} 00:00",
    ]


def test_an_evening_in_utc_is_the_next_day_in_shanghai() -> None:
    late = datetime.fromisoformat("2026-03-02T17:00:00+00:00")
    start, _ = period_of("today", late, BUSINESS_ZONE)
    assert start.astimezone(BUSINESS_ZONE).day == 3


def test_a_word_that_is_no_period_is_refused() -> None:
    with pytest.raises(ValueError, match="no period"):
        period_of("someday", NOW, BUSINESS_ZONE)
