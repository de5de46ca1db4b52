"""Moments survive the row to the microsecond, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.moments import from_micros, micros_or_none, moment_or_none, to_micros

ZONES = st.integers(min_value=-14, max_value=14).map(lambda h: timezone(timedelta(hours=h)))


#: Bounds of a strategy carry no zone of their own.
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001


@given(st.datetimes(min_value=FIRST, max_value=LAST, timezones=ZONES))
def test_a_moment_survives_exactly_and_comes_back_in_utc(moment: datetime) -> None:
    back = from_micros(to_micros(moment))
    assert back == moment
    assert back.tzinfo is UTC


def test_nothing_stays_nothing() -> None:
    assert micros_or_none(None) is None
    assert moment_or_none(None) is None
    assert moment_or_none(micros_or_none(datetime(2026, 1, 1, tzinfo=UTC))) == datetime(
        2026, 1, 1, tzinfo=UTC
    )


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001 — the very mistake
