"""A fault in force: what it has seen, when it comes up, whom it strikes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import msgspec

from bot.simulator.faults.codes import Place, meaning_at
from bot.simulator.faults.fault import Fault, FaultKind
from bot.simulator.moments import SlidingCount

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at: a call (``place``) or a callback, and whom it names, case-folded."""

    path: str
    accounts: frozenset[str]
    receivers: frozenset[str]
    place: Place | None = None


@dataclass(slots=True)
class Rule:
    """A fault in force with its counters.

    ``seen`` counts what matched, ``spent`` what was struck by its own turn, ``struck``
    also what the aftermath refused.
    """

    id: int
    fault: Fault
    dice: random.Random
    seen: int = 0
    spent: int = 0
    struck: int = 0
    #: Messages shown per window, for SILENT_DROP.
    shown: SlidingCount = field(init=False)

    def __post_init__(self) -> None:
        """Count messages against the fault's own bound."""
        above = self.fault.value("above") if self.fault.kind is FaultKind.SILENT_DROP else 0
        self.shown = SlidingCount(int(above), MINUTE)

    def concerns(self, subject: Subject, now: datetime) -> bool:
        """Tell whether everything the fault says about its victim holds."""
        fault = self.fault
        return (
            fault.kind.is_of_callbacks == (subject.place is None)
            and fnmatchcase(subject.path, fault.path)
            and (not fault.account or fault.account.casefold() in subject.accounts)
            and (not fault.receiver or fault.receiver.casefold() in subject.receivers)
            and (fault.start is None or fault.start <= now)
            and (fault.until is None or now < fault.until)
            and self._can_occur(subject.place)
        )

    def _can_occur(self, place: Place | None) -> bool:
        if self.fault.kind is not FaultKind.ERRCODE or place is None:
            return True
        return meaning_at(int(self.fault.value("errcode")), place) is not None

    def comes_up(self) -> bool:
        """Count one that matched and tell whether it is its turn."""
        self.seen += 1
        turn = self.seen - self.fault.after
        # Drawn for each one seen, so that the n-th call meets the same number again.
        is_drawn = self.fault.probability >= 1 or self.dice.random() < self.fault.probability
        is_left = self.fault.limit is None or self.spent < self.fault.limit
        return turn > 0 and turn % self.fault.every == 0 and is_drawn and is_left

    def strike(self) -> None:
        """Count one struck by its own turn."""
        self.spent += 1
        self.struck += 1

    def as_json(self) -> dict[str, object]:
        """Return the rule as it was given, with its id and counters."""
        limit = self.fault.limit
        return {
            **msgspec.to_builtins(self.fault),
            "id": self.id,
            "seen": self.seen,
            "struck": self.struck,
            "left": None if limit is None else limit - self.spent,
        }
