from __future__ import annotations

import pytest

from domain.chat.extract import extract_fields
from domain.chat.intent import read_intent
from domain.chat.usual import comes_again


@pytest.mark.parametrize("text", ["你好", "数学班多少钱", "谢谢老师", ""])
def test_short_messages_without_numbers_come_again(text: str) -> None:
    assert comes_again(text)


@pytest.mark.parametrize(
    "text", ["我的电话13900139000", "a@b.cn", "第3节课", "孩子上初二,想试听周末的物理和化学"]
)
def test_long_messages_and_numbers_are_not_remembered(text: str) -> None:
    assert not comes_again(text)


def test_what_is_remembered_is_what_was_read() -> None:
    assert extract_fields("我在上海") is extract_fields("我在上海")
    assert [city.value for city in extract_fields("我在上海").city] == ["上海"]
    assert read_intent("数学班多少钱") is read_intent("数学班多少钱")
    assert read_intent("数学班多少钱") != read_intent("谢谢老师")
