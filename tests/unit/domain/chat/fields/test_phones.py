"""Phone numbers in sales talk. All numbers are patterned test numbers, nobody's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.extract import extract_fields
from domain.chat.fields.finding import Owner

MOBILE = "+8613800138000"
SECOND = "+8613900139000"


def phones(text: str) -> list[str]:
    return [finding.value for finding in extract_fields(text).phone]


DISGUISES = [
    "13800138000",
    "我的电话是13800138000",
    "电话13800138000，麻烦回个电话",
    "13800138000张三",
    "手机：138 0013 8000",
    "138-0013-8000",
    "138.0013.8000",
    "1380013 8000",
    "1380 0138 000",
    "138 00 13 80 00",
    "1 3 8 0 0 1 3 8 0 0 0",
    "１３８００１３８０００",
    "电话１３８　００１３　８０００",
    "一三八零零一三八零零零",
    "幺三八〇〇幺三八〇〇〇",
    "我号码是幺三八 零零幺三 八零零零",
    "一3八0零1三8零0〇",
    "壹叁捌零零壹叁捌零零零",
    "①③⑧⓪⓪①③⑧⓪⓪⓪",
    "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
    "138O0138OOO",
    "l38oo138ooo",
    "+86 13800138000",
    "+8613800138000",
    "+86-138-0013-8000",
    "(+86)13800138000",
    "0086 138 0013 8000",
    "8613800138000",
    "86-13800138000",
    "138，0013，8000",
    "138…0013…8000",
    "138——0013——8000",
    "138_0013_8000",
    "138/0013/8000",
    "(138)00138000",
    "138\n0013\n8000",
    "138\u200b0013\u200b8000",
    "我的号是138，后面是00138000",
    "前三位138，中间0013，最后8000",
    "138开头，然后0013，尾号8000",
    "138 再加 0013 再加 8000",
    "电话138，后八位是0013 8000",
    "138 零零一三 8000",
    "138 00138000 有空打给我",
    "联系方式：张三/13800138000/上海",
    "张三-13800138000",
    "tel:13800138000",
    "phone 13800138000 thanks",
    "13800138000（微信同号）",
    "你记一下一三八零零一三八零零零一定要打给我",
    "电话是13800138000一下午都在",
    "周一13800138000都能打通",
    "孩子三年级，电话13800138000",
]


@pytest.mark.parametrize("text", DISGUISES)
def test_finds_a_mobile_number_in_every_disguise(text: str) -> None:
    assert phones(text) == [MOBILE]


LANDLINES = [
    ("公司电话010-62288559", ["+861062288559"]),
    ("座机 021 6880 4868", ["+862168804868"]),
    ("(0571)88881234 找王经理", ["+8657188881234"]),
    ("０７５５－８８８８１２３４", ["+8675588881234"]),
    ("我办公室是021-68804868转801", ["+862168804868"]),
    ("座机零二一 六八八零四八六八", ["+862168804868"]),
    ("区号0571，电话88881234", ["+8657188881234"]),
    ("+86 10 62288559", ["+861062288559"]),
    ("香港的号码 +852 6123 4567", ["+85261234567"]),
    ("I'm at +1 541-754-3010", ["+15417543010"]),
]


@pytest.mark.parametrize(("text", "expected"), LANDLINES)
def test_finds_landlines_and_foreign_numbers(text: str, expected: list[str]) -> None:
    assert phones(text) == expected


NOT_PHONES = [
    "订单号13800138000",
    "我的订单13800138000什么时候发货",
    "13800138000是我的订单号",
    "快递单号：13800138000",
    "运单13800138000到哪了",
    "SF13800138000",
    "YT13800138000123",
    "卡号6222021234567890123",
    "银行卡 6222 0212 3456 7890 123",
    "身份证11010519491231002X",
    "身份证号 110105194912310021",
    "QQ13800138000",
    "我qq是 1380013800",
    "qq：13800138000，加我",
    "腾讯会议 138 001 38000",
    "会议号：138-0013-8000",
    "学号13800138000",
    "验证码138001",
    "你们400-800-1234打不通",
    "打了4008001234没人接",
    "客服95588",
    "客服电话是021-68804868吗",
    "你们的电话13800138000怎么打不通",
    "138****8000",
    "138xxxx8000",
    "138 1234 ****",
    "尾号8000",
    "1380013800",
    "138001380001",
    "12345678901",
    "11111111111",
    "价格1980 299 3999三档",
    "2026-12-03 13:00",
    "3980元，2980元，1980元",
    "一三五上课，二四六休息",
    "abc13800138000@example.com",
    "13800138000@qq.com",
    "https://example.com/p/13800138000",
    "8888 1234",
    "我1380买的，2980的不要",
    "T005-2333-100731-SW-2",
    "3333*2=6666",
    "发票税号 91310000138001380X",
    "编号2026-13800138000",
    "我没有手机号",
    "",
]


@pytest.mark.parametrize("text", NOT_PHONES)
def test_leaves_other_numbers_alone(text: str) -> None:
    assert phones(text) == []


SEVERAL = [
    ("13800138000 13900139000", [MOBILE, SECOND]),
    ("13800138000或者13900139000都行", [MOBILE, SECOND]),
    ("电话1：13800138000 电话2：13900139000", [MOBILE, SECOND]),
    ("13800138000/13900139000", [MOBILE, SECOND]),
    ("13800138000，13800138000", [MOBILE]),
    ("不是13800138000，是13900139000", [SECOND]),
    ("我电话13800138000，不对，是13900139000", [SECOND]),
    ("13800138000打错了，应该是13900139000", [SECOND]),
    ("之前的13800138000不用了，换成13900139000", [SECOND]),
    ("以前用13800138000，现在是13900139000", [SECOND]),
    ("13800138000已经停机了", []),
    ("别打13800138000了，打13900139000", [SECOND]),
    ("更正一下：电话13900139000，不是13800138000", [SECOND]),
    ("我老公电话13800138000，我的是13900139000", [SECOND, MOBILE]),
    ("孩子爸爸13800138000，我自己13900139000", [SECOND, MOBILE]),
    ("13800138000不常用，最好打13900139000", [SECOND, MOBILE]),
    ("手机号13800138000，订单号13900139000", [MOBILE]),
    ("订单号13900139000，手机号13800138000", [MOBILE]),
    ("QQ号就是手机号13800138000", [MOBILE]),
    ("13800138000这个号打不通的话就打13900139000", [MOBILE, SECOND]),
    ("我说的是13800138000不是订单号", [MOBILE]),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_keeps_several_numbers_own_first_and_drops_withdrawn_ones(
    text: str, expected: list[str]
) -> None:
    assert phones(text) == expected


def test_evidence_span_holds_the_number_as_typed() -> None:
    text = "你好，我的电话是138 0013 8000，谢谢"
    (finding,) = extract_fields(text).phone
    assert text[finding.span.start : finding.span.end] == "138 0013 8000"


def test_an_obvious_fake_is_kept_with_little_confidence() -> None:
    (real,) = extract_fields("电话15900129033").phone
    (fake,) = extract_fields("电话13800138000").phone
    assert real.confidence > 0.9
    assert fake.confidence < 0.5


def test_a_number_of_somebody_else_says_whose() -> None:
    (finding,) = extract_fields("我老公电话13800138000").phone
    assert finding.owner is Owner.OTHER


SEPARATORS = st.sampled_from(["", " ", "-", ".", "　", "－"])


@given(
    st.sampled_from(["138", "159", "186", "170", "199"]),
    st.text("0123456789", min_size=8, max_size=8),
    SEPARATORS,
    SEPARATORS,
)
def test_any_mobile_number_in_three_groups_is_found(
    head: str, tail: str, first: str, second: str
) -> None:
    text = f"电话{head}{first}{tail[:4]}{second}{tail[4:]}，谢谢"
    assert phones(text) == [f"+86{head}{tail}"]


@given(st.text(max_size=200))
def test_spans_always_lie_inside_the_text(text: str) -> None:
    for finding in extract_fields(text).phone:
        assert 0 <= finding.span.start < finding.span.end <= len(text)
