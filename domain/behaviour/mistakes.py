"""What is wrong with an expression that somebody wrote, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from rapidfuzz.distance import OSA

from domain.errors import ClewError


class Words(Protocol):
    """The texts that users read, by key."""

    def get(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its placeholders filled."""


#: Below this likeness (0–1) a known word is not suggested.
_LIKE_ENOUGH = 0.5
#: Values that are the code of a type.
_TYPES = frozenset({"wanted", "found", "left", "right"})
#: An offending text is quoted up to this many characters.
_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text: characters ``start`` to ``end``; line and column count from 1."""

    start: int
    end: int
    line: int
    column: int


#: Where each node of a tree was written, by its identity.
Spans = Mapping[int, Span]
NO_SPANS: Spans = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: a stable ``code`` (a key of ``behaviour.mistake`` in ``config/texts.zh.toml``).

    ``line`` and ``column`` count characters from 1 and are 0 where an expression
    did not come from text. ``text`` is the piece that is wrong, ``hint`` the
    known word most like it, ``values`` what else the sentence needs.
    """

    code: str
    line: int = 0
    column: int = 0
    text: str = ""
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """Return everything that a sentence about it may mention."""
        place = {"line": str(self.line), "column": str(self.column)}
        return {**self.values, **place, "text": self.text, "hint": self.hint}

    def in_words(self, words: Words) -> str:
        """Return place, mistake and remedy in one sentence of the users' language."""
        fields = self.fields()
        for name in _TYPES & fields.keys():
            fields[name] = words.get(f"behaviour.type.{fields[name]}")
        sentence = words.get(f"behaviour.mistake.{self.code}", **fields)
        if self.hint:
            sentence += words.get("behaviour.perhaps", **fields)
        if not self.text:
            return sentence
        place = "behaviour.at" if self.line else "behaviour.about"
        return words.get(place, **fields | {"sentence": sentence})


def mistake_at(
    span: Span | None,
    source: str,
    code: str,
    *,
    hint: str = "",
    values: Mapping[str, str] | None = None,
) -> Mistake:
    """Return the mistake about a piece of ``source``."""
    values = values or {}
    if span is None:
        return Mistake(code, text=values.get("name", ""), hint=hint, values=values)
    return Mistake(
        code, span.line, span.column, quoted(source[span.start : span.end]), hint, values
    )


def quoted(text: str) -> str:
    """Return ``text`` in one line, cut where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _QUOTED else f"{flat[: _QUOTED - 1]}…"


class LanguageError(ClewError):
    """An expression of the behaviour language is wrong."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        """Remember all mistakes, in the order of the text."""
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column)))
        super().__init__("", reason="; ".join(map(_in_english, self.mistakes)))


def _in_english(mistake: Mistake) -> str:
    place = f" at {mistake.line}:{mistake.column}" if mistake.line else ""
    hint = f" (perhaps {mistake.hint})" if mistake.hint else ""
    return f"{mistake.code.replace('_', ' ')}{place} {mistake.text!r}{hint}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like ``word``, or ``""`` when none is much like it.

    Likeness is the share of characters that need no edit; of equals one as long is preferred.
    """
    wanted = word.casefold()
    scored = [
        (OSA.normalized_similarity(wanted, other.casefold()), -abs(len(word) - len(other)), other)
        for other in set(known)
    ]
    likeness, _, found = max(scored, default=(0.0, 0, ""))
    return found if likeness >= _LIKE_ENOUGH else ""


def sentences(error: LanguageError, words: Words) -> str:
    """Return all mistakes of an error in the users' language, one in a line."""
    return "\n".join(mistake.in_words(words) for mistake in error.mistakes)
