"""What is said of a person in a field, in the form in which it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cleaning.name import normalise_name
from domain.intake.facts import called
from domain.values import Refusal


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("张三", "张三"),
        (" 張　三 ", "张三"),
        ("王五先生", "王五"),
        ("李女士", "李女士"),
        ("欧阳娜娜", "欧阳娜娜"),
        ("Ｊｏｈｎ  Smith", "John Smith"),
        ("微信用户", ""),
        ("测试", ""),
        ("无", ""),
        ("-", ""),
        ("", ""),
        ("小雨 @杭州", "小雨 @杭州"),
        ("A1  张三", "A1 张三"),
    ],
)
def test_a_name_has_one_form(raw: str, name: str) -> None:
    assert called(raw) == name


_SIGNS = "张三李四王欧阳先生女士老师太小姐同学無无用户测试微信客户家长經理"


@given(st.text(_SIGNS, min_size=1, max_size=5))
def test_the_short_way_ends_where_the_whole_one_does(raw: str) -> None:
    name = normalise_name(raw)
    if isinstance(name, Refusal):
        assert called(raw) in {"", raw}
    else:
        assert called(raw) == name.full
