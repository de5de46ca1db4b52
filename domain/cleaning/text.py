"""One form for the many ways the same character is typed.

:func:`fold` maps every character to exactly one character, so positions in the
folded text are positions in the original: evidence can be shown as it was typed.
"""

from __future__ import annotations

import re
import unicodedata

from domain.cleaning.traditional import SIMPLIFIED

_FULL_WIDTH_SHIFT = 0xFEE0
_BLANKS = re.compile(r"\s+")
#: Blanks, control characters and joiners that show nothing; they become a plain blank.
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
#: Keycap and variation marks behind an emoji digit.
_MARKS = "\ufe0e\ufe0f\u20e3"
_KEPT = "\n"


def _folded(character: str) -> str:
    """Return the one character that stands for ``character``."""
    if character in _KEPT:
        return character
    if character in _MARKS or unicodedata.category(character) in _INVISIBLE:
        return " "
    if "\uff01" <= character <= "\uff5e":
        character = chr(ord(character) - _FULL_WIDTH_SHIFT)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return SIMPLIFIED.get(plain, plain) if len(plain) == 1 else character


class _Folding(dict[int, str]):
    """Translation table that fills itself, so folding runs at the speed of ``translate``."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return ``text`` in half width and simplified characters, position by position.

    Digits of any script (``１``, ``①``, ``𝟏``) become ASCII; invisible characters become
    blanks; line ends stay. The result has exactly as many characters as ``text``.
    """
    return text.translate(_FOLDING)


def clean_text(text: str) -> str:
    """Return ``text`` folded, with every run of blanks as one blank and none at the ends.

    For values that are kept and compared (names, companies, tags), not for evidence.
    """
    return _BLANKS.sub(" ", fold(text)).strip()
