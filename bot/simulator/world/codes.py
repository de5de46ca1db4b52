"""Codes that live for a while and can be used once: welcome, card, event, login codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from bot.simulator.world.ids import Ids

T = TypeVar("T")


class CodeFault(StrEnum):
    """Why a code was refused."""

    UNKNOWN = "unknown"
    LATE = "late"
    USED = "used"


@dataclass(slots=True)
class _Issued(Generic[T]):
    payload: T
    until: datetime
    is_used: bool = False


class Codes(Generic[T]):
    """One family of single-use codes, each standing for a payload."""

    def __init__(self, ids: Ids, prefix: str) -> None:
        """Write codes as ``prefix`` and an id."""
        self._ids = ids
        self._prefix = prefix
        self._issued: dict[str, _Issued[T]] = {}

    def issue(self, payload: T, now: datetime, life: timedelta) -> str:
        """Return a fresh code for ``payload`` that dies at ``now + life``."""
        code = self._ids.word(self._prefix)
        self._issued[code] = _Issued(payload, now + life)
        return code

    def look(self, code: str, now: datetime) -> T | CodeFault:
        """Return what the code stands for without using it up, or why it is refused."""
        issued = self._issued.get(code)
        if issued is None:
            return CodeFault.UNKNOWN
        if issued.is_used:
            return CodeFault.USED
        return issued.payload if now <= issued.until else CodeFault.LATE

    def redeem(self, code: str, now: datetime) -> T | CodeFault:
        """Like :meth:`look`, and use the code up."""
        found = self.look(code, now)
        if not isinstance(found, CodeFault):
            self._issued[code].is_used = True
        return found
