"""Which of the times in a message is meant; "now" is Wednesday 11 March 2026, 10:00."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.when import find_when
from tests.unit.domain.chat.when.moments import NOW, local

NO_TIME = [
    "",
    "改天再聊",
    "回头联系",
    "有空再说",
    "随时都行",
    "以后再说",
    "明天没空",
    "周三不行",
    "除了周末都可以",
    "不要周一",
    "明天要开会",
    "别在晚上打电话",
    "昨天下午三点",
    "上周三联系过",
    "三天前问过",
    "刚才打了",
    "去年国庆",
    "便宜一点",
    "有点贵",
    "早一点",
    "一点都不好",
    "三点建议",
    "提两点要求",
    "我住3号楼",
    "地铁2号线",
    "12.3万",
    "打8.5折",
    "1.5小时",
    "三分之一",
    "孩子三年级",
    "我叫周一鸣",
    "13800138000",
    "一月工资",
    "飞机晚点了",
    "这课30分钟一节",
    "学了三个月",
    "日常口语",
    "2月30号",
    "25:70",
    "十一点事都没有",
    "第十一课",
    "以前没学过",
    "目前不考虑",
]


@pytest.mark.parametrize("text", NO_TIME)
def test_finds_no_time_where_none_is_meant(text: str) -> None:
    assert find_when(text, NOW) is None


CHOICES = [
    ("明天没空，后天下午可以", "2026-03-13 12:00"),
    ("周六不行，周日上午吧", "2026-03-15 08:00"),
    ("不是明天，是后天", "2026-03-13"),
    ("原来约的周五改到下周一", "2026-03-16"),
    ("昨天打了没接，明天再打", "2026-03-12"),
    ("除了周一，周二上午也行", "2026-03-17 08:00"),
    ("明天下午不行，晚上可以", "2026-03-12 18:00"),
    ("今天太晚了，明天吧", "2026-03-12"),
    ("三个孩子，周六来", "2026-03-14"),
]


@pytest.mark.parametrize(("text", "start"), CHOICES)
def test_skips_times_that_are_refused_or_past(text: str, start: str) -> None:
    found = find_when(text, NOW)
    assert found is not None
    assert found.start == local(start)


def test_evidence_span_holds_the_expression() -> None:
    text = "那就下周三上午10点左右吧"
    found = find_when(text, NOW)
    assert found is not None
    assert text[found.span.start : found.span.end] == "下周三上午10点左右"


def test_now_in_another_zone_gives_the_same_moment() -> None:
    assert find_when("明天下午三点", NOW.astimezone(UTC)) == find_when("明天下午三点", NOW)


def test_small_hours_follow_the_calendar_date() -> None:
    night = NOW.replace(hour=1)
    found = find_when("今天下午三点", night)
    assert found is not None
    assert found.start == local("2026-03-11 15:00")
    found = find_when("明天上午10点", night)
    assert found is not None
    assert found.start == local("2026-03-12 10:00")


def test_weekend_said_on_a_sunday_is_today() -> None:
    sunday = NOW.replace(day=15)
    found = find_when("周末", sunday)
    assert found is not None
    assert found.start == local("2026-03-15")


@given(st.text("明后天周一三五下午上晚点半到前之内每月号0123456789:：-.，。后", max_size=24))
def test_found_times_are_ordered_and_not_over(text: str) -> None:
    found = find_when(text, NOW)
    if found is not None:
        assert found.end is None or found.start < found.end
        assert found.end is None or found.end > NOW
        assert text[found.span.start : found.span.end].strip()
