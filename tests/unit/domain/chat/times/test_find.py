"""Every time expression, past ones included; said on Wednesday 2026-03-11 10:00."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.times import Kind, Length, find_times
from domain.chat.when.model import Cycle
from domain.values import BUSINESS_ZONE

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)


def read(text: str) -> list[tuple[str, str, str, str]]:
    """Return evidence, kind, start and end of every expression."""
    return [
        (said.span.cut(text), said.kind.value, shown(said.start), shown(said.end))
        for said in find_times(text, NOW)
    ]


def shown(moment: datetime | None) -> str:
    if moment is None:
        return "-"
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2019年7月25日", "date", "2019-07-25", "2019-07-26"),
        ("二零二五年八月初", "date", "2025-08-01", "2025-08-02"),
        ("去年10月1号", "date", "2025-10-01", "2025-10-02"),
        ("前年", "daterange", "2024-01-01", "2025-01-01"),
        ("今年下半年", "daterange", "2026-07-01", "2027-01-01"),
        ("上周五", "date", "2026-03-06", "2026-03-07"),
        ("上上周末", "date", "2026-02-28", "2026-03-01"),
        ("上个月15号", "date", "2026-02-15", "2026-02-16"),
        ("本月下旬", "daterange", "2026-03-21", "2026-04-01"),
        ("上个月初", "date", "2026-02-01", "2026-02-02"),
        ("上月底", "date", "2026-02-28", "2026-03-01"),
        ("上个季度", "daterange", "2025-10-01", "2026-01-01"),
        ("今年前三季度", "daterange", "2026-01-01", "2026-10-01"),
        ("月底前", "daterange", "-", "2026-04-01"),
        ("90年代", "daterange", "1990-01-01", "2000-01-01"),
        ("昨晚", "datetimerange", "2026-03-10 18:00:00", "2026-03-10 23:00:00"),
        ("昨天下午3点", "datetime", "2026-03-10 15:00:00", "-"),
        ("3月20日下午2点到4点", "datetimerange", "2026-03-20 14:00:00", "2026-03-20 16:00:00"),
        ("2023年到2025年", "daterange", "2023-01-01", "2026-01-01"),
        ("1995-1997年", "daterange", "1995-01-01", "1998-01-01"),
        ("2月到5月", "daterange", "2026-02-01", "2026-06-01"),
        ("2020年以前", "daterange", "-", "2020-01-01"),
        ("2020年1月4日及之前", "daterange", "-", "2020-01-05"),
        ("自从2018年", "daterange", "2018-01-01", "-"),
        ("5天前", "date", "2026-03-06", "2026-03-07"),
        ("两小时前", "datetime", "2026-03-11 08:00:00", "-"),
        ("三天后的下午3点", "datetime", "2026-03-14 15:00:00", "-"),
        ("过去两周", "daterange", "2026-02-25", "2026-03-11"),
        ("还剩5分钟", "datetimerange", "2026-03-11 10:00:00", "2026-03-11 10:05:00"),
        ("17:55:23", "time", "2026-03-11 17:55:23", "-"),
        ("早上五到六点", "timerange", "2026-03-12 05:00:00", "2026-03-12 06:00:00"),
        ("农历2025年八月十五", "date", "2025-10-06", "2025-10-07"),
        ("去年中秋", "date", "2025-10-06", "2025-10-07"),
        ("2月30日", "date", "-", "-"),
    ],
)
def test_reads_what_was_said(text: str, kind: str, start: str, end: str) -> None:
    assert read(text) == [(text, kind, start, end)]


def test_reads_several_in_order() -> None:
    text = "上周来过，明天下午再来，一共三天"
    assert [said[:2] for said in read(text)] == [
        ("上周", "daterange"),
        ("明天下午", "datetimerange"),
        ("三天", "duration"),
    ]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("两年半", Length(months=30)),
        ("8天又20个小时", Length(time=timedelta(days=8, hours=20))),
        ("一年零三个月", Length(months=15)),
        ("三刻钟", Length(time=timedelta(minutes=45))),
    ],
)
def test_reads_durations(text: str, length: Length) -> None:
    (said,) = find_times(f"要{text}", NOW)
    assert (said.kind, said.length) == (Kind.DURATION, length)


def test_reads_rhythms() -> None:
    weekly, yearly = find_times("每周三下午三点上课，每年续费", NOW)
    assert weekly.every is not None
    assert (str(weekly.every), weekly.every.cycle) == ("weekly:WED@15:00", Cycle.WEEKLY)
    assert (yearly.kind, yearly.length) == (Kind.SET, Length(months=12))


@pytest.mark.parametrize(
    "text",
    [
        "一点都不贵",
        "有两点建议",
        "看今日头条",
        "《明日之后》",
        "电话888-000-9999",
        "三年级",
        "",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert [said for said in read(text) if said[1] != "duration"] == []


WORDS = st.sampled_from(
    "一二三十9920年月日号周天点半上下去前后明今每个小时分钟到之间从内-/:. 农"
    "历正腊初末底几多又初起以来过还剩最近"
)


@given(st.lists(WORDS, max_size=24).map("".join))
def test_any_row_of_time_words_can_be_read(text: str) -> None:
    for said in find_times(text, NOW):
        assert said.span.cut(text)
        assert said.start is None or said.end is None or said.start <= said.end
