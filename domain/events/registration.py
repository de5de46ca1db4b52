"""Registering kinds while the service runs: what may be registered, and what waits for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.events.event import PropertyValue
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import Refusal

#: Refusal codes of :func:`refusal_to_register`.
WRONG_NAME = "kind_name_wrong"
WRONG_LABEL = "kind_label_wrong"
LABEL_TAKEN = "kind_label_taken"
TYPE_CHANGED = "property_type_changed"
TWO_LABELS = "property_label_twice"
REQUIRED_LATER = "property_required_later"
TOO_MANY = "too_many_properties"

#: Names as trackers send them; a kind keeps the name that its events carry.
_NAME = re.compile(r"[\w$][\w$ .:-]{0,63}")
_MOST_LABEL = 32
_MOST_PROPERTIES = 100
_TO_QUOTE = re.compile(r"[`\r\n\t]")


@dataclass(frozen=True, slots=True)
class KindVersion:
    """A registration: the kind as it stands from ``number`` on, by whom and when."""

    number: int
    kind: EventKind
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """Held events of one name: how many, since when, with which properties of which types.

    ``reasons`` are refusal codes of the registry. Nothing in it is a value that
    somebody sent.
    """

    name: str
    count: int
    first_at: datetime
    last_at: datetime
    sources: tuple[str, ...]
    reasons: tuple[str, ...]
    shape: Mapping[str, PropertyType]


def refusal_to_register(kind: EventKind, registry: EventRegistry) -> Refusal | None:
    """Return why a kind may not be registered, or None.

    A kind that is known already may get another label, strength and properties,
    but events are stored: the type of a property stays, and none becomes
    required that was not.
    """
    if not _NAME.fullmatch(kind.name) or kind.name != kind.name.strip():
        return Refusal(WRONG_NAME, kind.name)
    if not 0 < len(kind.label.strip()) <= _MOST_LABEL or _TO_QUOTE.search(kind.label):
        return Refusal(WRONG_LABEL, kind.label)
    for other in registry.kinds.values():
        if other.name != kind.name and kind.label in (other.label, other.name):
            return Refusal(LABEL_TAKEN, f"{kind.label} = {other.name}")
    return _refused_property(kind, registry.kinds.get(kind.name))


def _refused_property(kind: EventKind, before: EventKind | None) -> Refusal | None:
    if len(kind.properties) > _MOST_PROPERTIES:
        return Refusal(TOO_MANY, str(_MOST_PROPERTIES))
    labels = [spec.label for spec in kind.properties.values()]
    for spec in kind.properties.values():
        old = before.properties.get(spec.name) if before else None
        code = _wrong_words(spec)
        if labels.count(spec.label) > 1:
            code = code or TWO_LABELS
        elif old is not None and old.type is not spec.type:
            code = code or TYPE_CHANGED
        elif before is not None and spec.is_required and not (old and old.is_required):
            code = code or REQUIRED_LATER
        if code:
            return Refusal(code, f"{kind.name}.{spec.name}")
    return None


def _wrong_words(spec: PropertySpec) -> str:
    if not _NAME.fullmatch(spec.name):
        return WRONG_NAME
    is_good = 0 < len(spec.label.strip()) <= _MOST_LABEL and not _TO_QUOTE.search(spec.label)
    return "" if is_good else WRONG_LABEL


def shape_of(properties: Mapping[str, PropertyValue]) -> dict[str, PropertyType]:
    """Return names and types of properties, without their values."""
    return {name: _type_of(value) for name, value in sorted(properties.items())}


def _type_of(value: PropertyValue) -> PropertyType:
    if isinstance(value, bool):
        return PropertyType.FLAG
    return PropertyType.TEXT if isinstance(value, str) else PropertyType.NUMBER


def joined(shapes: list[Mapping[str, PropertyType]]) -> dict[str, PropertyType]:
    """Return the properties of all shapes; where they dispute about a type it is text."""
    found: dict[str, PropertyType] = {}
    for shape in shapes:
        for name, kind in shape.items():
            if found.setdefault(name, kind) is not kind:
                found[name] = PropertyType.TEXT
    return found


@dataclass(frozen=True, slots=True)
class PropertyWish:
    """A property as somebody asks for it; without label it goes by its name."""

    name: str
    label: str = ""
    type: PropertyType = PropertyType.TEXT


@dataclass(frozen=True, slots=True)
class KindWish:
    """A kind as somebody asks for it."""

    name: str
    label: str
    strength: Strength = Strength.WEAK
    source: EventSource = EventSource.PRODUCT
    is_interaction: bool = True
    properties: tuple[PropertyWish, ...] = ()

    def kind(self, before: EventKind | None) -> EventKind:
        """Return the kind asked for; what ``before`` has and nobody mentions stays."""
        specs = dict(before.properties) if before else {}
        for wish in self.properties:
            old = specs.get(wish.name)
            label = wish.label.strip() or (old.label if old else wish.name)
            is_required = old is not None and old.is_required
            specs[wish.name] = PropertySpec(wish.name, label, wish.type, is_required)
        return EventKind(
            self.name.strip(),
            self.label.strip(),
            self.strength,
            self.source,
            self.is_interaction,
            MappingProxyType(specs),
        )
