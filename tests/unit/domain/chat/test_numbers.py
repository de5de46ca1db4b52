"""Numbers inside a text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.numbers import find_numbers

CASES = [
    ("一共两千四百五", ["2450"]),
    ("7万5千4百", ["75400"]),
    ("四万五千亿", ["4500000000000"]),
    ("一百零几万人", ["1000000"]),
    ("十余万", ["100000"]),
    ("负六点六度", ["-6.6"]),
    ("四分之三", ["0.75"]),
    ("一又二分之一", ["1.5"]),
    ("3/5", ["0.6"]),
    ("一打铅笔", ["12"]),
    ("半百", ["50"]),
    ("2^5", ["32"]),
    ("1.5e3", ["1500"]),
    ("1,299件", ["1299"]),
    ("100k", ["100000"]),
    ("一切都好", []),
    ("收拾一下", []),
    ("大陆和登陆", []),
    ("9^999999", []),
    ("3/0", []),
]


@pytest.mark.parametrize(("text", "numbers"), CASES)
def test_finds_numbers_but_no_everyday_words(text: str, numbers: list[str]) -> None:
    assert [found.value for found in find_numbers(text)] == [Decimal(n) for n in numbers]


def test_says_where_a_number_stands() -> None:
    (found,) = find_numbers("大概两千三吧")
    assert found.span.cut("大概两千三吧") == "两千三"


@given(st.text(alphabet="零一二三十百千万亿点分之又负0123456789.,/^e-打半 ", max_size=40))
def test_any_row_of_numerals_can_be_read(text: str) -> None:
    for found in find_numbers(text):
        assert 0 <= found.span.start < found.span.end <= len(text)


@given(st.integers(0, 10**15))
def test_an_arabic_number_is_itself(number: int) -> None:
    assert [found.value for found in find_numbers(str(number))] == [number]
