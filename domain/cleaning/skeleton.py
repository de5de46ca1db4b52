"""What is left of a text when the ways of writing a word around a filter are taken away.

Width, case, script of digits and letters, traditional characters and everything
between the signs (blanks, marks, emoji, invisible characters) go; a sign that is
typed several times counts once. A comma or full
stop of a Chinese sentence stays as a line end: words do not reach over it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from domain.cleaning.text import fold

#: Where one thought ends and another begins; nobody hides a word behind these.
_BREAKS = frozenset("，。！？；：、\n")
BREAK = "\n"
_DIGITS = {
    sign: str(number % 10)
    for signs in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")
    for number, sign in enumerate(signs)
}
#: Letters of other alphabets that look like Latin ones.
_LOOK_ALIKES = dict(zip("аеорсухікмтвнαοерνκ", "aeopcyxikmtbhaoepvk", strict=True))
_TWICE = re.compile(r"(\D)\1", re.ASCII)
_REPEATED = re.compile(r"(\D)\1+", re.ASCII)


def _bare(character: str) -> str:
    """Return the one sign that stands for ``character``, or nothing."""
    if character in _BREAKS:
        return BREAK
    sign = fold(character)
    if len(plain := unicodedata.normalize("NFKD", sign)) > 1:
        # ⒰ is (u), ⒋ is 4., é is e with a mark: the sign that carries the meaning.
        meaning = [part for part in plain if part.isalnum()]
        sign = meaning[0] if len(meaning) == 1 else sign
    sign = sign.casefold()
    if len(sign) != 1 or not sign.isalnum():
        return ""
    sign = fold(sign)
    return _DIGITS.get(sign) or _LOOK_ALIKES.get(sign) or sign


class _Bared(dict[int, str]):
    """Translation table that fills itself, so baring runs at the speed of ``translate``."""

    def __missing__(self, code: int) -> str:
        bare = self[code] = _bare(chr(code))
        return bare


_TABLE = _Bared()


def bare(text: str) -> str:
    """Return the signs of ``text``, each in its one form; what says nothing is gone."""
    return text.translate(_TABLE)


def has_repeats(signs: str) -> bool:
    """Tell whether a sign that is no digit stands twice in a row."""
    return _TWICE.search(signs) is not None


def collapsed(signs: str) -> str:
    """Return ``signs`` with each run of a sign as one; digits stay: 1001 is not 101."""
    return _REPEATED.sub(r"\1", signs)


def skeleton(text: str) -> str:
    """Return the signs of ``text`` in one form, each run of a sign as one."""
    return collapsed(bare(text))


@dataclass(frozen=True, slots=True)
class Run:
    """A sign of a text and where it stands, from ``start`` to ``end``."""

    sign: str
    start: int
    end: int


def places(text: str) -> tuple[Run, ...]:
    """Return where each sign of :func:`bare` stands in ``text``."""
    return tuple(
        Run(sign, place, place + 1)
        for place, character in enumerate(text)
        if (sign := _TABLE[ord(character)])
    )


def runs(signs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the signs of :func:`skeleton`, each run with all the places that it stands for."""
    found: list[Run] = []
    for run in signs:
        if found and found[-1].sign == run.sign and not run.sign.isdigit():
            found[-1] = Run(run.sign, found[-1].start, run.end)
        else:
            found.append(run)
    return tuple(found)
