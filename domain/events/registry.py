"""The registry of event kinds: what may happen, with which properties.

The table lives in ``config/events.toml``. A kind that is not in it is put into
quarantine and shown, never dropped (product section 5).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.errors import RuleError
from domain.events.event import PropertyValue
from domain.events.spelling import moment_spelled
from domain.values import BUSINESS_ZONE, Refusal

#: Refusal codes of :meth:`EventRegistry.check`; all of them mean quarantine.
UNKNOWN_KIND = "unknown_event_kind"
MISSING_PROPERTY = "missing_event_property"
WRONG_PROPERTY = "wrong_event_property"


class Strength(StrEnum):
    """How strongly a kind speaks for an intention to buy: 强关联, 中关联, 弱关联."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class EventSource(StrEnum):
    """Where events of a kind come from."""

    WECOM = "wecom"
    GROUP = "group"
    KF = "kf"
    MP = "mp"
    #: Read from what a customer wrote.
    CHAT = "chat"
    #: Done by Clew or by its users.
    CRM = "crm"
    #: Reported by the customer's own product, by tracker or API.
    PRODUCT = "product"
    #: Summed-up facts of a file or lead form.
    IMPORT = "import"


class PropertyType(StrEnum):
    """Type of a property: text, number (yuan, seconds, counts), flag, moment or list of texts.

    Moments and lists are kept as the texts that came: a moment as ISO 8601, in the
    business zone where it names none, a list with its elements joined (、).
    """

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    LIST = "list"

    @property
    def stored(self) -> PropertyType:
        """As what values of this type are kept."""
        return PropertyType.TEXT if self in {PropertyType.MOMENT, PropertyType.LIST} else self

    def accepts(self, value: PropertyValue) -> bool:
        """Tell whether ``value`` is of this type; ``True`` is a flag, a number is finite."""
        if self is PropertyType.MOMENT:
            return isinstance(value, str) and moment_spelled(value, BUSINESS_ZONE) is not None
        if self in {PropertyType.TEXT, PropertyType.LIST}:
            return isinstance(value, str)
        if self is PropertyType.FLAG:
            return isinstance(value, bool)
        return not isinstance(value, bool | str) and math.isfinite(value)


#: The types that values are kept as.
STORED = (PropertyType.TEXT, PropertyType.NUMBER, PropertyType.FLAG)


@dataclass(frozen=True, slots=True)
class PropertySpec:
    """A property that rules may use; ``label`` is its Chinese word."""

    name: str
    label: str
    type: PropertyType
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event. ``is_interaction`` marks what the person did of their own accord."""

    name: str
    label: str
    strength: Strength
    source: EventSource
    is_interaction: bool
    properties: Mapping[str, PropertySpec]

    def check(self, properties: Mapping[str, PropertyValue]) -> Refusal | None:
        """Return why ``properties`` do not fit, or None.

        Properties that the kind does not declare are kept and not judged: trackers
        send more than anybody registers, and no rule can mention them.
        """
        for spec in self.properties.values():
            if spec.name not in properties:
                if spec.is_required:
                    return Refusal(MISSING_PROPERTY, f"{self.name}.{spec.name}")
            elif not spec.type.accepts(properties[spec.name]):
                return Refusal(WRONG_PROPERTY, f"{self.name}.{spec.name}")
        return None


@dataclass(frozen=True, slots=True)
class EventRegistry:
    """All kinds by name."""

    kinds: Mapping[str, EventKind]

    @classmethod
    def of(cls, kinds: Iterable[EventKind]) -> EventRegistry:
        """Build a registry.

        Raises:
            RuleError: two kinds share a name or a Chinese label.
        """
        found: dict[str, EventKind] = {}
        labels: dict[str, str] = {}
        for kind in kinds:
            if kind.name in found:
                raise RuleError(kind.name, code="defined_twice")
            other = labels.setdefault(kind.label, kind.name)
            if other != kind.name:
                raise RuleError(kind.name, code="word_taken", detail=f"{kind.label} = {other}")
            found[kind.name] = kind
        return cls(MappingProxyType(found))

    def with_kinds(self, kinds: Iterable[EventKind]) -> EventRegistry:
        """Return a registry where these kinds stand in the place of those of their name."""
        added = {kind.name: kind for kind in kinds}
        return EventRegistry(MappingProxyType({**self.kinds, **added})) if added else self

    def check(self, kind: str, properties: Mapping[str, PropertyValue]) -> EventKind | Refusal:
        """Return the kind if the event is well formed, else why it goes to quarantine."""
        found = self.kinds.get(kind)
        if found is None:
            return Refusal(UNKNOWN_KIND, kind)
        return found.check(properties) or found

    def named(self, word: str) -> EventKind | None:
        """Return the kind called ``word``, by its name or its Chinese label."""
        return self.kinds.get(word) or next(
            (kind for kind in self.kinds.values() if kind.label == word), None
        )

    def label(self, name: str) -> str:
        """Return the Chinese label of a kind, or ``name`` itself when it is unknown."""
        kind = self.kinds.get(name)
        return kind.label if kind else name

    def interactions(self) -> frozenset[str]:
        """Return the names of the kinds that count as interaction."""
        return frozenset(kind.name for kind in self.kinds.values() if kind.is_interaction)
