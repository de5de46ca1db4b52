"""The time at which a customer wishes to be met or called."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.chat.intent import read_intent
from domain.chat.wished import WishedTime, read_wished, wished_time
from domain.values import BUSINESS_ZONE

#: A Wednesday.
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)


def wished(text: str) -> WishedTime | None:
    return wished_time(text, read_intent(text), NOW)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("想约周六下午三点试听", "2026-03-14T15:00+08:00"),
        ("周六下午可以来试听吗", "2026-03-14T12:00+08:00/2026-03-14T18:00+08:00"),
        ("明天给我回个电话", "2026-03-12"),
        ("周六下午三点吧", "2026-03-14T15:00+08:00"),
        ("今晚8点", "2026-03-11T20:00+08:00"),
        ("那就明天上午，方便的", "2026-03-12T08:00+08:00/2026-03-12T12:00+08:00"),
        ("周六没空，周日上午十点可以", "2026-03-15T10:00+08:00"),
    ],
)
def test_a_wished_time_is_read(text: str, value: str) -> None:
    found = wished(text)
    assert found is not None
    assert found.value == value
    assert 0.5 <= found.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "想试听一下",
        "改天再约吧",
        "今天好冷",
        "孩子明年上一年级",
        "你们周六上课吗？",
        "周六没空",
        "昨天下午试听过了",
        "下个月再说吧，现在不需要",
        "别再打电话了，明天我就投诉",
    ],
)
def test_what_is_no_wish_for_a_time_makes_none(text: str) -> None:
    assert wished(text) is None


def test_a_wished_time_asked_for_in_a_question_of_price_is_none() -> None:
    assert wished("明天还有优惠吗，多少钱") is None


@pytest.mark.parametrize(
    ("value", "start", "end", "is_day"),
    [
        ("2026-03-14", datetime(2026, 3, 14, tzinfo=BUSINESS_ZONE), None, True),
        ("2026-03-14T15:00+08:00", datetime(2026, 3, 14, 15, tzinfo=BUSINESS_ZONE), None, False),
        ("2026-03-14T15:00", datetime(2026, 3, 14, 15, tzinfo=BUSINESS_ZONE), None, False),
        (
            "2026-03-14T12:00+08:00/2026-03-14T18:00+08:00",
            datetime(2026, 3, 14, 12, tzinfo=BUSINESS_ZONE),
            datetime(2026, 3, 14, 18, tzinfo=BUSINESS_ZONE),
            False,
        ),
    ],
)
def test_a_value_is_read_back(
    value: str, start: datetime, end: datetime | None, *, is_day: bool
) -> None:
    assert read_wished(value, BUSINESS_ZONE) == (start, end, is_day)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "周六下午",
        "2026-03-14/",
        "2026-13-01",
        "a/b",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:00-12:00",
    ],
)
def test_what_somebody_typed_freely_is_no_moment(value: str) -> None:
    assert read_wished(value, BUSINESS_ZONE) is None
