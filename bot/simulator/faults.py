"""Faults on demand: rules that spoil the answers of chosen endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What goes wrong."""

    #: The call takes ``seconds`` (real) longer, then goes on as usual.
    SLOW = "slow"
    #: HTTP ``status`` (502 …) without any effect.
    HTTP_ERROR = "http_error"
    #: HTTP 200 with ``errcode`` without any effect.
    ERRCODE = "errcode"
    #: The call takes effect, its JSON breaks off half way.
    TRUNCATED = "truncated"
    #: The call takes effect, the connection closes without an answer.
    LOST_ANSWER = "lost_answer"


@dataclass(slots=True)
class Fault:
    """A rule: which calls (a glob over the path, ``*/message/send``) and how often.

    ``after`` calls go through first; then ``times`` calls are spoilt (None = all).
    """

    kind: FaultKind
    path: str = "*"
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    status: int = 502
    errcode: int = -1

    def takes(self, path: str) -> bool:
        """Tell whether this call is to be spoilt, and count it."""
        if self.times == 0 or not fnmatchcase(path, self.path):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The rules in force, applied in the order they were added."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Put a rule into force."""
        self.rules.append(fault)

    def clear(self) -> None:
        """Drop all rules."""
        self.rules.clear()

    def hits(self, path: str) -> list[Fault]:
        """Return the rules that spoil this call."""
        return [rule for rule in self.rules if rule.takes(path)]
