"""Trees survive JSON, and JSON that is none of ours is told what is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from domain.behaviour.json_form import from_json, to_json
from domain.behaviour.mistakes import LanguageError
from domain.behaviour.reading.parse import parse
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import Expression, Literal, Not
from tests.expressions import VOCABULARY, expressions


@settings(max_examples=150, deadline=None)
@given(expressions)
def test_every_expression_survives_json(tree: Expression) -> None:
    back = from_json(to_json(tree))
    assert back == tree
    # Equality takes true for 1; the text does not.
    assert show(back, VOCABULARY) == show(tree, VOCABULARY)


def test_the_form_is_plain() -> None:
    text = "次数(支付订单[金额 > 100], 7天) >= 3"
    assert json.loads(to_json(parse(text, VOCABULARY))) == {
        "version": 1,
        "expression": {
            "type": "comparison",
            "relation": ">=",
            "left": {
                "type": "aggregate",
                "function": "count",
                "events": {
                    "kind": "pay_order",
                    "where": {
                        "type": "comparison",
                        "relation": ">",
                        "left": {"type": "property", "name": "amount"},
                        "right": {"type": "number", "value": 100.0},
                    },
                },
                "window": {"type": "last", "count": 7},
            },
            "right": {"type": "number", "value": 3.0},
        },
    }


def wrapped(expression: str) -> str:
    return f'{{"version": 1, "expression": {expression}}}'


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        ("", "json_wrong", "truncated"),
        ("{", "json_wrong", "truncated"),
        ("[]", "json_wrong", "Expected `object`"),
        ('{"version": 2, "expression": {"type": "tag", "name": "x"}}', "json_version", ""),
        (wrapped('{"type": "nothing"}'), "json_wrong", "$.expression"),
        (wrapped('{"type": "tag"}'), "json_wrong", "`name`"),
        (wrapped('{"type": "tag", "name": "x", "y": 1}'), "json_wrong", "unknown field `y`"),
        (wrapped('{"type": "number", "value": 1e999}'), "json_wrong", "out of range"),
        (wrapped('{"type": "number", "value": "x"}'), "json_wrong", "$.expression.value"),
        (wrapped('{"type":"not","operand":' * 500 + "1" + "}" * 500), "json_wrong", "operand"),
        (wrapped('{"type":"not","operand":' * 7_000), "too_deep", ""),
        (" " * 200_001, "json_too_long", ""),
        (b"\xff\xfe", "json_wrong", ""),
    ],
)
def test_json_of_another_form_is_refused(data: bytes | str, code: str, told: str) -> None:
    with pytest.raises(LanguageError) as raised:
        from_json(data)
    (mistake,) = raised.value.mistakes
    assert mistake.code == code
    assert told in mistake.values.get("reason", "")


def test_json_that_is_too_deep_for_the_rest_is_refused() -> None:
    inner = '{"type":"flag","value":true}'
    data = wrapped('{"type":"not","operand":' * 150 + inner + "}" * 150)
    with pytest.raises(LanguageError, match="too deep"):
        from_json(data)
    tree: Expression = Literal(value=True)
    for _ in range(5_000):
        tree = Not(tree)
    with pytest.raises(LanguageError, match="too deep"):
        to_json(tree)
