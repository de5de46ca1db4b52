"""What is written like a phone number, diallable or not. All numbers are invented."""

from __future__ import annotations

import pytest

from domain.chat.fields.phones import find_phones
from domain.chat.fields.written_phones import find_written_phones
from domain.chat.passage import Passage


def written(text: str) -> list[str]:
    passage = Passage.of(text)
    return [found.value for found in find_written_phones(passage, find_phones(passage))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("我的电话是1390013900", ["1390013900"]),
        ("打159001290333试试", ["159001290333"]),
        ("电话541-754-3010", ["541-754-3010"]),
        ("(+45) 12 34 56 78", ["(+45) 12 34 56 78"]),
        ("座机6234 5678转802", ["6234 5678转802"]),
        ("手机13900139000，座机010-62345678", ["13900139000", "010-62345678"]),
        ("2026-03-11见", []),
        ("16/04/2026", []),
        ("192.168.100.200", []),
        ("订单号13900139000123", []),
        ("12345678不是电话号码", []),
        ("一共1234567元", []),
        ("#20020211895", []),
    ],
)
def test_finds_what_is_shaped_like_a_phone(text: str, numbers: list[str]) -> None:
    assert written(text) == numbers


def test_only_a_number_that_can_be_dialled_is_certain() -> None:
    passage = Passage.of("手机13900139000，电话1390013900")
    sure, unsure = find_written_phones(passage, find_phones(passage))
    assert sure.confidence > 0.9
    assert unsure.confidence == 0.6
