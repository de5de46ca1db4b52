"""Rules of 神策 are read whole or refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.texts import load_texts
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import parse
from domain.behaviour.sensors.reading import from_sensors
from tests.expressions import VOCABULARY

Rule = dict[str, Any]


def profile(field: str, function: str, *params: object) -> Rule:
    return {"type": "profile_rule", "field": field, "function": function, "params": list(params)}


def both(*rules: Rule, relation: str = "and") -> Rule:
    return {"type": "rules_relation", "relation": relation, "rules": list(rules)}


def counted(**changes: object) -> Rule:
    rule = {
        "type": "event_rule",
        "measure": {
            "type": "event_measure",
            "event_name": "pay_order",
            "aggregator": "general",
            "field": "",
        },
        "time_function": "absolute_time",
        "time_params": ["2026-03-01", "2026-03-31"],
        "function": "least",
        "params": [3],
        "filters": [],
    }
    return rule | changes


def measured(aggregator: str, field: str) -> Rule:
    return counted()["measure"] | {"aggregator": aggregator, "field": field}


def filtered(field: str, function: str, *params: object) -> Rule:
    return {"type": "filter", "field": field, "function": function, "params": list(params)}


MARCH = "从 2026-03-01 到 2026-03-31"
AMOUNT = "event.pay_order.amount"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (profile("user.city", "equal", "北京"), "城市 = '北京'"),
        (profile("user.城市", "equal", "北京", "上海"), "城市 属于 ('北京', '上海')"),
        (profile("city", "notEqual", "北京"), "城市 != '北京'"),
        (profile("city", "notEqual", "北京", "上海"), "城市 != '北京' 且 城市 != '上海'"),
        (profile("city", "unin", "北京"), "城市 不属于 ('北京')"),
        (profile("city", "contain", "京"), "城市 包含 '京'"),
        (profile("city", "notContain", "京"), "城市 不包含 '京'"),
        (profile("city", "isSet"), "城市 有值"),
        (profile("city", "isEmpty"), "城市 没有值"),
        (profile("budget", "gt", "5"), "预算 > 5"),
        (profile("budget", "between", 1, "9.5"), "预算 >= 1 且 预算 <= 9.5"),
        (profile("is_opted_out", "isFalse"), "已退订 = 否"),
        (profile("is_opted_out", "equal", "true"), "已退订 = 是"),
        (profile("born_at", "less", "2000-01-01"), "`出生 日期` < 2000-01-01"),
        (profile("born_at", "relativeWithin", 3), "距今(`出生 日期`) < 3"),
        (profile("born_at", "relativeBefore", "3"), "距今(`出生 日期`) >= 3"),
        (
            profile("born_at", "absoluteBetween", "2015-01-01", "2015-01-10"),
            "`出生 日期` >= 2015-01-01 且 `出生 日期` < 2015-01-11",
        ),
        (profile("user.user_tag_favourites", "include", "数学"), "标签.偏好 包含 '数学'"),
        (profile("user.user_tag_vip", "isSet"), "标签.高价值 有值"),
        (profile("user.user_tag_favourites", "contain", "数学"), "标签.偏好 包含 '数学'"),
        (both(profile("city", "isSet")), "城市 有值"),
        (
            both(
                profile("city", "isSet"),
                both(counted(), profile("budget", "most", 3), relation="or"),
            ),
            f"城市 有值 且 (次数(支付订单, {MARCH}) >= 3 或 预算 <= 3)",
        ),
        (counted(isdone="1"), f"次数(支付订单, {MARCH}) >= 3"),
        (counted(measure=measured("sum", AMOUNT)), f"求和(支付订单.金额, {MARCH}) >= 3"),
        (
            counted(time_function="relative_time", time_params=[7, "day"], function="equal"),
            "次数(支付订单, 7天) = 3",
        ),
        (
            counted(time_function="relative_time", time_params=["24 hour"]),
            "次数(支付订单, 24小时) >= 3",
        ),
        (counted(time_function="", time_params=[]), "次数(支付订单) >= 3"),
        (
            counted(time_params=["2026-03-01 08:00:00", "2026-03-01 12:30:00"]),
            "次数(支付订单, 2026-03-01 08:00 到 2026-03-01 12:30) >= 3",
        ),
        (
            counted(filters=[filtered(AMOUNT, "greater", "100")]),
            f"次数(支付订单[金额 > 100], {MARCH}) >= 3",
        ),
        (
            counted(
                filters=[
                    {
                        "type": "filters_relation",
                        "relation": "or",
                        "subfilters": [
                            filtered(AMOUNT, "greater", 100),
                            filtered("event.支付订单.首单", "isTrue"),
                        ],
                    }
                ]
            ),
            f"次数(支付订单[金额 > 100 或 首单 = 是], {MARCH}) >= 3",
        ),
        (
            {
                "type": "event_sequence_rule",
                "time_function": "relative_time",
                "time_params": [7],
                "steps": [
                    {"event": "view_page", "filters": []},
                    {"event": "pay_order", "filters": [filtered(AMOUNT, "isSet")]},
                ],
            },
            "依次(浏览页面 -> 支付订单[金额 有值], 最近7天)",
        ),
    ],
)
def test_rules_are_read(rule: Rule, text: str) -> None:
    assert from_sensors(json.dumps(rule), VOCABULARY) == parse(text, VOCABULARY)


STEPS = {"type": "event_sequence_rule", "steps": [{"event": "view_page"}]}


@pytest.mark.parametrize(
    ("rule", "code", "path"),
    [
        ([], "sensors_object_wanted", "rule"),
        ({}, "sensors_type", "type"),
        ({"type": "user_rule"}, "sensors_type", "type"),
        (both(), "sensors_empty", "rule"),
        (both(profile("city", "isSet"), relation="xor"), "sensors_relation", "relation"),
        (both(profile("cyti", "isSet")), "unknown_word", "rules[0].field"),
        (profile("city", "equl", "x"), "sensors_function", "function"),
        (profile("city", "isSet", "x"), "sensors_params", "params"),
        (profile("budget", "between", 1), "sensors_params", "params"),
        (profile("city", "in"), "sensors_params", "params"),
        (profile("budget", "least", "viel"), "sensors_param", "params"),
        (profile("budget", "least", *[True]), "sensors_param", "params"),
        (profile("born_at", "least", "heute"), "sensors_param", "params"),
        (profile("city", "equal", 3), "sensors_param", "params"),
        (profile("city", "equal", ["x"]), "sensors_param", "params"),
        (profile("city", "isSet") | {"negate": True}, "sensors_unknown_field", "negate"),
        (counted(isdone="0"), "sensors_unknown_field", "isdone"),
        (counted(limit=3), "sensors_unknown_field", "limit"),
        (counted(measure=None), "sensors_object_wanted", "measure"),
        (counted(measure=measured("uniq", AMOUNT)), "sensors_aggregator", "measure.aggregator"),
        (counted(measure=measured("sum", "event.view_page.seconds")), "sensors_other_kind", ""),
        (counted(measure=measured("sum", "event.pay_order.amuont")), "unknown_property", ""),
        (counted(filters=[filtered(AMOUNT, "isSet")] * 2), "sensors_one_filter", "filters"),
        (counted(filters=[{"type": "or"}]), "sensors_type", "filters[0].type"),
        (counted(filters={}), "sensors_list_wanted", "filters"),
        (counted(function=3), "sensors_text_wanted", "function"),
        (counted(time_function="last_week"), "sensors_time_function", "time_function"),
        (counted(time_params=["2026-03-01"]), "sensors_time_params", "time_params"),
        (counted(time_params=["2026-13-01", "2026-03-01"]), "sensors_time_params", ""),
        (counted(time_function="relative_time", time_params=[7, "w"]), "sensors_time_params", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(rule: object, code: str, path: str) -> None:
    with pytest.raises(LanguageError) as raised:
        from_sensors(json.dumps(rule), VOCABULARY)
    (mistake,) = raised.value.mistakes
    assert mistake.code == code
    assert mistake.text == path or not path
    assert mistake.text
    assert mistake.in_words(load_texts())


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (counted(measure=measured("sum", "")), "property_wanted"),
        (counted(time_params=["2026-03-31", "2026-03-01"]), "window_backwards"),
        (profile("city", "greater", "x"), "not_ordered"),
        (STEPS, "steps_wanted"),
    ],
)
def test_what_is_read_is_checked(rule: Rule, code: str) -> None:
    with pytest.raises(LanguageError) as raised:
        from_sensors(json.dumps(rule), VOCABULARY)
    assert [mistake.code for mistake in raised.value.mistakes] == [code]


def test_a_misspelt_name_is_told_with_the_nearest_known_one() -> None:
    with pytest.raises(LanguageError) as raised:
        from_sensors(json.dumps(both(profile("user.cyti", "isSet"))), VOCABULARY)
    told = "“rules[0].field”：不认识这个词。如果是文字，请加引号。您是不是想写“city”？"
    assert raised.value.mistakes[0].in_words(load_texts()) == told


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        "{",
        '{"type":"rules_relation","relation":"and","rules":[' * 900,
        " " * 300_000,
        '{"type":"rules_relation","relation":"and","rules":['
        + '{"type":"rules_relation","relation":"and","rules":[' * 400
        + "{}"
        + "]}" * 401,
    ],
)
def test_absurd_data_is_refused(data: bytes | str) -> None:
    with pytest.raises(LanguageError):
        from_sensors(data, VOCABULARY)
