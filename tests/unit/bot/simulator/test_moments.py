"""Seconds, and counting within a span."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.moments import SlidingCount, unix

START = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_moment_is_whole_seconds_since_1970() -> None:
    assert unix(START + timedelta(milliseconds=999)) == int(START.timestamp())


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=60))
def test_no_span_ever_holds_more_than_the_limit(gaps: list[int]) -> None:
    count, now, taken = SlidingCount(3, timedelta(seconds=60)), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        had_room = count.has_room("k", now)
        assert count.take("k", now) is had_room
        if had_room:
            taken.append(now)
        assert sum(1 for at in taken if at > now - timedelta(seconds=60)) <= 3


def test_keys_are_counted_apart() -> None:
    count = SlidingCount(1, timedelta(seconds=60))
    assert [count.take(key, START) for key in "aab"] == [True, False, True]
