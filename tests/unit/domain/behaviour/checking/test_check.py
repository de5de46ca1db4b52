"""Types: what fits together, what makes no sense, and what is said about it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour.checking.check import check, understood
from domain.behaviour.mistakes import LanguageError, sentences
from domain.behaviour.reading.parse import parse
from domain.behaviour.syntax import (
    And,
    Attribute,
    Between,
    Comparison,
    Done,
    EventPattern,
    Expression,
    Last,
    Literal,
    Member,
    Not,
    Property,
    Relation,
    Sequence,
    Tag,
    Unit,
)
from domain.behaviour.vocabulary import ValueType
from tests.expressions import VOCABULARY, expressions

TEXTS = load_texts()
TOP = "top(支付订单.类别, by 类别)"


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("次数(支付订单, 7天)", ValueType.NUMBER),
        ("去重(支付订单.类别) / 2", ValueType.NUMBER),
        ("首次(支付订单)", ValueType.MOMENT),
        ("首次(支付订单.金额)", ValueType.NUMBER),
        ("末次(支付订单.类别)", ValueType.TEXT),
        ("末次(支付订单.首单)", ValueType.FLAG),
        ("距今(`出生 日期`)", ValueType.NUMBER),
        ("偏好(支付订单.类别, 3)", ValueType.TEXTS),
        ("标签.30天活跃", ValueType.NUMBER),
        ("做过(支付订单)", ValueType.FLAG),
        ("已退订", ValueType.FLAG),
        ("城市", ValueType.TEXT),
    ],
)
def test_types(text: str, type_: ValueType) -> None:
    assert check(parse(text, VOCABULARY), VOCABULARY) is type_


def mistakes(text: str, wanted: ValueType | None = None) -> list[tuple[str, int, str]]:
    with pytest.raises(LanguageError) as raised:
        understood(text, VOCABULARY, wanted)
    return [(mistake.code, mistake.column, mistake.text) for mistake in raised.value.mistakes]


@pytest.mark.parametrize(
    ("text", "code", "column", "piece"),
    [
        ("城市 > 3", "different_types", 1, "城市 > 3"),
        ("城市 > '北京'", "not_ordered", 1, "城市 > '北京'"),
        ("已退订 >= 是", "not_ordered", 1, "已退订 >= 是"),
        ("预算 + 城市 > 3", "other_type_wanted", 6, "城市"),
        ("求和(支付订单.类别) > 3", "number_property_wanted", 4, "支付订单.类别"),
        ("最大(支付订单.首单) > 3", "number_property_wanted", 4, "支付订单.首单"),
        ("求和(支付订单) > 3", "property_wanted", 4, "支付订单"),
        ("次数(支付订单.金额) > 3", "property_not_wanted", 4, "支付订单.金额"),
        ("偏好(支付订单.金额) 有值", "text_property_wanted", 4, "支付订单.金额"),
        ("偏好(支付订单.类别, 101) 有值", "most_out_of_range", 1, "偏好(支付订单.类别, 101)"),
        ("top(支付订单.类别, by 类别) 有值", "number_property_wanted", 1, TOP),
        ("偏好(支付订单.类别) = '母婴'", "different_types", 1, "偏好(支付订单.类别) = '母婴'"),
        ("偏好(支付订单.类别) = 标签.偏好", "list_compared", 1, "偏好(支付订单.类别) = 标签.偏好"),
        ("标签.偏好 属于 ('母婴')", "list_compared", 1, "标签.偏好 属于 ('母婴')"),
        ("预算 包含 '3'", "cannot_contain", 1, "预算"),
        ("城市 包含 3", "other_type_wanted", 7, "3"),
        ("预算 属于 (1, '2')", "other_type_wanted", 11, "'2'"),
        ("城市 且 做过(支付订单)", "other_type_wanted", 1, "城市"),
        ("非 预算", "other_type_wanted", 3, "预算"),
        ("做过(支付订单[金额])", "other_type_wanted", 9, "金额"),
        ("做过(支付订单[类别 > 3])", "different_types", 9, "类别 > 3"),
        ("做过(支付订单, 0天)", "window_without_length", 10, "0天"),
        ("做过(支付订单, 11年)", "window_too_long", 10, "11年"),
        ("做过(支付订单, 999999999小时)", "window_too_long", 10, "999999999小时"),
        ("做过(any, 2026-01-02 到 2026-01-01)", "window_backwards", 9, "2026-01-02 到 2026-01-01"),
        ("做过(any, 1999-01-02 到 2026-01-01)", "window_too_long", 9, "1999-01-02 到 2026-01-01"),
        ("次数(any, 首次(any) 前 4000天)", "window_too_long", 9, "首次(any) 前 4000天"),
        ("末次(支付订单.交付时间, 首次(any) 后 11年)", "window_too_long", 15, "首次(any) 后 11年"),
        ("依次(any -> any, 0天)", "window_without_length", 1, "依次(any -> any, 0天)"),
        ("依次(any -> any, 4000天)", "window_too_long", 1, "依次(any -> any, 4000天)"),
        ("依次(" + "any->" * 20 + "any)", "steps_wanted", 1, f"依次({'any->' * 7}a…"),
        ("距今(城市) > 3", "other_type_wanted", 4, "城市"),
        ("预算 > 1e999", "number_too_large", 6, "1e999"),
    ],
)  # fmt: skip
def test_mistakes_tell_where_and_what(text: str, code: str, column: int, piece: str) -> None:
    assert mistakes(text) == [(code, column, piece)]


def test_all_mistakes_are_told_at_once() -> None:
    text = "城市 > 3 且 做过(支付订单, 0天) 且 预算"
    assert [code for code, _, _ in mistakes(text)] == [
        "different_types",
        "window_without_length",
        "other_type_wanted",
    ]


def test_a_wanted_type_is_asked_for() -> None:
    assert mistakes("预算", ValueType.FLAG) == [("other_type_wanted", 1, "预算")]
    assert understood("标签.高价值", VOCABULARY, ValueType.FLAG).expression != Tag("vip")
    assert understood("标签.高价值", VOCABULARY, ValueType.TEXT).expression == Tag("vip")


ANY = EventPattern(None)


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        (Attribute("nobody"), "unknown_word"),
        (Attribute("城市"), "unknown_word"),
        (Tag("nobody"), "unknown_tag"),
        (Property("amount"), "property_outside"),
        (Done(EventPattern("nothing")), "unknown_kind"),
        (Done(EventPattern("支付订单")), "unknown_kind"),
        (Done(EventPattern("pay_order", Attribute("is_opted_out"))), "only_properties_inside"),
        (Done(EventPattern("pay_order", Done(ANY))), "only_properties_inside"),
        (Done(EventPattern("pay_order", Property("seconds"))), "unknown_property"),
        (Done(ANY, Last(0)), "window_without_length"),
        (Done(ANY, Last(-1, Unit.HOUR)), "window_without_length"),
        (Done(ANY, Last(10**18)), "window_too_long"),
        (Done(ANY, Between(None, None)), "window_wanted"),
        (Done(ANY, Between(datetime(2026, 1, 1), None)), "no_such_moment"),  # noqa: DTZ001
        (Literal(datetime(2026, 1, 1)), "no_such_moment"),  # noqa: DTZ001
        (Literal(float("nan")), "number_too_large"),
        (Sequence((ANY,)), "steps_wanted"),
        (Sequence((ANY, ANY), timedelta(seconds=90)), "whole_minutes_wanted"),
        (Sequence((ANY, ANY), timedelta(0)), "window_without_length"),
        (And((Literal(value=True),)), "two_conditions_wanted"),
        (Member(Attribute("city"), ()), "options_wanted"),
        (Comparison(Relation.EQUAL, Literal(value=True), Literal(1.0)), "different_types"),
    ],
)
def test_trees_that_no_text_spells_are_checked_too(tree: Expression, code: str) -> None:
    with pytest.raises(LanguageError) as raised:
        check(tree, VOCABULARY)
    assert [mistake.code for mistake in raised.value.mistakes] == [code]


def test_a_tree_that_is_too_deep_is_refused() -> None:
    tree: Expression = Attribute("is_opted_out")
    for _ in range(5_000):
        tree = Not(tree)
    with pytest.raises(LanguageError, match="too deep"):
        check(tree, VOCABULARY)


@settings(max_examples=100, deadline=None)
@given(expressions)
def test_what_is_made_to_fit_has_a_type(tree: Expression) -> None:
    assert check(tree, VOCABULARY) in ValueType


def test_mistakes_are_told_in_chinese_with_place_and_hint() -> None:
    with pytest.raises(LanguageError) as raised:
        understood("次数(支付定单) > 3", VOCABULARY)
    told = "第1行第4个字“支付定单”：没有这种事件。您是不是想写“支付订单”？"
    assert sentences(raised.value, TEXTS) == told
    with pytest.raises(LanguageError) as raised:
        understood("城市 > 3", VOCABULARY)
    told = "第1行第1个字“城市 > 3”：两边类型不同：左边是文字，右边是数字。"
    assert sentences(raised.value, TEXTS) == told
    with pytest.raises(LanguageError) as raised:
        check(Tag("gone"), VOCABULARY)
    assert sentences(raised.value, TEXTS) == "“gone”：没有这个标签。"


def test_the_shipped_tables_make_a_vocabulary_with_chinese_words_for_all() -> None:
    vocabulary = load_catalog(TEXTS).vocabulary
    assert [term.name for term in vocabulary.attributes if not term.label] == []
    labels = [term.label for term in vocabulary.attributes]
    assert len(labels) == len(set(labels))
    for text in (
        "count(支付订单, 7天) >= 30 且 sum(支付订单.金额, 7天) >= 6000",
        "sequence(查看价格 -> 开始试听, 1天) and not done(支付订单, 30天)",
        "count(浏览页面[类别='数学'], 7天) / count(浏览页面, 7天) >= 60%",
        "等级 属于 ('A', 'B') 且 动态分 >= 60 且 已加企业微信 且 年级 有值",
    ):
        assert check(parse(text, vocabulary), vocabulary) is ValueType.FLAG
