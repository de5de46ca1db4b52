"""What is asked about other names of companies: all of them, one company's, or a new one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MEANS = re.compile(r"\s*(?:=|即是?|就是|也叫做?|又叫做?|也称|又称|别名是?|简称是?)\s*")
_AND = re.compile(r"\s*[、,;/和]\s*|\s+")
#: ``company alias``, with a blank between.
_TWO = 2


@dataclass(frozen=True, slots=True)
class AliasesAsked:
    """``company`` is empty where all are meant; ``names`` are to be other names of it."""

    company: str = ""
    names: tuple[str, ...] = ()


def aliases_asked(text: str) -> AliasesAsked:
    """Return what the words behind 别名 ask for."""
    company, *rest = _MEANS.split(text.strip(), maxsplit=1)
    if rest:
        names = tuple(dict.fromkeys(filter(None, _AND.split(rest[0]))))
        return AliasesAsked(company, names)
    words = company.split()
    if len(words) == _TWO:
        return AliasesAsked(words[0], (words[1],))
    return AliasesAsked(company)
