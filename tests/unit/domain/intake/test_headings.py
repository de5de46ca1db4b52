from __future__ import annotations

import pytest

from domain.intake.headings import folded, guess_mapping

LABELS = {
    "city": "城市",
    "child_grade": "年级",
    "remark": "备注",
    "phone": "电话",
    "company": "公司",
}


def test_usual_headings_are_understood() -> None:
    header = (
        "* 客户姓名",
        "手机号（必填）",
        "WeChat ID",
        "E-mail",
        "用户ID",
        "线索来源",
        "提交时间",
    )
    mapping = guess_mapping((*header, "所在城市", "孩子年级", "身份证号"), LABELS, "crm")
    assert (mapping.source, mapping.name, mapping.phone, mapping.wechat, mapping.email) == (
        "crm",
        *header[:4],
    )
    assert (mapping.uid, mapping.channel, mapping.at) == header[4:]
    assert mapping.attributes == {"city": "所在城市", "child_grade": "孩子年级"}


def test_the_first_column_of_a_meaning_counts() -> None:
    assert guess_mapping(("电话", "手机号"), LABELS, "crm").phone == "电话"


@pytest.mark.parametrize(
    "heading", ["手机号", " 手 机 号 ", "手机号*", "手机号（必填）", "手机号(11位):"]
)
def test_marks_and_brackets_do_not_count(heading: str) -> None:
    assert folded(heading) == "手机号"
