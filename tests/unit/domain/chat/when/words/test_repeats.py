"""Repeating times; "now" is Wednesday 11 March 2026, 10:00."""

from __future__ import annotations

import pytest

from domain.chat.when import find_when
from tests.unit.domain.chat.when.moments import NOW, local

RECURRING = [
    ("每天早上9点", "daily@09:00", "2026-03-12 09:00"),
    ("每天晚上8点半提醒我", "daily@20:30", "2026-03-11 20:30"),
    ("天天10点", "daily@10:00", "2026-03-12 10:00"),
    ("每晚9点", "daily@21:00", "2026-03-11 21:00"),
    ("每周一上午10点", "weekly:MON@10:00", "2026-03-16 10:00"),
    ("每个星期五下午3点", "weekly:FRI@15:00", "2026-03-13 15:00"),
    ("每周二、四晚上7点", "weekly:TUE,THU@19:00", "2026-03-12 19:00"),
    ("每周一三五9点", "weekly:MON,WED,FRI@09:00", "2026-03-13 09:00"),
    ("每周三11点", "weekly:WED@11:00", "2026-03-11 11:00"),
    ("每周一和周三下午两点", "weekly:MON,WED@14:00", "2026-03-11 14:00"),
    ("工作日每天9点", "weekly:MON,TUE,WED,THU,FRI@09:00", "2026-03-12 09:00"),
    ("每周一到周五18:00", "weekly:MON,TUE,WED,THU,FRI@18:00", "2026-03-11 18:00"),
    ("每个周末上午10点", "weekly:SAT,SUN@10:00", "2026-03-14 10:00"),
    ("每月15号10点", "monthly:15@10:00", "2026-03-15 10:00"),
    ("每个月1号上午9点", "monthly:1@09:00", "2026-04-01 09:00"),
    ("每月底", "monthly:last", "2026-03-31 00:00"),
    ("每个月最后一天下午5点", "monthly:last@17:00", "2026-03-31 17:00"),
    ("每月31号9点", "monthly:31@09:00", "2026-03-31 09:00"),
    ("每周六", "weekly:SAT", "2026-03-14 00:00"),
]


@pytest.mark.parametrize(("text", "recurring", "start"), RECURRING)
def test_reads_recurring_times(text: str, recurring: str, start: str) -> None:
    found = find_when(text, NOW)
    assert found is not None
    assert (str(found.recurring), found.start) == (recurring, local(start))
