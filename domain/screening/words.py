"""Sensitive words 敏感词: a list of tens of thousands, found in a few microseconds.

The typed door to ``ahocorasick-rs`` (decision record on word lists): words and texts
are compared by their :mod:`skeleton <domain.cleaning.skeleton>`, so that a word is
found however it is disguised, and shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahocorasick_rs import AhoCorasick, Implementation

from domain.cleaning.skeleton import BREAK, Run, runs, skeleton

_LATIN = re.compile(r"[A-Za-z]")
_URL = re.compile(r"(?:https?://|www\.)[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+", re.ASCII)


class HitKind(StrEnum):
    """What was found."""

    WORD = "word"
    DIGITS = "digits"
    EMAIL = "email"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Word:
    """An entry of a list. With ``is_allowed`` it is an exception: nothing within it is a hit."""

    text: str
    category: str = ""
    is_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that was found: as listed (``word``) and as typed, from ``start`` to ``end``."""

    word: str
    category: str
    typed: str
    start: int
    end: int
    kind: HitKind = HitKind.WORD


@dataclass(frozen=True, slots=True)
class WordOptions:
    """How words are found.

    ``whole_english``: a word of Latin letters is not found inside a longer one.
    ``digits_from``: so many digits in a row, in whatever script, are a hit (0: never);
    ``emails`` and ``urls`` are hits too.
    """

    whole_english: bool = True
    digits_from: int = 0
    emails: bool = False
    urls: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """A listed word and how often it has each of its signs, where that is more than once."""

    word: Word
    lengths: tuple[int, ...] = ()

    def fits(self, found: Sequence[Run]) -> bool:
        """Tell whether each sign was typed at least as often as the word has it."""
        return not self.lengths or all(
            run.length >= wanted for run, wanted in zip(found, self.lengths, strict=True)
        )


class WordList:
    """A compiled list; building one of 60,000 words takes some tenths of a second."""

    __slots__ = ("_automaton", "_entries", "_options", "size")

    def __init__(self, words: Iterable[Word] = (), options: WordOptions | None = None) -> None:
        """Compile; entries without any letter or digit are passed over."""
        self._options = options or WordOptions()
        grouped: dict[str, list[_Entry]] = {}
        self.size = 0
        for word in words:
            if pattern := skeleton(word.text).replace(BREAK, ""):
                grouped.setdefault(pattern, []).append(_entry(word, pattern))
                self.size += 1
        self._entries = [tuple(group) for group in grouped.values()]
        # The dense automaton (DFA) is no faster and takes eight times the memory.
        self._automaton = AhoCorasick(
            list(grouped), store_patterns=False, implementation=Implementation.ContiguousNFA
        )

    def __bool__(self) -> bool:
        """Tell whether anything can be found at all."""
        options = self._options
        return bool(self._entries or options.digits_from or options.emails or options.urls)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Return the hits in ``text``, first to last, none inside another.

        Of those that begin together the longest stands.
        """
        found = list(self._words(text)) if self._may_hold_words(text) else []
        found += self._patterns(text)
        return _apart(found) if found else ()

    def _may_hold_words(self, text: str) -> bool:
        return bool(self._automaton.find_matches_as_indexes(skeleton(text)))

    def _words(self, text: str) -> Iterator[Hit]:
        signs = runs(text)
        bare = "".join(run.sign for run in signs)
        found: list[tuple[Word, int, int]] = []
        for number, first, last in self._automaton.find_matches_as_indexes(bare, overlapping=True):
            typed = signs[first:last]
            start, end = typed[0].start, typed[-1].end
            found += (
                (entry.word, start, end)
                for entry in self._entries[number]
                if entry.fits(typed) and self._stands_alone(text, start, end)
            )
        allowed = [(start, end) for word, start, end in found if word.is_allowed]
        for word, start, end in found:
            if not word.is_allowed and not _is_within(start, end, allowed):
                yield Hit(word.text, word.category, text[start:end], start, end)

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        """Refuse a word whose Latin edge goes on in a longer Latin word."""
        if not self._options.whole_english:
            return True
        edges = (text[start - 1 : start + 1] if start else "", text[end - 1 : end + 1])
        return not any(map(_are_latin, edges))

    def _patterns(self, text: str) -> Iterator[Hit]:
        options = self._options
        if options.emails:
            yield from _matches(_EMAIL, HitKind.EMAIL, text)
        if options.urls:
            yield from _matches(_URL, HitKind.URL, text)
        if options.digits_from:
            yield from _digits(text, options.digits_from)


def _entry(word: Word, pattern: str) -> _Entry:
    bare = [run for run in runs(word.text) if run.sign != BREAK]
    is_plain = len(bare) != len(pattern) or all(run.length == 1 for run in bare)
    return _Entry(word) if is_plain else _Entry(word, tuple(run.length for run in bare))


def _are_latin(edge: str) -> bool:
    """Tell whether two neighbours are both Latin letters, in whatever style."""
    return len(edge) > 1 and all(_LATIN.fullmatch(skeleton(character)) for character in edge)


def _is_within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _matches(pattern: re.Pattern[str], kind: HitKind, text: str) -> Iterator[Hit]:
    for found in pattern.finditer(text):
        yield Hit(kind.value, "", found[0], *found.span(), kind)


def _digits(text: str, at_least: int) -> Iterator[Hit]:
    """Yield rows of digits, in whatever script and with whatever between them but a break."""
    row: list[Run] = []
    for run in (*runs(text), Run(BREAK, 1, len(text), len(text))):
        if run.sign.isdigit():
            row.append(run)
            continue
        if sum(one.length for one in row) >= at_least:
            start, end = row[0].start, row[-1].end
            yield Hit(HitKind.DIGITS.value, "", text[start:end], start, end, HitKind.DIGITS)
        row.clear()


def _apart(found: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return those hits that do not overlap an earlier or, from the same place, longer one."""
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end, hit.word)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return tuple(kept)
