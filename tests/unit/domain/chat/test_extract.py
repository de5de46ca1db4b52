"""Whole messages: every field that is said, and none that is not. All people are invented."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.extract import Fields, extract_fields
from domain.chat.fields.budget import Budget
from domain.chat.fields.finding import Owner
from domain.chat.lexicon import default_lexicon

FIRST, SECOND = "+8615900129033", "+8613900139000"


def said(text: str) -> dict[str, list[object]]:
    found = extract_fields(text)
    return {
        field.name: [finding.value for finding in getattr(found, field.name)]
        for field in fields(Fields)
        if getattr(found, field.name)
    }


MESSAGES: list[tuple[str, dict[str, list[object]]]] = [
    (
        "您好我是孩子妈妈，想给孩子报个英语班，孩子今年上二年级，7岁，我们在成都高新区",
        {"city": ["成都"], "child_grade": ["二年级"], "age": [7], "subject": ["英语"]},
    ),
    (
        "老师好 我家娃三年级 想提升一下数学 电话15900129033 姓刘",
        {"phone": [FIRST], "name": ["刘"], "child_grade": ["三年级"], "subject": ["数学"]},
    ),
    (
        "姓名：陈晓东\n电话：159-0012-9033\n城市：杭州\n孩子年级：五年级\n科目：数学、英语",
        {
            "phone": [FIRST],
            "name": ["陈晓东"],
            "city": ["杭州"],
            "child_grade": ["五年级"],
            "subject": ["数学", "英语"],
        },
    ),
    (
        "刘女士 159 0012 9033 上海浦东 孩子初二 想补物理",
        {
            "phone": [FIRST],
            "name": ["刘女士"],
            "city": ["上海"],
            "child_grade": ["八年级"],
            "subject": ["物理"],
        },
    ),
    ("我叫赵敏，手机号壹伍玖零零壹贰玖零叁叁", {"phone": [FIRST], "name": ["赵敏"]}),
    (
        "15900129033微信也是这个号，我姓钱",
        {"phone": [FIRST], "wechat": [FIRST], "name": ["钱"]},
    ),
    ("可以加微信聊吗？我的是 wangxiaoer66", {"wechat": ["wangxiaoer66"]}),
    (
        "一年预算一万左右，不要超过一万二",
        {"budget": [Budget(10000, 10000), Budget(None, 12000)]},
    ),
    ("我在苏州工业园区上班，家住昆山", {"city": ["昆山", "苏州"]}),
    (
        "我们是做教育培训的，公司叫青禾文化传播有限公司，我是负责人周凯",
        {"name": ["周凯"], "company": ["青禾文化传播有限公司"]},
    ),
    ("我是华为的员工", {"company": ["华为"]}),
    ("您好，我是来自武汉的陈女士", {"name": ["陈女士"], "city": ["武汉"]}),
    ("从老家长沙来北京打拼", {"city": ["北京"]}),
    ("电话 139 0013 9000 / 159 0012 9033", {"phone": [SECOND, FIRST]}),
    ("孩子喜欢画画和跳舞，不喜欢弹钢琴", {"subject": ["美术", "舞蹈"]}),
    ("我教数学的", {}),
    ("我家宝贝5周岁半，中班", {"child_grade": ["中班"], "age": [5]}),
    ("一个月两三百块钱可以接受", {"budget": [Budget(200, 300)]}),
    ("人均500的预算", {"budget": [Budget(500, 500)]}),
    ("本人王建军，男，45岁，杭州", {"name": ["王建军"], "city": ["杭州"], "age": [45]}),
    ("电话给你留一个吧 一五九 零零一二 九零三三", {"phone": [FIRST]}),
    ("林小姐：15900129033", {"phone": [FIRST], "name": ["林小姐"]}),
    ("我手机丢了，现在用这个13900139000，原来159那个停用了", {"phone": [SECOND]}),
    ("之前留的15900129033是我先生的，改成我的13900139000", {"phone": [SECOND]}),
    ("❤️信同号13900139000", {"phone": [SECOND], "wechat": [SECOND]}),
    ("电话/微信：13900139000", {"phone": [SECOND], "wechat": [SECOND]}),
    ("手机(微信)：13900139000", {"phone": [SECOND], "wechat": [SECOND]}),
    ("13900139000（同v）", {"phone": [SECOND], "wechat": [SECOND]}),
    ("139，三个零，13，九零零零", {}),
    ("159，两个零，一二，九零三三", {"phone": [FIRST]}),
    ("Tel: (86) 139 0013 9000", {"phone": [SECOND]}),
    ("名字：Lily Wang", {"name": ["Lily Wang"]}),
    ("我是一名老师，姓何", {"name": ["何"]}),
    (
        "学员姓名陈小北，家长陈大伟13900139000",
        {"phone": [SECOND], "name": ["陈大伟", "陈小北"]},
    ),
    ("我是宁波海川国际贸易的周总", {"name": ["周总"], "company": ["宁波海川国际贸易"]}),
    ("坐标：新疆乌鲁木齐", {"city": ["乌鲁木齐"]}),
    ("去过北京上海", {}),
    ("五千到八千之间都能接受", {"budget": [Budget(5000, 8000)]}),
    ("预算8000到5000", {}),
    ("我预算不多，一两千吧", {"budget": [Budget(1000, 2000)]}),
    ("今年刚满18", {"age": [18]}),
    ("今年200了", {}),
    ("孩子小四了", {"child_grade": ["四年级"]}),
    ("正月初三上课吗", {}),
    ("住安康市", {"city": ["安康"]}),
    ("祝您安康", {}),
    ("客服热线021-68804868", {}),
    ("abc15900129033", {}),
    ("15900129033abc", {}),
    ("在吗", {}),
    ("15900129033，名字写方圆", {"phone": [FIRST], "name": ["方圆"]}),
    ("孩子奶奶接送，她电话13900139000，我15900129033", {"phone": [FIRST, SECOND]}),
    (
        "给孩子报围棋，五岁，预算一千五一学期",
        {"age": [5], "subject": ["围棋"], "budget": [Budget(1500, 1500)]},
    ),
    ("微信搜15900129033能找到我", {"phone": [FIRST], "wechat": ["15900129033"]}),
    ("我是周周妈妈", {}),
    ("我是王妈妈", {"name": ["王妈妈"]}),
    ("我不在广州了，搬到佛山了", {"city": ["佛山"]}),
    ("不要打13900139000那是我爱人的，打15900129033", {"phone": [FIRST]}),
]


@pytest.mark.parametrize(("text", "expected"), MESSAGES)
def test_reads_whole_messages(text: str, expected: dict[str, list[object]]) -> None:
    assert said(text) == expected


def test_a_child_s_name_is_marked_as_the_child_s() -> None:
    (name,) = extract_fields("孩子大名叫张梓涵").name
    assert (name.value, name.owner) == ("张梓涵", Owner.CHILD)


def test_the_corp_s_own_words_come_from_its_lexicon() -> None:
    lexicon = replace(
        default_lexicon(),
        subjects={"火箭营": ("航模",)},
        cities={"江南": "无锡"},
        own_names=frozenset({"青禾教育集团"}),
    )
    found = extract_fields("青禾教育集团的火箭营，我在江南", lexicon)
    assert [f.value for f in found.subject] == ["航模"]
    assert [f.value for f in found.city] == ["无锡"]
    assert found.company == ()


def test_no_field_has_more_values_than_anybody_gives() -> None:
    found = extract_fields("，".join(f"1590012{number:04d}" for number in range(9000, 9100)))
    assert len(found.phone) == 20


@given(st.text(max_size=150))
def test_evidence_lies_in_the_text_and_confidence_between_0_and_1(text: str) -> None:
    found = extract_fields(text)
    for field in fields(Fields):
        for finding in getattr(found, field.name):
            assert 0 <= finding.span.start < finding.span.end <= len(text)
            assert 0 < finding.confidence <= 1
