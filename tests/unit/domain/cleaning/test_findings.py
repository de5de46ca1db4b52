"""What is missing or contradicts itself is named, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.texts import load_texts
from domain.cleaning.findings import findings_of

TEXTS = load_texts()
WHOLE = {"name": "张三", "city": "上海", "age": "9", "child_grade": "三年级"}


@pytest.mark.parametrize(
    ("fields", "phones", "emails", "codes"),
    [
        (WHOLE, ["13900001234"], ["a@clew.cn"], []),
        ({}, [], [], ["name_missing", "contact_missing"]),
        (WHOLE | {"name": " "}, ["13900001234"], [], ["name_missing"]),
        (WHOLE | {"wechat": "zhang3"}, [], [], []),
        (WHOLE, ["13800138000"], [], ["phone_fake"]),
        (WHOLE, ["11111111111"], [], ["phone_unknown_segment"]),
        (WHOLE, ["17012345670"], [], ["phone_virtual"]),
        (WHOLE, ["16500001234"], [], ["phone_virtual"]),
        (WHOLE, ["13900001234", "+8613900001234"], [], []),
        (WHOLE, ["13900001234", "13900001235"], [], ["phones_differ"]),
        (WHOLE, ["010-62781234"], [], ["city_contradicts_phone"]),
        (WHOLE, ["021-62781234"], [], []),
        (WHOLE, ["1390000123"], [], ["phone_wrong_length"]),
        (WHOLE, [], ["zhang@gamil.com"], ["email_mistyped"]),
        (WHOLE, [], ["zhang@"], ["email_invalid"]),
        (WHOLE | {"age": "17"}, ["13900001234"], [], ["age_contradicts_grade"]),
        (WHOLE | {"age": "10"}, ["13900001234"], [], []),
    ],
)
def test_what_is_wrong_is_named(
    fields: dict[str, str], phones: list[str], emails: list[str], codes: list[str]
) -> None:
    assert [finding.code for finding in findings_of(fields, phones, emails)] == codes


_FIELDS = st.dictionaries(
    st.sampled_from(["name", "city", "age", "child_grade", "wechat"]),
    st.sampled_from(["", "张三", "北京", "9", "三年级", "高三", "x"]),
)
_PHONES = st.lists(
    st.sampled_from(["13900001234", "17012345670", "010-62781234", "1", "13800138000"]), max_size=3
)
_EMAILS = st.lists(st.sampled_from(["a@b.cn", "a@gamil.com", "@", "test@test.com"]), max_size=2)


@given(_FIELDS, _PHONES, _EMAILS)
@settings(max_examples=100)
def test_every_finding_is_named_once_the_same_each_time_and_has_its_words(
    fields: dict[str, str], phones: list[str], emails: list[str]
) -> None:
    found = findings_of(fields, phones, emails)
    assert found == findings_of(fields, phones, emails)
    assert len(set(found)) == len(found)
    for finding in found:
        assert TEXTS.get(f"finding.{finding.code}")
        assert f"field.{finding.field}" in TEXTS
