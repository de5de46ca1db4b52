"""What can change a value."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from domain.behaviour.depends import depends
from domain.behaviour.parse import parse
from domain.behaviour.syntax import Comparison, Expression, Relation
from tests.expressions import VOCABULARY, expressions

_DAY = timedelta(days=1)


def test_mentioned_kinds_attributes_and_tags_are_found_wherever_they_stand() -> None:
    text = "次数(支付订单[金额 > 3]) > 预算 且 非 (标签.新客 或 依次(浏览页面 -> count, 1天))"
    found = depends(parse(text, VOCABULARY))
    assert found.kinds == {"pay_order", "view_page", "count"}
    assert not found.has_any_kind
    assert found.attributes == {"budget"}
    assert found.tags == {"is_new"}


def test_any_interaction_is_every_kind_that_counts_as_one() -> None:
    found = depends(parse("做过(互动, 7天) 且 做过(`是且否`)", VOCABULARY))
    assert found.kinds == {"any"}
    assert found.kinds_in(VOCABULARY.events) == set(VOCABULARY.events.kinds)


@pytest.mark.parametrize(
    ("text", "daily", "any_time", "longest"),
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
def test_time(text: str, daily: bool, any_time: bool, longest: timedelta | None) -> None:
    found = depends(parse(text, VOCABULARY))
    assert (found.turns_daily, found.turns_any_time) == (daily, any_time)
    assert found.has_time is (daily or any_time)
    assert found.longest == longest


@settings(max_examples=50, deadline=None)
@given(expressions, expressions)
def test_a_whole_depends_on_all_that_its_parts_depend_on(
    left: Expression, right: Expression
) -> None:
    whole = depends(Comparison(Relation.EQUAL, left, right))
    parts = [depends(left), depends(right)]
    assert whole.kinds == parts[0].kinds | parts[1].kinds
    assert whole.attributes == parts[0].attributes | parts[1].attributes
    assert whole.tags == parts[0].tags | parts[1].tags
    assert whole.has_time == any(part.has_time for part in parts)
