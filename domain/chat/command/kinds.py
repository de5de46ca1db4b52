"""What is asked about event kinds: all of them, one of them, or a registration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.events.registration import PropertyWish
from domain.events.registry import PropertyType

_REGISTER = frozenset({"登记", "注册", "register"})
#: ``事件 登记 name label``, and properties behind it.
_WORDS_TO_REGISTER = 4
#: ``name=label`` or ``name=label:type``, full width signs too.
_PROPERTY = re.compile(r"([^=＝:：]+)[=＝]([^=＝:：]+)(?:[:：]([^=＝:：]+))?")
_FIRST_COLON = re.compile(r"^(\S+?)[:：]")
#: Words for the type of a property.
_TYPES: Mapping[str, PropertyType] = {
    "文本": PropertyType.TEXT,
    "文字": PropertyType.TEXT,
    "text": PropertyType.TEXT,
    "数字": PropertyType.NUMBER,
    "金额": PropertyType.NUMBER,
    "number": PropertyType.NUMBER,
    "是否": PropertyType.FLAG,
    "是/否": PropertyType.FLAG,
    "flag": PropertyType.FLAG,
    "时间": PropertyType.MOMENT,
    "日期": PropertyType.MOMENT,
    "moment": PropertyType.MOMENT,
    "列表": PropertyType.LIST,
    "list": PropertyType.LIST,
}


@dataclass(frozen=True, slots=True)
class NamedProperty:
    """A property by name with its Chinese label; ``type`` None is what its values are."""

    name: str
    label: str
    type: PropertyType | None = None

    def wish(self, seen: PropertyType | None) -> PropertyWish:
        """Return what to register; ``seen`` is the type it has, or that of the values that came."""
        return PropertyWish(self.name, self.label, self.type or seen or PropertyType.TEXT)


@dataclass(frozen=True, slots=True)
class KindsAsked:
    """``name`` is empty where all kinds are meant; a ``label`` asks for a registration."""

    name: str = ""
    label: str = ""
    properties: tuple[NamedProperty, ...] = ()
    #: A registration without all of its words.
    is_incomplete: bool = False
    #: A word behind the label that is no property.
    misread: str = ""


def is_registration(words: str) -> bool:
    """Tell whether what stands behind the keyword asks to register; it may be long."""
    first, *_ = [*words.split(maxsplit=1), ""]
    return first in _REGISTER


def kinds_asked(text: str) -> KindsAsked:
    """Return what the words of an ``events`` command ask for."""
    words = _FIRST_COLON.sub(r"\1 ", text.strip(), count=1).split()
    if len(words) == 1:
        return KindsAsked()
    if words[1] not in _REGISTER:
        return KindsAsked(name=" ".join(words[1:]))
    if len(words) < _WORDS_TO_REGISTER or _PROPERTY.fullmatch(words[3]):
        return KindsAsked(is_incomplete=True)
    properties = []
    for word in words[_WORDS_TO_REGISTER:]:
        named = _named(word)
        if named is None:
            return KindsAsked(name=words[2], label=words[3], misread=word)
        properties.append(named)
    return KindsAsked(words[2], words[3], tuple(properties))


def _named(word: str) -> NamedProperty | None:
    found = _PROPERTY.fullmatch(word)
    if found is None:
        return None
    name, label, kind = found.groups()
    if kind is None:
        return NamedProperty(name, label)
    known = _TYPES.get(kind.casefold())
    return None if known is None else NamedProperty(name, label, known)
