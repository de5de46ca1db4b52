"""Lines of a list file: people by a key of theirs, words with a category.

People: one phone, WeChat id, e-mail or platform id a line; ``kind=value`` where the
kind cannot be seen from the value. Words: one a line, a category behind a tab; a line
that begins with ``!`` is an exception (nothing within it is a hit). What stands behind
``#`` at the beginning of a line or after a blank is a remark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from domain.cleaning.ids import in_one_form
from domain.cleaning.skeleton import BREAK, skeleton
from domain.cleaning.text import fold
from domain.screening.words import Word
from domain.values import ContactKey, IdentityKind, Refusal

Entry = TypeVar("Entry", ContactKey, Word)

_REMARK = re.compile(r"(?:^|\s)#.*$")
_WECHAT = re.compile(r"[A-Za-z][-_A-Za-z0-9]{5,19}", re.ASCII)
_EXTERNAL = re.compile(r"w[mo][-_A-Za-z0-9]{20,}", re.ASCII)
_PHONE_LIKE = re.compile(r"\+?[\d\s\-()]{5,}", re.ASCII)
_LOOKS = (
    (_EXTERNAL, IdentityKind.EXTERNAL_USERID),
    (_PHONE_LIKE, IdentityKind.PHONE),
    (_WECHAT, IdentityKind.WECHAT),
)
_LONGEST_WORD, _LONGEST_CATEGORY = 64, 32

NO_CONTACT = "entry_not_a_contact"
UNKNOWN_KIND = "entry_unknown_kind"
NO_WORD = "entry_not_a_word"
TOO_LONG = "entry_too_long"


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that cannot be used: its number from 1, and a code of ``lists.fault``."""

    line: int
    code: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The entries of a text, each once and in order, and every line that is wrong."""

    people: tuple[ContactKey, ...] = ()
    words: tuple[Word, ...] = ()
    faults: tuple[LineFault, ...] = ()


def read_people(text: str) -> Parsed:
    """Read people, one a line."""
    entries, faults = _read(text, person_of)
    return Parsed(people=entries, faults=faults)


def read_words(text: str) -> Parsed:
    """Read words, one a line."""
    entries, faults = _read(text, word_of)
    return Parsed(words=entries, faults=faults)


def _read(
    text: str, read: Callable[[str], Entry | Refusal]
) -> tuple[tuple[Entry, ...], tuple[LineFault, ...]]:
    found: dict[Entry, None] = {}
    faults: list[LineFault] = []
    for number, line in _lines(text):
        entry = read(line)
        if isinstance(entry, Refusal):
            faults.append(LineFault(number, entry.code))
        else:
            found[entry] = None
    return tuple(found), tuple(faults)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if bare := _REMARK.sub("", line).strip():
            yield number, bare


def person_of(line: str) -> ContactKey | Refusal:
    """Return the key that a line names.

    Refusal codes: ``entry_unknown_kind``, ``entry_not_a_contact`` and those of
    :func:`domain.cleaning.ids.in_one_form`.
    """
    kind, has_kind, value = line.partition("=")
    if has_kind and "@" not in kind:
        try:
            return _keyed(IdentityKind(kind.strip().lower()), value.strip())
        except ValueError:
            return Refusal(UNKNOWN_KIND)
    text = fold(line).strip()
    if "@" in text:
        return _keyed(IdentityKind.EMAIL, text)
    for pattern, looks_like in _LOOKS:
        if pattern.fullmatch(text):
            return _keyed(looks_like, text)
    return Refusal(NO_CONTACT)


def _keyed(kind: IdentityKind, value: str) -> ContactKey | Refusal:
    """Return the key as identities are kept, or why there is none."""
    if not value:
        return Refusal(NO_CONTACT)
    found = in_one_form(kind, value)
    return found if isinstance(found, Refusal) else ContactKey(kind, found)


def word_of(line: str) -> Word | Refusal:
    """Return the word of a line. Refusal codes: ``entry_not_a_word``, ``entry_too_long``."""
    text, _, category = line.partition("\t")
    is_allowed = text.startswith(("!", "！"))
    word = Word(text[is_allowed:].strip(), category.strip(), is_allowed)
    if len(word.text) > _LONGEST_WORD or len(word.category) > _LONGEST_CATEGORY:
        return Refusal(TOO_LONG)
    return word if skeleton(word.text).replace(BREAK, "") else Refusal(NO_WORD)
