"""The lists as they run: who is on them, and which words are found.

People stand on a list by a token that says nothing about them (the blind index of
phone, WeChat id, e-mail or platform id); the words are compiled once per version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.screening.words import WordList


class ListName(StrEnum):
    """The lists there are."""

    #: 黑名单: rejected.
    BLACK = "black"
    #: 红名单: not to be disturbed: staff, partners, VIPs.
    RED = "red"
    #: 敏感词.
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about one running list: entries, versions, and what is wrong with its file.

    ``version`` is the number of the imported list, 0 for none; ``file`` says whether a
    file adds to it. ``problem`` is set while a changed file cannot be used and the list
    before it runs on.
    """

    entries: int = 0
    version: int = 0
    has_file: bool = False
    loaded_at: datetime | None = None
    problem: str = ""


NO_STANDINGS: Mapping[ListName, Standing] = MappingProxyType({})
NOTHING_FILED: Mapping[ListName, frozenset[bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of one moment; a reload puts another value in its place."""

    black: frozenset[bytes] = frozenset()
    red: frozenset[bytes] = frozenset()
    words: WordList = field(default_factory=WordList)
    standings: Mapping[ListName, Standing] = field(default_factory=lambda: NO_STANDINGS)
    #: Of the black and red list, what stands in their files.
    filed: Mapping[ListName, frozenset[bytes]] = field(default_factory=lambda: NOTHING_FILED)

    @property
    def names_people(self) -> bool:
        """Tell whether anybody is on a list."""
        return bool(self.black or self.red)

    def people(self, name: ListName) -> frozenset[bytes]:
        """Return the tokens of a list of people; the list of words has none."""
        return {ListName.BLACK: self.black, ListName.RED: self.red}.get(name, frozenset())

    def is_black(self, tokens: Iterable[bytes]) -> bool:
        """Tell whether one of the tokens is on the black list."""
        return not self.black.isdisjoint(tokens)

    def is_red(self, tokens: Iterable[bytes]) -> bool:
        """Tell whether one of the tokens is on the red list."""
        return not self.red.isdisjoint(tokens)
