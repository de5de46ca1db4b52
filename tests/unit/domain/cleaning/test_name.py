from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cleaning.name import Name, normalise_name, surname_of
from domain.values import Refusal


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("王芳", Name("王芳", "王")),
        (" 王　芳 ", Name("王芳", "王")),
        ("欧阳雪", Name("欧阳雪", "欧阳")),
        ("李女士", Name("李女士", "李", "女士")),
        ("王芳女士", Name("王芳", "王", "女士")),
        ("张总监", Name("张总监", "张", "总监")),
        ("陳大文", Name("陈大文", "陈")),
        ("Tom Lee", Name("Tom Lee")),
        ("阿依古丽·买买提", Name("阿依古丽·买买提", "阿")),
        ("王小明妈妈", Name("王小明妈妈", "王")),
    ],
)
def test_brings_names_to_one_form(raw: str, expected: Name) -> None:
    assert normalise_name(raw) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "name_missing"),
        ("  ", "name_missing"),
        ("微信用户", "name_missing"),
        ("N/A", "name_missing"),
        ("13800138000", "name_invalid"),
        ("a@example.com", "name_invalid"),
        ("😀", "name_invalid"),
        ("王" * 41, "name_too_long"),
    ],
)
def test_refuses_what_is_no_name(raw: str, code: str) -> None:
    assert normalise_name(raw) == Refusal(code)


def test_knows_surnames_of_one_and_two_characters() -> None:
    assert [surname_of(name) for name in ("司马光", "司机", "张三", "天空")] == [
        "司马",
        "司",
        "张",
        "",
    ]


@given(st.text(max_size=60))
def test_a_normal_name_stays_as_it_is(raw: str) -> None:
    first = normalise_name(raw)
    if isinstance(first, Name):
        again = normalise_name(first.full)
        assert isinstance(again, Name)
        assert again.full == first.full or first.title
