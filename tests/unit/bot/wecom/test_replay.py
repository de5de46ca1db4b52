"""Signatures and the bodies they came with."""

from __future__ import annotations

from datetime import timedelta

from bot.wecom.codec import Signature
from bot.wecom.replay import WINDOW, ReplayGuard
from tests.factories import NOW

FIRST = Signature("a" * 40, "1700000000", "n1")
OTHER = Signature("b" * 40, "1700000000", "n2")


def test_the_same_body_always_passes() -> None:
    guard = ReplayGuard()
    for _ in range(3):
        assert not guard.has_other_body(FIRST, b"body", NOW)
        guard.remember(FIRST, b"body", NOW)


def test_another_body_under_an_accepted_signature_is_found_out() -> None:
    guard = ReplayGuard()
    guard.remember(FIRST, b"body", NOW)

    assert guard.has_other_body(FIRST, b"forged", NOW + timedelta(minutes=9))
    assert not guard.has_other_body(OTHER, b"forged", NOW)


def test_a_signature_is_forgotten_after_the_window() -> None:
    guard = ReplayGuard()
    guard.remember(FIRST, b"body", NOW)
    guard.remember(FIRST, b"body", NOW + timedelta(minutes=5))

    assert not guard.has_other_body(FIRST, b"later", NOW + WINDOW)


def test_a_signature_seen_again_after_the_window_starts_anew() -> None:
    guard = ReplayGuard()
    guard.remember(FIRST, b"body", NOW)
    guard.remember(FIRST, b"second", NOW + WINDOW)

    assert guard.has_other_body(FIRST, b"body", NOW + WINDOW)
    assert not guard.has_other_body(FIRST, b"second", NOW + WINDOW)


def test_it_never_grows_beyond_its_capacity_and_drops_the_oldest() -> None:
    guard = ReplayGuard(capacity=10)
    signatures = [Signature(f"{n:040d}", "1700000000", "n") for n in range(25)]
    for signature in signatures:
        guard.remember(signature, b"body", NOW)

    assert len(guard._seen) == 10
    assert not guard.has_other_body(signatures[0], b"x", NOW)
    assert guard.has_other_body(signatures[-1], b"x", NOW)
