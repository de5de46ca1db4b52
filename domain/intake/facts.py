"""What is said of a person in a field, in the form in which it is kept."""

from __future__ import annotations

from domain.cleaning.company import normalise_company
from domain.cleaning.name import name_of
from domain.cleaning.text import clean_text
from domain.matching.profile import COMPANY
from domain.values import Refusal

#: Refusals of a company that says nothing: 个人, 无, a row of dots.
_NOTHING = frozenset({"company_missing", "company_invalid"})


def cleaned(name: str, value: str) -> str:
    """Return the value of a field without blanks around it, a company in its one form.

    Empty when it says nothing. A name too long for a company is kept as it is: it may
    hold something that people want to read.
    """
    value = value.strip()
    if name != COMPANY or not value:
        return value
    company = normalise_company(value)
    if not isinstance(company, Refusal):
        return company
    return "" if company.code in _NOTHING else value


def called(raw: str) -> str:
    """Return what somebody is called, in one form: 张三 for 張 三先生.

    Empty for what says nothing (微信用户, 测试). A nickname that is no name of a person is kept
    as it is written, without blanks too many.
    """
    name = name_of(raw)
    if not isinstance(name, Refusal):
        return name
    return "" if name.code == "name_missing" else clean_text(raw)
