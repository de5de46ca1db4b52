"""What expressions may speak of: kinds, properties, attributes and tags, by name and label."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.behaviour.syntax import Cast, Edge, Property, Spelled
from domain.behaviour.words import ANY_KIND
from domain.events.registry import EventKind, EventRegistry, PropertySpec, PropertyType
from domain.values import BUSINESS_ZONE


class ValueType(StrEnum):
    """Type of a value; a condition is of type FLAG."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    MOMENT = "moment"
    #: A list of texts.
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Term:
    """An attribute or tag: its registered name, its Chinese label and its type.

    ``options`` are all values that a text may have, code and Chinese word; without any
    it may have every value.
    """

    name: str
    label: str = ""
    type: ValueType = ValueType.TEXT
    options: tuple[tuple[str, str], ...] = ()
    #: Other words for it.
    also: tuple[str, ...] = ()

    def code_of(self, word: str) -> str | None:
        """Return the code of an option called ``word``: a code goes before a word for another."""
        wanted = folded(word)
        by_code = {folded(code): code for code, _ in self.options}
        by_word = {folded(label): code for code, label in self.options}
        return by_code.get(wanted) or by_word.get(wanted)

    def word_of(self, code: str) -> str:
        """Return the word of an option, or the code where the word means another one or none."""
        word = next((label for one, label in self.options if one == code), code)
        return word if self.code_of(word) == code else code


class Terms:
    """Attributes or tags; a word finds one by its name first, then by its label."""

    def __init__(self, terms: Iterable[Term]) -> None:
        """Index ``terms``; of two with one label the first has it."""
        self._by_name = {term.name: term for term in terms}
        self._by_word: dict[str, Term] = {}
        for term in self._by_name.values():
            self._by_word.setdefault(folded(term.label), term)
        for term in self._by_name.values():  # a label goes before a word that is only another
            for word in term.also:
                self._by_word.setdefault(folded(word), term)
        self._by_word.pop("", None)
        self._by_word |= {folded(term.name): term for term in self._by_name.values()}

    def __iter__(self) -> Iterator[Term]:
        """Yield all of them."""
        return iter(self._by_name.values())

    def named(self, word: str) -> Term | None:
        """Return the one called ``word``."""
        return self._by_name.get(word) or self._by_word.get(folded(word))

    def words(self) -> tuple[str, ...]:
        """Return all names and labels."""
        labels = (term.label for term in self._by_name.values() if term.label)
        return (*self._by_name, *labels)


class Vocabulary:
    """All that expressions may mention, and the zone of the days they mean."""

    def __init__(
        self,
        events: EventRegistry,
        attributes: Iterable[Term] = (),
        tags: Iterable[Term] = (),
        zone: ZoneInfo = BUSINESS_ZONE,
    ) -> None:
        """Index everything by name and label."""
        self.events = events
        self.attributes = Terms(attributes)
        self.tags = Terms(tags)
        self.zone = zone
        kinds = events.kinds.values()
        self._kinds = {folded(kind.label): kind for kind in kinds}
        self._kinds |= {folded(kind.name): kind for kind in kinds}
        self._any = _any_interaction(kinds)

    def with_tags(self, tags: Iterable[Term]) -> Vocabulary:
        """Return the same vocabulary with these tags in place of its own."""
        return Vocabulary(self.events, self.attributes, tags, self.zone)

    def with_events(self, events: EventRegistry) -> Vocabulary:
        """Return the same vocabulary with another registry."""
        return Vocabulary(events, self.attributes, self.tags, self.zone)

    def kind(self, word: str) -> EventKind | None:
        """Return the kind called ``word``; its name goes before a label of another."""
        return self.events.kinds.get(word) or self._kinds.get(folded(word))

    def kind_words(self) -> tuple[str, ...]:
        """Return names and labels of all kinds, and the words for any of them."""
        labels = (kind.label for kind in self.events.kinds.values())
        return (*self.events.kinds, *labels, *ANY_KIND.all())

    def properties(self, kind: str | None) -> Mapping[str, PropertySpec]:
        """Return the properties of a kind by name; None is any kind that counts as interaction.

        Any kind has the properties on whose type all interactions that have them agree.
        """
        if kind is None:
            return self._any
        found = self.events.kinds.get(kind)
        return found.properties if found else MappingProxyType({})

    def property(self, kind: str | None, word: str) -> PropertySpec | None:
        """Return the property of ``kind`` called ``word``, by name or label."""
        specs = self.properties(kind)
        wanted = folded(word)
        return specs.get(word) or next(
            (spec for spec in specs.values() if wanted in (folded(spec.name), folded(spec.label))),
            None,
        )


def folded(word: str) -> str:
    """Return ``word`` as names are compared: full width as half width, without case."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def type_of_property(spec: PropertySpec) -> ValueType:
    """Return the type of the values of a property."""
    return {
        PropertyType.TEXT: ValueType.TEXT,
        PropertyType.NUMBER: ValueType.NUMBER,
        PropertyType.FLAG: ValueType.FLAG,
        PropertyType.MOMENT: ValueType.MOMENT,
        PropertyType.LIST: ValueType.TEXTS,
    }[spec.type]


def as_typed(node: Property | Edge, spec: PropertySpec | None) -> Property | Edge | Cast:
    """Return a property as what it is registered for: moments and lists are kept as texts."""
    to = _SPELLED.get(spec.type) if spec is not None else None
    return node if to is None else Cast(node, to)


_SPELLED = {PropertyType.MOMENT: Spelled.MOMENT, PropertyType.LIST: Spelled.LIST}


def _any_interaction(kinds: Iterable[EventKind]) -> Mapping[str, PropertySpec]:
    found: dict[str, PropertySpec] = {}
    disputed: set[str] = set()
    for kind in kinds:
        for spec in kind.properties.values() if kind.is_interaction else ():
            if found.setdefault(spec.name, spec).type is not spec.type:
                disputed.add(spec.name)
    return MappingProxyType({name: found[name] for name in found if name not in disputed})
