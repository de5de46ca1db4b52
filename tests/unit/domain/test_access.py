from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import SKEW, ApiKey, Scope, SignedCall, is_signed, scopes_of, sign
from tests.factories import NOW

SECRET = b"secret of a partner"
CALL = SignedCall(
    "POST", "/api/v1/leads?dry=1", str(int(NOW.timestamp())), "nonce-0001", b'{"a":1}'
)


def test_what_is_signed_is_six_lines() -> None:
    assert CALL.text().decode().split("\n") == [
        "CLEW1-HMAC-SHA256",
        "POST",
        "/api/v1/leads?dry=1",
        str(int(NOW.timestamp())),
        "nonce-0001",
        "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
    ]


def test_a_signature_fits_its_call_in_either_case() -> None:
    signature = sign(SECRET, CALL)
    assert is_signed(SECRET, CALL, signature)
    assert is_signed(SECRET, CALL, signature.upper())


@pytest.mark.parametrize(
    "other",
    [
        {"method": "PUT"},
        {"target": "/api/v1/leads"},
        {"timestamp": str(int(NOW.timestamp()) + 1)},
        {"nonce": "nonce-0002"},
        {"body": b'{"a":2}'},
    ],
)
def test_a_signature_fits_no_other_call(other: dict[str, object]) -> None:
    assert not is_signed(SECRET, replace(CALL, **other), sign(SECRET, CALL))  # type: ignore[arg-type]


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_no_other_word_is_the_signature(word: str) -> None:
    assert not is_signed(SECRET, CALL, word)


@pytest.mark.parametrize(
    ("seconds", "is_fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_a_call_is_fresh_within_the_skew(seconds: int, is_fresh: bool) -> None:
    assert CALL.is_fresh(NOW + timedelta(seconds=seconds)) is is_fresh
    assert timedelta(seconds=300) == SKEW


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "١٢٣", "17724024000000"])
def test_a_timestamp_that_is_none_is_not_fresh(timestamp: str) -> None:
    assert not replace(CALL, timestamp=timestamp).is_fresh(NOW)


def test_a_revoked_key_may_nothing() -> None:
    key = ApiKey("ck_1", "x", "crm", frozenset({Scope.LEADS_READ}), 60, NOW, SECRET)
    assert key.may(Scope.LEADS_READ)
    assert not key.may(Scope.LEADS_WRITE)
    assert not replace(key, revoked_at=NOW).may(Scope.LEADS_READ)
    assert "partner" not in repr(key)


def test_an_unknown_scope_is_named() -> None:
    assert scopes_of(["collect"]) == {Scope.COLLECT}
    with pytest.raises(ValueError, match="leads:delete"):
        scopes_of(["leads:delete"])
