"""A message as the readers see it: folded, with positions of the original."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.text import fold
from domain.swift import swift

#: Signs that end a clause, after folding.
CLAUSE_END = re.compile(r"[,。!?;\n…~、]")
_CLAUSE_REACH = 60


@swift
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Positions ``start`` (inclusive) to ``end`` (exclusive) in the message as typed."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share a character."""
        return self.start < other.end and other.start < self.end

    def cut(self, text: str) -> str:
        """Return the part of ``text`` that the span covers."""
        return text[self.start : self.end]


@swift
@dataclass(frozen=True, slots=True)
class Passage:
    """The message as typed (``original``) and folded (``text``); both of one length."""

    original: str
    text: str

    @classmethod
    def of(cls, original: str) -> Passage:
        """Fold a message."""
        return cls(original, fold(original))

    def before(self, position: int, reach: int) -> str:
        """Return up to ``reach`` folded characters before ``position``."""
        return self.text[max(0, position - reach) : position]

    def after(self, position: int, reach: int) -> str:
        """Return up to ``reach`` folded characters from ``position`` on."""
        return self.text[position : position + reach]

    def clause_before(self, position: int, reach: int = _CLAUSE_REACH) -> str:
        """Like :meth:`before`, but no further back than the clause begins."""
        window = self.before(position, reach)
        ends = [found.end() for found in CLAUSE_END.finditer(window)]
        return window[ends[-1] :] if ends else window

    def clause_after(self, position: int, reach: int = _CLAUSE_REACH) -> str:
        """Like :meth:`after`, but no further than the clause ends."""
        window = self.after(position, reach)
        found = CLAUSE_END.search(window)
        return window[: found.start()] if found else window
