"""WeChat ids in one form, and words that are nobody's id."""

from __future__ import annotations

import pytest

from domain.cleaning.ids import says_nothing, wechat_of
from domain.values import Refusal


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "无", " 没有 ", "暂无", "-", "——", "/", "0000"),
        *("null", "NULL", "undefined", "N/A", "Unknown", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_what_many_write_who_have_nothing_says_nothing(raw: str) -> None:
    assert says_nothing(raw)


@pytest.mark.parametrize("raw", ["0", "1", "u-8812", "无名", "张三", "0a", "10", "nullah"])
def test_an_id_says_something(raw: str) -> None:
    assert not says_nothing(raw)


@pytest.mark.parametrize(
    ("raw", "wechat"),
    [
        ("Li_Lei", "li_lei"),
        (" zhao-liu88 ", "zhao-liu88"),
        ("ｌｉｌｅｉ２０２６", "lilei2026"),
        ("wxid_a1b2c3d4e5f6g722", "wxid_a1b2c3d4e5f6g722"),
        ("13900139000", "13900139000"),
        ("139 0013-9000", "13900139000"),
        ("88210", "88210"),
    ],
)
def test_a_wechat_id_has_one_form(raw: str, wechat: str) -> None:
    assert wechat_of(raw) == wechat


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("无", "wechat_missing"),
        ("-", "wechat_missing"),
        ("unknown", "wechat_missing"),
        ("undefined", "wechat_missing"),
        ("00000", "wechat_missing"),
        ("同手机号", "wechat_same"),
        ("微信同号", "wechat_same"),
        ("手机号同步", "wechat_same"),
        ("和手机一样", "wechat_same"),
        ("手机号", "wechat_same"),
        ("vx同号", "wechat_same"),
        ("就是电话号码", "wechat_same"),
        ("小雨", "wechat_invalid"),
        ("tony", "wechat_invalid"),
        ("微信", "wechat_invalid"),
        ("li lei 88", "wechat_invalid"),
        ("同学介绍", "wechat_invalid"),
    ],
)
def test_what_is_no_wechat_id_is_refused(raw: str, code: str) -> None:
    assert wechat_of(raw) == Refusal(code)
