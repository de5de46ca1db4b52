"""Company names that mean one firm, and those that do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching.company import (
    NO_ALIASES,
    CompanyMatch,
    alias_table,
    blocks_of,
    company_key,
    compare_companies,
    refuse_alias,
)

ALIASES = alias_table({"北京纷扬科技有限公司": ("纷享销客",)})
NAMES = ("北京纷扬科技有限公司", "纷扬科技", "上海小米贸易公司", "湖北环保设计公司", "Apple", "")


@pytest.mark.parametrize(
    "other",
    [
        "北京纷扬",
        "纷扬科技",
        "纷享销客",
        "北京市纷扬科技有限责任公司",
        "北京纷扬科技有限公司上海分公司",
        "纷扬（北京）科技",
    ],
)
def test_spellings_of_one_firm_are_the_same(other: str) -> None:
    match, likeness = compare_companies(ALIASES.key("北京纷扬科技有限公司"), ALIASES.key(other))
    assert (match, likeness) == (CompanyMatch.SAME, 1.0)


@pytest.mark.parametrize(
    "other", ["上海纷扬科技有限公司", "北京纷扬餐饮管理有限公司", "上海纷扬餐饮"]
)
def test_one_brand_in_another_place_or_trade_is_for_a_human(other: str) -> None:
    match, _ = compare_companies(company_key("北京纷扬科技有限公司"), company_key(other))
    assert match is CompanyMatch.LIKELY


def test_a_mistyped_brand_is_likely_and_another_one_is_not() -> None:
    brand = company_key("新东方教育科技")
    assert compare_companies(brand, company_key("新东芳教育"))[0] is CompanyMatch.LIKELY
    assert compare_companies(brand, company_key("好未来教育科技"))[0] is CompanyMatch.APART


def test_without_the_alias_a_product_is_another_firm() -> None:
    one, other = NO_ALIASES.key("北京纷扬科技有限公司"), NO_ALIASES.key("纷享销客")
    assert compare_companies(one, other)[0] is CompanyMatch.APART


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北京纷扬科技有限公司", "北京纷杨科技"),
        ("纷扬", "芬扬"),
        ("纷扬", "分羊"),
        ("上海森茂贸易", "上海申茂贸易"),
        ("藤迅云", "腾讯云"),
    ],
)
def test_brands_that_sound_alike_are_likely_one_that_was_mistyped(one: str, other: str) -> None:
    match, likeness = compare_companies(company_key(one), company_key(other))
    assert match is CompanyMatch.LIKELY
    assert likeness >= 0.8
    assert set(blocks_of(company_key(one))) & set(blocks_of(company_key(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("纷扬", "华扬"),
        ("纷扬", "扬纷"),
        ("北京纷扬科技", "上海纷杨科技"),
        ("华", "花"),
        ("纷扬", "纷扬扬"),
    ],
)
def test_other_brands_of_two_characters_are_apart(one: str, other: str) -> None:
    assert compare_companies(company_key(one), company_key(other))[0] is CompanyMatch.APART


def test_whoever_is_the_same_or_likely_shares_a_block() -> None:
    for one, other in (("新东方教育", "北京新东方"), ("新东方教育科技", "新东芳教育")):
        assert set(blocks_of(company_key(one))) & set(blocks_of(company_key(other)))
    assert not list(blocks_of(company_key("")))


@given(st.sampled_from(NAMES) | st.text(max_size=12), st.sampled_from(NAMES) | st.text(max_size=12))
@settings(max_examples=60)
def test_comparing_does_not_depend_on_the_order(one: str, other: str) -> None:
    left, right = company_key(one), company_key(other)
    assert compare_companies(left, right) == compare_companies(right, left)


def test_traditional_and_simplified_are_one_spelling() -> None:
    assert company_key("華為技術有限公司") == company_key("华为技术有限公司")


BRANDS = ("青梧", "小梧桐", "梧桐课堂", "云雀", "百灵")


@given(st.lists(st.tuples(st.sampled_from(BRANDS), st.sampled_from(BRANDS)), max_size=8))
def test_aliases_that_were_not_refused_make_groups_whatever_their_order(
    pairs: list[tuple[str, str]],
) -> None:
    aliases, groups = NO_ALIASES, {brand: {brand} for brand in BRANDS}
    for company, name in pairs:
        if refuse_alias(aliases, company, name) is None:
            aliases = aliases.also([(company, name)])
            together = groups[company] | groups[name]
            groups |= dict.fromkeys(together, together)
    for one in BRANDS:
        for other in BRANDS:
            is_same = aliases.key(one).brand == aliases.key(other).brand
            assert is_same == (other in groups[one])
