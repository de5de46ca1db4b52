"""Single-use codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.simulator.world.codes import CodeFault, Codes
from bot.simulator.world.ids import Ids

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
LIFE = timedelta(seconds=20)


def test_code_is_redeemed_once_within_its_life() -> None:
    codes: Codes[str] = Codes(Ids("r"), "WC")
    code = codes.issue("payload", START, LIFE)
    assert codes.look(code, START) == "payload"
    assert codes.redeem(code, START + LIFE) == "payload"
    assert codes.redeem(code, START) is CodeFault.USED


def test_late_and_unknown_codes_are_told_apart() -> None:
    codes: Codes[str] = Codes(Ids("r"), "WC")
    code = codes.issue("payload", START, LIFE)
    assert codes.redeem(code, START + LIFE + timedelta(seconds=1)) is CodeFault.LATE
    assert codes.redeem("WCinvented", START) is CodeFault.UNKNOWN
    assert codes.redeem(code, START) == "payload"
