from __future__ import annotations

import pytest

from domain.chat.lexicon import default_lexicon
from domain.chat.people import name_at, titled_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张三说想报名", "张三"),
        ("张三丰说想报名", "张三丰"),
        ("李四关机", "李四"),
        ("韩梅梅报名成功", "韩梅梅"),
        ("欧阳雪没接", "欧阳雪"),
        ("李女士约了", "李女士"),
        ("水女士问了", "水女士"),
        ("王总要合同", "王总"),
        ("张三妈妈说", "张三妈妈"),
        ("小李妈妈说", "小李妈妈"),
        ("Tom 约了", "Tom"),
        ("13800138000 空号", "13800138000"),
        ("L12 回访", "L12"),
        ("卫国强，交了定金", "卫国强"),
        ("苏有朋交了押金", "苏有朋"),
    ],
)
def test_finds_the_name_at_the_start(text: str, name: str) -> None:
    found = name_at(text, 0, default_lexicon())
    assert found is not None
    assert found.text == name
    assert found.span.cut(text) == name


@pytest.mark.parametrize(
    "text", ["", "周三见", "高三学生", "马上来", "连打三次", "上海的", "数学班", "这位女士", "明天"]
)
def test_sees_no_name_in_other_words(text: str) -> None:
    assert name_at(text, 0, default_lexicon()) is None


def test_finds_a_title_anywhere() -> None:
    found = titled_in("沈阳的那个李总要方案", default_lexicon())
    assert found is not None
    assert found.text == "李总"
    assert titled_in("那个老师不错", default_lexicon()) is None
