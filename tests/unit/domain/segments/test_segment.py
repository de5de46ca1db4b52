"""Union, intersection and difference of conditions, tags, lists and other segments."""

from __future__ import annotations

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour.vocabulary import Term, ValueType
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.errors import RuleError
from domain.segments.segment import SegmentBook, SegmentError, SegmentText, read_segments
from domain.values import BUSINESS_ZONE
from tests.factories import NOW, event

CATALOG = load_catalog(load_texts())
WORDS = CATALOG.vocabulary.with_tags(
    [Term("名单", type=ValueType.FLAG), Term("层", type=ValueType.TEXT)]
)
PEOPLE = [
    Behaviour(),
    Behaviour([event("pay_order", properties={"amount": 10.0})]),
    Behaviour([event("pay_order", properties={"amount": 10.0})], tags={"名单": True}),
    Behaviour(tags={"名单": True, "层": "高"}),
]


def book(*texts: tuple[str, str]) -> SegmentBook:
    return read_segments([SegmentText(name, text) for name, text in texts], WORDS)


def who(found: SegmentBook, name: str) -> list[int]:
    (value,) = found.plan([name]).run(columns_of(PEOPLE), Moments.at(NOW, BUSINESS_ZONE))
    return [row for row, holds in enumerate(value.holds.tolist()) if holds]


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("做过(支付订单)", [1, 2]),
        ("标签.名单", [2, 3]),
        ("圈选.买过 且 标签.名单", [2]),
        ("圈选.买过 或 标签.名单", [1, 2, 3]),
        ("圈选.买过 且 非 标签.名单", [1]),
        ("标签.名单 且 非 圈选.买过", [3]),
        ("segment.买过 and not tag.名单", [1]),
        ('标签.层 = "高" 或 圈选.没买过的名单', [3]),
        ("非 圈选.买过", [0, 3]),
    ],
)
def test_sets_of_people(text: str, members: list[int]) -> None:
    found = book(
        ("甲", text), ("没买过的名单", "标签.名单 且 非 圈选.买过"), ("买过", "做过(支付订单)")
    )
    assert who(found, "甲") == members


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([("甲", "圈选.乙"), ("乙", "圈选.甲")], "mentions_itself"),
        ([("甲", "圈选.甲 或 有电话 = 是")], "mentions_itself"),
        ([("名单", "有电话 = 是")], "segment_is_tag"),
        ([("", "有电话 = 是")], "segment_without_name"),
        ([("甲" * 31, "有电话 = 是")], "segment_name_too_long"),
        ([("甲 ", "有电话 = 是")], "segment_name_unclean"),
        ([("甲", "有电话 = 是"), ("甲", "有电话 = 否")], "defined_twice"),
        ([("甲", "圈选.乙 = 是"), ("乙", "有电话 = 是")], "segment_compared"),
    ],
)
def test_what_cannot_be_is_refused(texts: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(RuleError) as raised:
        book(*texts)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("次数(支付定单) >= 1", 4, "unknown_kind"),
        ("圈选.买锅", 4, "unknown_tag"),
        ("次数(支付订单, 99999天) >= 1", 10, "window_too_long"),
        ("次数(支付订单)", 1, "other_type_wanted"),
    ],
)
def test_mistakes_keep_their_place(text: str, column: int, code: str) -> None:
    with pytest.raises(SegmentError) as raised:
        book(("甲", text), ("买过", "做过(支付订单)"))
    (mistake, *_) = raised.value.cause.mistakes
    assert (mistake.code, mistake.column) == (code, column)


def test_the_ready_made_ones_can_be_read() -> None:
    assert len(CATALOG.segments) == 6
