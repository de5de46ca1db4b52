"""Sensitive words 敏感词: a list of tens of thousands, found in a few microseconds.

The typed door to ``ahocorasick-rs`` (decision record on word lists): words and texts
are compared by their :mod:`skeleton <domain.cleaning.skeleton>`, so that a word is
found however it is disguised, and shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahocorasick_rs import AhoCorasick, Implementation

from domain.cleaning.skeleton import (
    BREAK,
    Run,
    bare,
    collapsed,
    has_repeats,
    places,
    runs,
    skeleton,
)

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


class _Finder:
    """One automaton over words in one form."""

    __slots__ = ("_automaton", "_words", "finds")

    def __init__(self, words: Mapping[str, Sequence[Word]]) -> None:
        self._words = tuple(map(tuple, words.values()))
        # The dense automaton (DFA) is no faster and takes eight times the memory.
        self._automaton = AhoCorasick(
            list(words), store_patterns=False, implementation=Implementation.ContiguousNFA
        )
        #: Some matches in a text; called for every message, so nothing stands around it.
        self.finds = self._automaton.find_matches_as_indexes

    def found(self, signs: Sequence[Run]) -> Iterator[tuple[Word, int, int]]:
        """Yield words with the places in the text from which to which they were typed."""
        text = "".join(run.sign for run in signs)
        for number, first, last in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for word in self._words[number]:
                yield word, signs[first].start, signs[last - 1].end


class WordList:
    """A compiled list; building one of 60,000 words takes some tenths of a second.

    Words that double a sign (``妈妈``) are looked for as they are, and only in texts that
    double one too; all others in the skeleton, where ``傻傻瓜`` is ``傻瓜``.
    """

    __slots__ = ("_doubled", "_has_patterns", "_options", "_single", "size")

    def __init__(self, words: Iterable[Word] = (), options: WordOptions | None = None) -> None:
        """Compile; entries without any letter or digit are passed over."""
        self._options = options or WordOptions()
        single: dict[str, list[Word]] = {}
        doubled: dict[str, list[Word]] = {}
        self.size = 0
        for word in words:
            if signs := bare(word.text).replace(BREAK, ""):
                (doubled if has_repeats(signs) else single).setdefault(signs, []).append(word)
                self.size += 1
        self._single, self._doubled = _Finder(single), _Finder(doubled)
        wanted = self._options
        self._has_patterns = bool(wanted.digits_from or wanted.emails or wanted.urls)

    def __bool__(self) -> bool:
        """Tell whether anything can be found at all."""
        return bool(self.size or self._has_patterns)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Return the hits in ``text``, first to last, none inside another.

        Of those that begin together the longest stands.
        """
        if self._may_hold_words(bare(text)):
            return _apart((*self._words(text), *self._patterns(text)))
        return _apart(self._patterns(text)) if self._has_patterns else ()

    def _may_hold_words(self, signs: str) -> bool:
        if has_repeats(signs):
            return self._single.finds(collapsed(signs)) != [] or self._doubled.finds(signs) != []
        return self._single.finds(signs) != []

    def _words(self, text: str) -> Iterator[Hit]:
        signs = places(text)
        found = [
            (word, start, end)
            for word, start, end in (
                *self._single.found(runs(signs)),
                *self._doubled.found(signs),
            )
            if self._stands_alone(text, start, end)
        ]
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
    for run in (*places(text), Run(BREAK, len(text), len(text))):
        if run.sign.isdigit():
            row.append(run)
            continue
        if len(row) >= at_least:
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
