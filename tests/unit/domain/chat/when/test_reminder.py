from __future__ import annotations

from datetime import time, timedelta

import pytest

from domain.chat.when import WorkingHours, find_when, remind_at
from tests.unit.domain.chat.when.moments import NOW, local


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("明天下午三点", "2026-03-12 15:00"),
        ("明早6点", "2026-03-12 06:00"),
        ("明天早上", "2026-03-12 09:00"),
        ("明天下午", "2026-03-12 12:00"),
        ("今晚", "2026-03-11 18:00"),
        ("明天", "2026-03-12 09:00"),
        ("下周", "2026-03-16 09:00"),
        ("下个月", "2026-04-01 09:00"),
        ("今天", "2026-03-11 10:00"),
        ("周五前", "2026-03-11 10:00"),
        ("半小时后", "2026-03-11 10:30"),
    ],
)
def test_reminds_at_the_beginning_inside_working_hours(text: str, moment: str) -> None:
    when = find_when(text, NOW)
    assert when is not None
    assert remind_at(when, NOW) == local(moment)


def test_reminds_the_next_morning_when_the_day_is_over() -> None:
    late = NOW.replace(hour=22)
    when = find_when("今天", late)
    assert when is not None
    assert remind_at(when, late) == local("2026-03-12 09:00")


def test_keeps_to_other_working_hours() -> None:
    when = find_when("明天", NOW)
    assert when is not None
    assert remind_at(when, NOW, WorkingHours(time(8, 30), time(18))) == local("2026-03-12 08:30")


def test_never_reminds_before_now() -> None:
    when = find_when("半小时后", NOW)
    assert when is not None
    assert remind_at(when, NOW + timedelta(hours=2)) == NOW + timedelta(hours=2)
