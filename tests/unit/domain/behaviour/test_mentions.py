"""What an expression speaks of, and what can change its value."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from domain.behaviour.mentions import mentions_of
from domain.behaviour.reading.parse import parse
from domain.behaviour.syntax import Comparison, Expression, Relation
from tests.expressions import VOCABULARY, expressions

_DAY = timedelta(days=1)


def test_mentioned_kinds_attributes_and_tags_are_found_wherever_they_stand() -> None:
    text = "次数(支付订单[金额 > 3]) > 预算 且 非 (标签.新客 或 依次(浏览页面 -> count, 1天))"
    found = mentions_of(parse(text, VOCABULARY))
    assert found.kinds == {"pay_order", "view_page", "count"}
    assert not found.any_kind
    assert found.facts == {"budget"}
    assert found.tags == {"is_new"}


def test_any_interaction_is_every_kind_that_counts_as_one() -> None:
    found = mentions_of(parse("做过(互动, 7天) 且 做过(`是且否`)", VOCABULARY))
    assert found.kinds == {"any"}
    assert found.kinds_in(VOCABULARY.events) == set(VOCABULARY.events.kinds)


@pytest.mark.parametrize(
    ("text", "daily", "any_time", "reach"),
    [
        ("城市 = '北京'", False, False, timedelta(0)),
        ("做过(any)", False, False, None),
        ("做过(any, 2026-01-01 到 2026-01-31)", False, False, None),
        ("做过(any, 7天)", True, False, 7 * _DAY),
        ("做过(any, 24小时)", False, True, _DAY),
        ("做过(any, 90分钟) 或 做过(any, 2天)", True, True, 2 * _DAY),
        ("做过(any, 7天) 且 做过(any)", True, False, None),
        ("依次(any -> any, 1天)", False, False, None),
        ("依次(any -> any, 1天, 30天)", True, False, 30 * _DAY),
        ("not_followed(any -> any, 1天)", False, True, None),
        ("距今(`出生 日期`) > 3", True, False, timedelta(0)),
        ("距今(末次(any), 小时) > 3", False, True, None),
    ],
)
def test_time(text: str, daily: bool, any_time: bool, reach: timedelta | None) -> None:
    found = mentions_of(parse(text, VOCABULARY))
    assert (found.is_daily, bool(found.rolls) or found.is_restless) == (daily, any_time)
    assert found.is_timed is (daily or any_time)
    assert found.reach == reach


@settings(max_examples=50, deadline=None)
@given(expressions, expressions)
def test_a_whole_speaks_of_all_that_its_parts_speak_of(left: Expression, right: Expression) -> None:
    whole = mentions_of(Comparison(Relation.EQUAL, left, right))
    parts = [mentions_of(left), mentions_of(right)]
    assert whole.kinds == parts[0].kinds | parts[1].kinds
    assert whole.facts == parts[0].facts | parts[1].facts
    assert whole.tags == parts[0].tags | parts[1].tags
    assert whole.is_timed == any(part.is_timed for part in parts)
