"""What mentions others comes behind them; circles are spelled out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleError
from domain.tags.order import in_order


def test_others_come_first_and_the_given_order_stays_otherwise() -> None:
    assert in_order({"a": ["b"], "b": [], "c": ["a", "b"], "d": []}) == ("b", "d", "a", "c")


def test_what_nobody_defines_is_left_out() -> None:
    assert in_order({"a": ["manual"]}) == ("a",)


@pytest.mark.parametrize(
    ("mentioned", "circle"),
    [
        ({"甲": ["甲"]}, "甲 → 甲"),
        ({"丙": ["甲"], "甲": ["乙"], "乙": ["丙"]}, "丙 → 甲 → 乙 → 丙"),
    ],
)
def test_a_circle_is_spelled_out(mentioned: dict[str, list[str]], circle: str) -> None:
    with pytest.raises(RuleError) as raised:
        in_order(mentioned)
    assert raised.value.code == "mentions_itself"
    assert raised.value.detail == circle


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_in_any_order_a_name_stands_behind_what_it_mentions(pairs: list[tuple[int, int]]) -> None:
    mentioned: dict[str, list[str]] = {str(n): [] for n in range(10)}
    for one, other in pairs:
        if one != other:
            mentioned[str(max(one, other))].append(str(min(one, other)))
    order = in_order(mentioned)
    assert sorted(order) == sorted(mentioned)
    assert all(order.index(o) < order.index(n) for n, others in mentioned.items() for o in others)
