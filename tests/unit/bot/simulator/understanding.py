"""Clew's own parser on what arrived at the listener."""

from __future__ import annotations

from bot.wecom.parse import parse
from handlers.updates import Unknown, Update
from tests.unit.bot.simulator.listening_clew import ListeningClew


def updates(clew: ListeningClew, source: str) -> list[Update]:
    """Parse what arrived; nothing the stand-in sends may be unknown to Clew."""
    found = [parse(source, arrived.plaintext) for arrived in clew.arrived]
    assert [u for u in found if isinstance(u, Unknown)] == []
    return found
