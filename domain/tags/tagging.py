"""A tag as somebody has it: its value, where it comes from, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from domain.cleaning.text import clean_text
from domain.swift import swift
from domain.values import PersonId, Refusal

#: A number, a text, a flag (a tag that is only there or not), or a list of texts.
TagValue: TypeAlias = float | str | bool | tuple[str, ...]

#: The platform takes corp tags of this length (fact sheet 3.7), so no tag is longer.
LONGEST_NAME = 30
#: Tags by hand or list that one person may have; the platform takes 3000, nobody reads so many.
MOST_BY_HAND = 100


class TagSource(StrEnum):
    """Who put the tag on."""

    #: Computed from a definition; nobody puts it on or takes it off by hand.
    RULE = "rule"
    #: An employee, in chat, by a card or through the API.
    HAND = "hand"
    #: A list that was uploaded under the name of the tag.
    LIST = "list"
    #: A person in WeCom, as a corp tag.
    WECOM = "wecom"


@swift
@dataclass(frozen=True, slots=True)
class Tagging:
    """One tag of one person.

    ``version`` is that of the definition the value was computed by, 0 without one.
    ``since`` is when Clew first saw this value; ``actor`` who put it on (a userid, the
    name of a list), empty for rules.
    ``is_worn`` tells that it was seen in WeCom as a corp tag of a member's customer.
    """

    person_id: PersonId
    name: str
    value: TagValue
    source: TagSource
    since: datetime
    version: int = 0
    actor: str = ""
    is_worn: bool = False


def name_of(word: str) -> str | Refusal:
    """Return the name of a tag as it is kept, or why ``word`` cannot be one."""
    name = clean_text(word)
    if not name:
        return Refusal("tag_without_name")
    if len(name) > LONGEST_NAME:
        return Refusal("tag_name_too_long", str(LONGEST_NAME))
    return name


def joined(groups: Iterable[Mapping[str, Tagging]]) -> dict[str, Tagging]:
    """Return the tags of a merge group, the root's first.

    Rules are computed for the root from everything that the group did, so the rule
    tags of the others are what they had before the merge, and stand back.
    """
    whole: dict[str, Tagging] = {}
    for position, taggings in enumerate(groups):
        for name, tagging in taggings.items():
            if position == 0 or tagging.source is not TagSource.RULE:
                whole.setdefault(name, tagging)
    return whole
