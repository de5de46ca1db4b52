"""Amounts of money; the sales-chat cases hold more of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.money import find_money, read_money


def test_the_evidence_is_the_text_as_typed() -> None:
    text = "学费１２８００元起"
    (money,) = find_money(text)
    assert money.span.cut(text) == "１２８００元"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("30w上下", 300_000, 300_000),
        ("八到九百亿", 8 * 10**8, 9 * 10**10),
        ("25分", "0.25", "0.25"),
    ],
)
def test_a_text_known_to_be_an_amount_needs_no_currency(
    text: str, low: object, high: object
) -> None:
    money = read_money(text)
    assert money is not None
    assert (money.low, money.high) == (Decimal(str(low)), Decimal(str(high)))


def test_an_amount_without_a_currency_is_less_certain() -> None:
    (said,), (unsaid,) = find_money("三万元"), find_money("预算三万")
    assert said.confidence > unsaid.confidence
    assert unsaid.currency == "CNY"


@pytest.mark.parametrize(
    "text", ["五角大楼", "三个人", "第三名", "13900139000", "10:30", "3-5岁", ""]
)
def test_what_counts_something_else_is_no_money(text: str) -> None:
    assert find_money(text) == ()


@given(
    st.text(alphabet="零一二三十百千万亿元块角毛分多几到至-0123456789.,约以上内$个 ", max_size=40)
)
def test_low_never_lies_above_high(text: str) -> None:
    for money in find_money(text):
        assert money.low is None or money.high is None or money.low <= money.high
        assert money.span.cut(text).strip()
