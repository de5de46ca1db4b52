"""What a rule of 神策 can say is written and read back; the rest is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.behaviour.checking.check import check
from domain.behaviour.mentions import walk
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import parse
from domain.behaviour.sensors.reading import from_sensors
from domain.behaviour.sensors.writing import to_sensors
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import And, Done, Expression, Or
from domain.behaviour.vocabulary import ValueType
from tests.expressions import LEAVES, VOCABULARY, conditions


def is_expressible(tree: Expression) -> bool:
    try:
        to_sensors(tree, VOCABULARY)
    except LanguageError as error:
        codes = {mistake.code for mistake in error.mistakes}
        if codes != {"sensors_cannot"}:
            raise
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(st.lists(conditions(LEAVES, 1), min_size=2, max_size=8), st.booleans())
def test_what_is_written_is_read_back_the_same(conditions_: list[Expression], is_and: bool) -> None:
    operands = tuple(tree for tree in conditions_ if is_expressible(tree))
    if not operands:
        return
    whole = (And(operands) if is_and else Or(operands)) if operands[1:] else operands[0]
    back = from_sensors(to_sensors(whole, VOCABULARY), VOCABULARY)
    assert check(back, VOCABULARY) is ValueType.FLAG
    # Done is written as a count, one of one value as equal; then nothing is left to change.
    again = from_sensors(to_sensors(back, VOCABULARY), VOCABULARY)
    assert show(again, VOCABULARY) == show(back, VOCABULARY)
    if not any(isinstance(node, Done) for node in walk(whole)):
        assert show(back, VOCABULARY) == show(whole, VOCABULARY)


def test_the_rule_has_the_documented_shape() -> None:
    text = "城市 = '北京' 且 次数(支付订单[金额 > 100], 从 2026-03-01 到 2026-03-31) >= 3"
    assert json.loads(to_sensors(parse(text, VOCABULARY), VOCABULARY)) == {
        "type": "rules_relation",
        "relation": "and",
        "rules": [
            {
                "type": "profile_rule",
                "field": "user.city",
                "function": "equal",
                "params": ["北京"],
            },
            {
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
                "params": [3.0],
                "filters": [
                    {
                        "type": "filter",
                        "field": "event.pay_order.amount",
                        "function": "greater",
                        "params": [100.0],
                    }
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("做过(支付订单, 7天)", "次数(支付订单, 7天) >= 1"),
        ("未做(支付订单)", "次数(支付订单) = 0"),
    ],
)
def test_done_is_written_as_a_count(text: str, same: str) -> None:
    data = to_sensors(parse(text, VOCABULARY), VOCABULARY)
    assert from_sensors(data, VOCABULARY) == parse(same, VOCABULARY)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("依次(浏览页面 -> 支付订单, 1天)", "sequence"),
        ("not_followed(浏览页面 -> 支付订单, 1天)", "notfollowed"),
        ("次数(支付订单) / 2 > 1", "arithmetic"),
        ("次数(支付订单) > 预算", "comparison"),
        ("距今(首次(支付订单)) > 3", "age"),
        ("末次(支付订单.类别) = '数学'", "edge"),
        ("偏好(支付订单.类别) 包含 '数学'", "preference"),
        ("活跃天数(支付订单) > 3", "days"),
        ("次数(互动) > 3", "any"),
        ("做过(支付订单, 从 2026-03-01 起)", "window"),
        ("非 (城市 = '北京')", "not"),
        ("做过(支付订单[非 首单 = 是])", "not"),
        ("已退订", "attribute"),
    ],
)
def test_what_has_no_counterpart_is_refused_by_name(text: str, what: str) -> None:
    with pytest.raises(LanguageError) as raised:
        to_sensors(parse(text, VOCABULARY), VOCABULARY)
    (mistake,) = raised.value.mistakes
    assert (mistake.code, mistake.text) == ("sensors_cannot", what)
