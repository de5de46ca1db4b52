"""A company's name is kept in one form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cleaning.company import normalise_company
from domain.values import Refusal


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("北京纷扬科技有限公司", "北京纷扬科技有限公司"),
        (" 纷扬科技（北京） 有限公司 ", "纷扬科技(北京)有限公司"),
        ("紛揚科技【北京】有限公司", "纷扬科技(北京)有限公司"),
        ("ＡＢＣ　Trading  Co., Ltd.", "ABC Trading Co., Ltd"),
        ("中国银行 上海分行", "中国银行上海分行"),
    ],
)
def test_one_form(raw: str, name: str) -> None:
    assert normalise_company(raw) == name


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "company_missing"),
        ("个人", "company_missing"),
        ("N/A", "company_missing"),
        ("12345", "company_invalid"),
        ("长" * 121, "company_too_long"),
    ],
)
def test_what_is_no_company_is_refused(raw: str, code: str) -> None:
    assert normalise_company(raw) == Refusal(code)


@given(st.text(alphabet="纷揚 科技（）()[]【】　AＢb.,-", max_size=20))
@settings(max_examples=200)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = normalise_company(raw)
    if isinstance(once, str):
        assert normalise_company(once) == once
