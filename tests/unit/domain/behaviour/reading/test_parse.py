"""Text → tree: words of both languages, windows, names, and everything that nobody can read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.reading.parse import parse
from domain.behaviour.syntax import (
    EVER,
    Age,
    Aggregate,
    And,
    Attribute,
    Between,
    Comparison,
    Done,
    Edge,
    End,
    EventPattern,
    Function,
    Known,
    Last,
    Literal,
    Not,
    NotFollowed,
    Preference,
    Property,
    Relation,
    Sequence,
    Tag,
    Unit,
    Window,
)
from domain.values import BUSINESS_ZONE
from tests.expressions import VOCABULARY

PAID = EventPattern("pay_order")
VIEWED = EventPattern("view_page")


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(LanguageError) as raised:
        parse(text, VOCABULARY)
    return raised.value.mistakes


def mistake(text: str) -> tuple[str, int, int, str, str]:
    (found,) = mistakes(text)
    return found.code, found.line, found.column, found.text, found.hint


def test_reads_the_examples_of_the_specification() -> None:
    counted = Aggregate(Function.COUNT, PAID, None, Last(7))
    summed = Aggregate(Function.SUM, PAID, "amount", Last(7))
    assert parse(
        "count(支付订单, 7天) >= 30 且 sum(支付订单.金额, 7天) >= 6000", VOCABULARY
    ) == And(
        (
            Comparison(Relation.AT_LEAST, counted, Literal(30.0)),
            Comparison(Relation.AT_LEAST, summed, Literal(6000.0)),
        )
    )
    sequence = parse("sequence(浏览页面 -> 支付订单, 1天) and not done(支付订单, 30天)", VOCABULARY)
    assert sequence == And(
        (Sequence((VIEWED, PAID), timedelta(days=1), EVER), Not(Done(PAID, Last(30))))
    )
    share = parse("count(浏览页面[类别='数学'], 7天) / count(浏览页面, 7天) >= 60%", VOCABULARY)
    assert isinstance(share, Comparison)
    assert share.right == Literal(0.6)


@pytest.mark.parametrize(
    "text",
    [
        "count(pay_order,7天)>=3 and not city='上海'",
        "次数(支付订单, 最近7天) 不少于 3 且 非 城市 = '上海'",
        "计数（支付订单，近７天）≥３并且非（城市＝“上海”）",
        'COUNT(Pay_Order, last 1 week) >= 3 AND NOT (City = "上海")',
        "count(`支付订单`, 1周) 大于等于 3.0 && !(`city` 等于 「上海」)",
        "(次数(支付订单,7 days)>=300%)和非((城市='上海'))",
    ],
)
def test_one_grammar_has_many_words(text: str) -> None:
    counted = Aggregate(Function.COUNT, PAID, None, Last(7))
    assert parse(text, VOCABULARY) == And(
        (
            Comparison(Relation.AT_LEAST, counted, Literal(3.0)),
            Not(Comparison(Relation.EQUAL, Attribute("city"), Literal("上海"))),
        )
    )


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BUSINESS_ZONE)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("", EVER),
        (", 曾经", EVER),
        (", ever", EVER),
        (", 今天", Last(1)),
        (", today", Last(1)),
        (", 7天", Last(7)),
        (", last 7 days", Last(7)),
        (", 过去 24 个小时", Last(24, Unit.HOUR)),
        (", 90min", Last(90, Unit.MINUTE)),
        (", 2周", Last(14)),
        (", 3个月", Last(90)),
        (", 1 year", Last(365)),
        (", 从 2026-01-01 到 2026-01-31", Between(at(2026, 1, 1), at(2026, 2, 1))),
        (", 2026年1月1日至2026年1月31日", Between(at(2026, 1, 1), at(2026, 2, 1))),
        (", 2026-01-01 .. 2026-01-31 12:30", Between(at(2026, 1, 1), at(2026, 1, 31, 12, 30))),
        (", from 2026-01-01T00:00Z to 2026-01-02", Between(at(2026, 1, 1, 8), at(2026, 1, 3))),
        (", 从 2026-01-01 起", Between(at(2026, 1, 1), None)),
        (", since 2026-01-01", Between(at(2026, 1, 1), None)),
        (", 到 2026-01-31 为止", Between(None, at(2026, 2, 1))),
        (", until 2026-01-31", Between(None, at(2026, 2, 1))),
    ],
)
def test_windows(written: str, window: Window) -> None:
    assert parse(f"做过(支付订单{written})", VOCABULARY) == Done(PAID, window)


@pytest.mark.parametrize(
    "text",
    [
        "做过(浏览页面, 最近30天)后7天内未做(支付订单)",
        "做过(浏览页面, 30天) 之后 1周 之内 没做过(支付订单)",
        "not_followed(浏览页面 -> 支付订单, 7天, 30天)",
        "not_followed(view_page, pay_order, 168h, last 30 days)",
    ],
)
def test_done_and_then_not_done(text: str) -> None:
    assert parse(text, VOCABULARY) == NotFollowed(VIEWED, PAID, timedelta(days=7), Last(30))


def test_a_length_with_last_is_the_window_of_a_sequence() -> None:
    text = "依次(浏览页面 -> 支付订单, 最近30天)"
    assert parse(text, VOCABULARY) == Sequence((VIEWED, PAID), None, Last(30))


def test_a_length_beside_an_age_gives_the_age_its_unit() -> None:
    age = Age(Edge(End.LAST, PAID), Unit.HOUR)
    expected = Comparison(Relation.MORE, age, Literal(36.0))
    assert parse("距今(末次(支付订单)) > 36小时", VOCABULARY) == expected
    assert parse("age(last(支付订单), 小时) > 36", VOCABULARY) == expected


def test_a_tag_where_a_condition_stands_is_its_presence() -> None:
    assert parse("标签.高价值 且 tag.新客", VOCABULARY) == And((Known(Tag("vip")), Tag("is_new")))
    assert parse("标签.高价值", VOCABULARY) == Tag("vip")


def test_commas_in_a_filter_join_conditions() -> None:
    where = And(
        (
            Comparison(Relation.EQUAL, Property("category"), Literal("数学")),
            Comparison(Relation.MORE, Property("seconds"), Literal(60.0)),
        )
    )
    expected = Done(EventPattern("view_page", where))
    assert parse("做过(浏览页面[类别='数学', `停留 秒数`>60])", VOCABULARY) == expected


def test_preference_takes_its_arguments_in_any_order() -> None:
    expected = Preference(PAID, "category", 3, "amount", Last(90))
    for text in (
        "偏好(支付订单.类别, 3, 按 金额, 90天)",
        "top(支付订单.类别, 90天, by amount, 3)",
        "偏好(支付订单.类别, 按金额, 3, 最近90天)",
    ):
        assert parse(text, VOCABULARY) == expected


def test_what_follows_a_value_may_follow_at_once_and_names_may_begin_with_it() -> None:
    expected = parse("城市 = '北京' 且 预算 > 3 或 已退订 = 是", VOCABULARY)
    assert parse("城市='北京'且预算>3或已退订=是", VOCABULARY) == expected
    assert parse("做过(`按摩预约`)且做过(`是且否`)", VOCABULARY) == And(
        (Done(EventPattern("标签")), Done(EventPattern("any")))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(支付定单, 7天) > 3", ("unknown_kind", 1, 7, "支付定单", "支付订单")),
        ("城市 = '北京' 且\n  cuont(支付订单) > 3", ("unknown_function", 2, 3, "cuont", "count")),
        ("次数(支付订单[类型='x']) > 0", ("unknown_property", 1, 9, "类型", "类别")),
        ("求和(支付订单.金鹅) > 0", ("unknown_property", 1, 9, "金鹅", "金额")),
        ("次数(any[zzzz = 1]) > 0", ("unknown_property", 1, 8, "zzzz", "")),
        ("城是 = '北京'", ("unknown_word", 1, 1, "城是", "城市")),
        ("城市 = 北京", ("unknown_word", 1, 6, "北京", "")),
        ("标签.高价", ("unknown_tag", 1, 4, "高价", "高价值")),
        ("标记.高价值", ("unknown_word", 1, 1, "标记", "标签")),
        ("高价值 有值", ("tag_without_word", 1, 1, "高价值", "标签.高价值")),
        ("支付订单 > 3", ("events_without_function", 1, 1, "支付订单", "")),
        ("支付订单.金额 > 3", ("events_without_function", 1, 1, "支付订单.金额", "")),
        ("做过(浏览页面[城市.x = 1])", ("only_properties_inside", 1, 9, "城市.x", "")),
        ("做过(浏览页面[做过(支付订单)])", ("only_properties_inside", 1, 9, "做过(支付订单)", "")),
        ("城市 adn 预算", ("unexpected_word", 1, 4, "adn", "and")),
        ("预算 大余 3", ("unexpected_word", 1, 4, "大余", "大于")),
        ("1 < 预算 < 3", ("chained_comparison", 1, 8, "<", "")),
        ("count(支付订单, 7天 >= 3", ("unclosed", 1, 6, "(", "")),
        ("count(支付订单[类别='x' , 7天) >= 3", ("unopened", 1, 23, ")", "")),
        ("次数(支付订单) > 3)", ("unopened", 1, 13, ")", "")),
        ("次数(支付订单,) > 3", ("operand_missing", 1, 9, ")", "")),
        ("且 城市 = '北京'", ("unexpected_word", 1, 3, "城市", "")),
        (">= 3", ("operand_missing", 1, 1, ">=", "")),
        ("城市 =", ("unexpected_end", 1, 5, "", "")),
        ("城市 = '北京", ("unclosed_text", 1, 6, "'北京", "")),
        ("城市 ^ '北京'", ("unexpected_character", 1, 4, "^", "")),
        ("城市 = '北\x00京'", ("invisible_character", 1, 8, "U+0000", "")),
        ("城市\u200b = '北京'", ("invisible_character", 1, 3, "U+200B", "")),
        ("", ("empty", 1, 1, "", "")),
        (" \n\u3000", ("empty", 1, 1, "", "")),
        ("做过(支付订单, 2026-02-30 到 2026-03-01)", ("no_such_moment", 1, 10, "2026-02-30", "")),
        ("做过(支付订单, 到 9999-12-31)", ("no_such_moment", 1, 12, "9999-12-31", "")),
        ("做过(支付订单, 9999999999999天)", ("absurd_length", 1, 10, "9999999999999天", "")),
        ("做过(支付订单, 7)", ("window_wanted", 1, 10, "7", "")),
        ("做过(支付订单, 7天, 8天)", ("argument_not_wanted", 1, 14, "8天", "")),
        ("做过()", ("argument_missing", 1, 1, "做过()", "")),
        ("次数(3)", ("events_wanted", 1, 4, "3", "")),
        ("次数(支付订单 -> 浏览页面)", ("events_wanted", 1, 4, "支付订单 -> 浏览页面", "")),
        ("偏好(支付订单)", ("property_wanted", 1, 4, "支付订单", "")),
        ("偏好(支付订单.类别, 2.5)", ("whole_number_wanted", 1, 13, "2.5", "")),
        ("做过(支付订单.金额)", ("property_not_wanted", 1, 4, "支付订单.金额", "")),
        ("依次(支付订单, 7天)", ("two_steps_wanted", 1, 1, "依次(支付订单, 7天)", "")),
        ("次数(any, 距今(首次(any)) 后 7天)", ("anchor_wanted", 1, 9, "距今(首次(any))", "")),
        ("次数(any, 首次(any.category) 后 7天)", ("anchor_wanted", 1, 9, "首次(any.category)", "")),
        (
            "次数(any, 首次(any, 末次(any) 前 1天) 后 7天)",
            ("anchor_in_anchor", 1, 9, "首次(any, 末次(any) 前 1天)", ""),
        ),
        ("not_followed(any, 7天)", ("two_kinds_wanted", 1, 1, "not_followed(any, 7天)", "")),
        ("not_followed(any, any)", ("length_wanted", 1, 1, "not_followed(any, any)", "")),
        ("预算 > 7天", ("length_not_wanted", 1, 6, "7天", "")),
        ("距今(末次(any), 小时) > 7天", ("other_unit", 1, 19, "7天", "")),
        ("距今(末次(any), 小日) > 7", ("unknown_unit", 1, 13, "小日", "小时")),
    ],
)  # fmt: skip
def test_mistakes_tell_what_where_and_what_was_probably_meant(
    text: str, expected: tuple[str, int, int, str, str]
) -> None:
    assert mistake(text) == expected


def test_done_and_then_done_is_a_sequence_and_not_this() -> None:
    text = "做过(any) 后 7天 内 做过(any)"
    assert mistake(text) == ("done_and_not_done_wanted", 1, 1, text, "")


def test_all_unknown_words_are_told_at_once_in_the_order_of_the_text() -> None:
    found = mistakes("次数(支付定单) > 0 且\n城是 = 3 且 标签.无")
    assert [(f.code, f.line, f.column) for f in found] == [
        ("unknown_kind", 1, 4),
        ("unknown_word", 2, 1),
        ("unknown_tag", 2, 13),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("城" * 100_000, "too_long"),
        ("(" * 4_000 + "城市" + ")" * 4_000, ""),
        ("(" * 9_000, "unclosed"),
        ("[" * 9_000, "operand_missing"),
        ("'" * 9_999, "unexpected_word"),
        ("not " * 2_400 + "城市", "too_deep"),
        ("非(" * 2_400 + "城市" + ")" * 2_400, "too_deep"),
        ("-" * 9_000 + "1", "too_deep"),
        ("1" + "+1" * 4_900, "too_deep"),
        ("做过(any[真 = " * 600 + "1" + "])" * 600, "too_deep"),
        ("1" * 9_999, ""),
        ("\\'" * 4_999, "unexpected_character"),
        ("且" * 9_999, "unknown_word"),
        ("天1" * 4_999, "unknown_word"),
        ("1天" * 4_999, "unexpected_word"),
    ],
)
def test_absurd_texts_are_refused_and_never_overwhelm(text: str, code: str) -> None:
    if code:
        assert mistakes(text)[0].code == code
    else:
        parse(text, VOCABULARY)


def test_many_conditions_side_by_side_are_no_depth() -> None:
    text = " 或 ".join(["预算 > 1"] * 1_000)
    parsed = parse(text, VOCABULARY)
    assert len(parsed.operands) == 1_000  # type: ignore[union-attr]


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        alphabet="()（）[]【】,，.'\"“”`-><=!%*/ \n次数做过支付订单后7天内且或非从到按标签city金额",
        max_size=60,
    )
)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text, VOCABULARY)
    except LanguageError as error:
        for found in error.mistakes:
            assert found.line >= 1
            assert found.column >= 1
