"""WeChat ids and e-mail addresses in sales talk."""

from __future__ import annotations

import pytest

from domain.chat.extract import extract_fields

PHONE = "+8613800138000"


def wechats(text: str) -> list[str]:
    return [finding.value for finding in extract_fields(text).wechat]


def emails(text: str) -> list[str]:
    return [finding.value for finding in extract_fields(text).email]


WECHAT = [
    ("我微信是abc_1234", ["abc_1234"]),
    ("微信：LiMing-88", ["LiMing-88"]),
    ("微信号 zhang_san2020", ["zhang_san2020"]),
    ("加我vx:lilei888", ["lilei888"]),
    ("加v lilei888", ["lilei888"]),
    ("+V：lilei888", ["lilei888"]),
    ("wx lilei888", ["lilei888"]),
    ("WeChat: lilei888", ["lilei888"]),
    ("威信lilei888", ["lilei888"]),
    ("薇芯lilei888", ["lilei888"]),
    ("v信 lilei888，备注小明妈妈", ["lilei888"]),
    ("卫星号lilei888", ["lilei888"]),
    ("ｗｘ：ｌｉｌｅｉ８８８", ["lilei888"]),
    ("lilei888是我微信", ["lilei888"]),
    ("lilei888 这个是我的微信号，加一下", ["lilei888"]),
    ("你加下wxid_abc123def456", ["wxid_abc123def456"]),
    ("微信123456789", ["123456789"]),
    ("微信就是QQ号 123456789", ["123456789"]),
    ("微信13800138000", ["13800138000"]),
    ("13800138000，微信同号", [PHONE]),
    ("13800138000（微信同步）", [PHONE]),
    ("电话微信同号13800138000", [PHONE]),
    ("手机号也是微信号：13800138000", [PHONE]),
    ("13800138000 vx同", [PHONE]),
    ("13800138000同微信", [PHONE]),
    ("微信就是手机号，13800138000", [PHONE]),
    ("手机13800138000，微信也是这个", [PHONE]),
    ("微信不是abc_1234，是abd_1234", ["abd_1234"]),
    ("微信abc_1234，打错了，是abd_1234", ["abd_1234"]),
    ("我老公微信abc_1234，我的微信abd_1234", ["abd_1234", "abc_1234"]),
    ("微信abc_1234，微信ABC_1234", ["abc_1234"]),
    ("加我微信吧", []),
    ("可以微信支付吗", []),
    ("拉我进微信群", []),
    ("微信多少", []),
    ("13800138000，微信不同号", []),
    ("我没有微信", []),
    ("微信上说", []),
    ("微信ok吗", []),
    ("QQ 123456789", []),
    ("我在学Python", []),
    ("wx小程序打不开", []),
]


@pytest.mark.parametrize(("text", "expected"), WECHAT)
def test_reads_wechat_ids(text: str, expected: list[str]) -> None:
    assert wechats(text) == expected


EMAIL = [
    ("邮箱zhangsan@example.com", ["zhangsan@example.com"]),
    ("发到 Zhang.San@Example.com 谢谢", ["zhang.san@example.com"]),
    ("ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", ["abc@example.com"]),
    ("a+b@mail.example.com.cn，收到回我", ["a+b@mail.example.com.cn"]),
    ("123456@qq.com", ["123456@qq.com"]),
    ("邮箱是abc艾特example点com", ["abc@example.com"]),
    ("abc#example.com（#换成@）", ["abc@example.com"]),
    ("a@example.com和b@example.com都行", ["a@example.com", "b@example.com"]),
    ("不是a@example.com，是b@example.com", ["b@example.com"]),
    ("a@b", []),
    ("@张三 在吗", []),
    ("weibo@某人", []),
    ("aaaa@example..com", []),
    ("邮箱晚点发你", []),
]


@pytest.mark.parametrize(("text", "expected"), EMAIL)
def test_reads_email_addresses(text: str, expected: list[str]) -> None:
    assert emails(text) == expected
