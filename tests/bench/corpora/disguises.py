"""Words of a list written around: one function for each way, all from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from domain.cleaning.traditional import SIMPLIFIED
from domain.matching.sounds import sounds

_BETWEEN = ("*", ".", " ", "-", "·", "/", "♥", "🌟", "\u200b", "~", "_", "#")
_CHINESE_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_CIRCLED = dict(zip("0123456789", "⓪①②③④⑤⑥⑦⑧⑨", strict=True))
_FORMAL = dict(zip("0123456789", "零壹贰叁肆伍陆柒捌玖", strict=True))
_TRADITIONAL = {simple: written for written, simple in SIMPLIFIED.items()}
_FULL_WIDTH = 0xFEE0

Disguise = Callable[[str, Random], str]


def skipped(word: str, chance: Random) -> str:
    """Put signs between all characters."""
    return (
        "".join(sign + chance.choice(_BETWEEN) * chance.randint(1, 3) for sign in word[:-1])
        + (word[-1])
    )


def widened(word: str, chance: Random) -> str:
    """Write letters and digits in full width, and a blank between the others."""
    del chance
    return "".join(chr(ord(s) + _FULL_WIDTH) if "!" <= s <= "~" else s for s in word)


def cased(word: str, chance: Random) -> str:
    """Write letters large or small by chance, some in circles."""
    return "".join(
        chance.choice((s.upper(), s.lower(), chr(ord(s.lower()) - ord("a") + ord("ⓐ"))))
        if s.isascii() and s.isalpha()
        else s
        for s in word
    )


def numbered(word: str, chance: Random) -> str:
    """Write digits in another script."""
    script = chance.choice((_CHINESE_DIGITS, _CIRCLED, _FORMAL))
    return "".join(script.get(sign, sign) for sign in word)


def traditional(word: str, chance: Random) -> str:
    """Write traditional characters where there are any."""
    del chance
    return "".join(_TRADITIONAL.get(sign, sign) for sign in word)


def repeated(word: str, chance: Random) -> str:
    """Write characters that are no digits several times."""
    return "".join(s if s.isdigit() else s * chance.randint(1, 3) for s in word)


def mixed(word: str, chance: Random) -> str:
    """Use all of it at once."""
    return skipped(cased(numbered(traditional(word, chance), chance), chance), chance)


def sounded(word: str, chance: Random) -> str:
    """Write one character with another of the same sound, where there is one."""
    known = sounds()
    places = [n for n, sign in enumerate(word) if sign in known]
    if not places:
        return word
    place = chance.choice(places)
    others = [s for s, sound in known.items() if sound == known[word[place]] and s != word[place]]
    return word[:place] + chance.choice(others) + word[place + 1 :] if others else word


DISGUISES: Mapping[str, Disguise] = {
    "as_listed": lambda word, _: word,
    "skipped": skipped,
    "width": widened,
    "case": cased,
    "digit_style": numbered,
    "traditional": traditional,
    "repeats": repeated,
    "all_at_once": mixed,
    "homophone": sounded,
}
