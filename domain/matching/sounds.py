"""How Chinese characters sound, so that 纷杨 leads to 纷扬: an input method offers both.

``sounds.txt`` holds the everyday reading without tone of the 6,763 characters of GB 2312, one
syllable a line (made once from pypinyin 0.55, whose data are Unihan's). Syllables that many
speakers do not tell apart (zh and z, eng and en …) are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_INITIALS = re.compile(r"^([zcs])h")
_FINALS = re.compile(r"(?<=[aei]n)g$")


@cache
def sounds() -> Mapping[str, str]:
    """Return the syllable of every character that is known."""
    text = (files("domain.matching") / "sounds.txt").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        syllable, _, characters = line.partition(" ")
        plain = _FINALS.sub("", _INITIALS.sub(r"\1", syllable))
        found |= dict.fromkeys(characters, plain)
    return MappingProxyType(found)


def sound_of(text: str) -> str:
    """Return the syllables of a text, empty unless all of it is known Chinese characters."""
    known = sounds()
    syllables = [known.get(character, "") for character in text]
    return " ".join(syllables) if syllables and all(syllables) else ""
