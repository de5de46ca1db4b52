"""E-mail addresses in one form, or refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cleaning.email import Email, normalise_email
from domain.values import Refusal


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("Zhang.San+edu@Clew.CN", "zhang.san+edu@clew.cn"),
        ("＜ｚｈａｎｇ＠ｃｌｅｗ．ｃｎ＞", "zhang@clew.cn"),
        ("mailto:a@mail.clew.com.cn。", "a@mail.clew.com.cn"),
        ("a@xn--fiqs8s.cn", "a@xn--fiqs8s.cn"),
    ],
)
def test_one_form(raw: str, address: str) -> None:
    assert normalise_email(raw) == Email(address)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "email_missing"),
        ("zhang", "email_invalid"),
        ("zhang@clew", "email_invalid"),
        ("zhang@@clew.cn", "email_invalid"),
        (".zhang@clew.cn", "email_invalid"),
        ("zh..ang@clew.cn", "email_invalid"),
        ("zhang@-clew.cn", "email_invalid"),
        ("zhang@clew.123", "email_invalid"),
        (f"{'a' * 65}@clew.cn", "email_too_long"),
        ("test@test.com", "email_fake"),
        ("who@example.com", "email_fake"),
    ],
)
def test_what_is_no_address_is_refused(raw: str, code: str) -> None:
    assert normalise_email(raw) == Refusal(code)


def test_the_host_that_was_meant_is_told_and_not_put_in_its_place() -> None:
    found = normalise_email("zhang@gamil.com")
    assert found == Email("zhang@gamil.com", "gmail.com")
    assert isinstance(found, Email)
    assert found.host == "gamil.com"


@given(st.text(alphabet="Aa1.@-＠＋ <>", max_size=16))
@settings(max_examples=200)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = normalise_email(raw)
    if isinstance(once, Email):
        assert normalise_email(once.address) == once
