"""Conditions come as text, in JSON, or as a rule of 神策, and leave in the latter two."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from domain.behaviour.forms import RuleForm, as_form, as_text
from domain.behaviour.json_form import to_json
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import parse
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import Expression
from tests.expressions import LEAVES, VOCABULARY, conditions

RULE = {
    "type": "rules_relation",
    "relation": "and",
    "rules": [
        {
            "type": "event_rule",
            "measure": {
                "type": "event_measure",
                "event_name": "pay_order",
                "aggregator": "general",
            },
            "time_function": "relative_time",
            "time_params": ["7"],
            "function": "least",
            "params": [3],
        }
    ],
}
NUMBER = to_json(parse("次数(支付订单)", VOCABULARY)).decode()


def test_a_rule_of_sensors_is_written_as_text() -> None:
    assert as_text(json.dumps(RULE), VOCABULARY) == "次数(支付订单, 7天) >= 3"
    assert as_text("\ufeff\n" + json.dumps(RULE, indent=2), VOCABULARY).startswith("次数")


@settings(max_examples=50, deadline=None)
@given(conditions(LEAVES, 2))
def test_the_json_form_is_written_as_the_same_text(condition: Expression) -> None:
    data = as_form(condition, RuleForm.JSON, VOCABULARY).decode()
    assert as_text(data, VOCABULARY) == show(condition, VOCABULARY)


def test_text_is_left_as_it_is() -> None:
    assert as_text(" 次数(支付定单) >= ", VOCABULARY) == " 次数(支付定单) >= "


def test_a_condition_leaves_as_a_rule_that_is_read_back() -> None:
    text = "次数(支付订单, 7天) >= 3"
    rule = as_form(parse(text, VOCABULARY), RuleForm.SENSORS, VOCABULARY).decode()
    assert json.loads(rule)["rules"][0]["measure"]["event_name"] == "pay_order"
    assert as_text(rule, VOCABULARY) == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("{", "json_wrong"),
        ("{}", "sensors_type"),
        ('{"version": 2, "expression": {"type": "done", "events": {}}}', "json_version"),
        (NUMBER, "other_type_wanted"),
        ('{"a": ' * 100_000, "json_too_long"),
    ],
)
def test_what_is_wrong_is_told(data: str, code: str) -> None:
    with pytest.raises(LanguageError) as caught:
        as_text(data, VOCABULARY)
    assert caught.value.mistakes[0].code == code
