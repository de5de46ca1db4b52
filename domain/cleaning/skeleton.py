"""What is left of a text when the ways of writing a word around a filter are taken away.

Width, case, script of digits and letters, traditional characters and everything
between the signs (blanks, marks, emoji, invisible characters) go; a sign that is
typed several times counts once, and how often it was typed is kept. A comma or full
stop of a Chinese sentence stays as a line end: words do not reach over it.
"""

from __future__ import annotations

import re
import unicodedata
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
_REPEATED = re.compile(r"(.)\1+", re.DOTALL)


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


def skeleton(text: str) -> str:
    """Return the signs of ``text`` in one form, each run of a sign as one."""
    bare = text.translate(_TABLE)
    return _REPEATED.sub(r"\1", bare) if _REPEATED.search(bare) else bare


@dataclass(frozen=True, slots=True)
class Run:
    """A sign of the skeleton: how often it was typed, and where (``start`` to ``end``)."""

    sign: str
    length: int
    start: int
    end: int


def runs(text: str) -> tuple[Run, ...]:
    """Return the skeleton sign by sign, with the places in ``text`` that it stands for."""
    found: list[Run] = []
    for place, character in enumerate(text):
        sign = _TABLE[ord(character)]
        if not sign:
            continue
        if found and found[-1].sign == sign:
            last = found[-1]
            found[-1] = Run(sign, last.length + 1, last.start, place + 1)
        else:
            found.append(Run(sign, 1, place, place + 1))
    return tuple(found)
