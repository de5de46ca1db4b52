"""Parts of company names; all firms are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.company_name import brand_of, read_company_name


@pytest.mark.parametrize(
    ("name", "place", "brand", "rest"),
    [
        ("宁波沐岚环境能源有限公司", "宁波", "沐岚", "环境能源有限公司"),
        ("广州市天河区青梧教育科技有限公司", "广州市天河区", "青梧", "教育科技有限公司"),
        ("昆山千灯镇禾野智能科技店", "昆山千灯镇", "禾野", "智能科技店"),
        ("苏州（中国）星屿软件有限公司", "苏州", "星屿", "软件有限公司"),
        ("云栎能源石家庄公司", "", "云栎", "能源石家庄公司"),
        ("澄屿控股邯郸分公司", "", "澄屿", "控股邯郸分公司"),
        ("湖北环保设计公司", "湖北", "", "环保设计公司"),
        ("成都乐家居网络科技有限公司", "成都", "乐家居", "网络科技有限公司"),
        ("上海 青 禾 文化传播有限公司", "上海", "青禾", "文化传播有限公司"),
        ("", "", "", ""),
    ],
)
def test_splits_a_full_name(name: str, place: str, brand: str, rest: str) -> None:
    company = read_company_name(name)
    assert (company.place, company.brand, company.rest) == (place, brand, rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州青屿网络科技有限公司", "青屿网络（杭州）有限公司"),
        ("北京沐岚教育咨询有限公司", "沐岚教育集团"),
    ],
)
def test_spellings_of_one_firm_share_the_brand(one: str, other: str) -> None:
    assert brand_of(one) == brand_of(other) != ""


@given(st.text(alphabet="北京市上海区县镇科技有限公司教育青禾岚()街道分 店", max_size=70))
def test_the_parts_are_the_name_again(name: str) -> None:
    company = read_company_name(name)
    parts = company.place + company.brand + company.rest
    assert set(parts) <= set(name)
