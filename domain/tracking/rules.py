"""What a tracker's own words mean here: the table ``trackers.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.cleaning.ids import in_one_form, says_nothing
from domain.cleaning.phone import mask_phone, normalise_phone
from domain.errors import RuleError
from domain.events.event import PropertyValue
from domain.events.registry import EventRegistry
from domain.values import ContactKey, IdentityKind, Refusal

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_NUMBERLIKE = re.compile(r"\+?[\d\s-]{11,18}")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class TrackedKind:
    """Events called one of ``names`` are of ``kind``; ``properties`` gives theirs our names."""

    names: tuple[str, ...]
    kind: str
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Profile:
    """What properties of a profile are: identities, and attributes."""

    contacts: tuple[ContactKey, ...]
    attributes: Mapping[str, PropertyValue]


@dataclass(frozen=True, slots=True)
class TrackerRules:
    """Names of events, profile properties that are attributes, and those that are identities."""

    kinds: Mapping[str, TrackedKind]
    attributes: Mapping[str, str]
    identities: Mapping[str, IdentityKind]

    @classmethod
    def of(
        cls,
        kinds: Iterable[TrackedKind],
        attributes: Mapping[str, str],
        identities: Mapping[str, IdentityKind],
    ) -> TrackerRules:
        """Build the table.

        Raises:
            RuleError: an event is named twice.
        """
        by_name: dict[str, TrackedKind] = {}
        for kind in kinds:
            for name in kind.names:
                if name in by_name:
                    raise RuleError(name, code="defined_twice")
                by_name[name] = kind
        folded = {name.casefold(): kind for name, kind in identities.items()}
        return cls(MappingProxyType(by_name), attributes, MappingProxyType(folded))

    def event(
        self, name: str, properties: Mapping[str, PropertyValue], registry: EventRegistry
    ) -> tuple[str, dict[str, PropertyValue]]:
        """Return kind and properties of an event; a strange one keeps its own name.

        What identifies a person is taken out: events are kept in clear.
        """
        rule = self.kinds.get(name)
        told = {n: hide(v) for n, v in properties.items() if not self._is_identity(n)}
        if rule:
            renamed = {new: told[old] for old, new in rule.properties.items() if old in told}
            return rule.kind, {**told, **renamed}
        known = registry.named(name)
        return (known.name if known else name), told

    def profile(self, properties: Mapping[str, PropertyValue]) -> Profile:
        """Sort properties of a profile into identities and attributes."""
        contacts, attributes = [], {}
        for name, value in properties.items():
            kind = self.identities.get(name.casefold())
            if kind is None:
                attributes[self.attributes.get(name, name.removeprefix("$"))] = value
            elif (key := _contact(kind, value)) is not None:
                contacts.append(key)
        return Profile(tuple(dict.fromkeys(contacts)), attributes)

    def _is_identity(self, name: str) -> bool:
        return name.casefold() in self.identities


def hide(value: PropertyValue) -> PropertyValue:
    """Return a property without the phone or e-mail address that it may be."""
    if not isinstance(value, str):
        return value
    if _EMAIL.fullmatch(value.strip()):
        return _HIDDEN
    if _NUMBERLIKE.fullmatch(value.strip()):
        phone = normalise_phone(value)
        return value if isinstance(phone, Refusal) else mask_phone(phone.e164)
    return value


def _contact(kind: IdentityKind, value: PropertyValue) -> ContactKey | None:
    if isinstance(value, bool):
        return None
    text = f"{value:.0f}" if isinstance(value, float) else value.strip()
    if kind is IdentityKind.EMAIL:
        return ContactKey(kind, text.casefold()) if _EMAIL.fullmatch(text) else None
    found = in_one_form(kind, text)
    if isinstance(found, Refusal) or says_nothing(found):
        return None
    return ContactKey(kind, found)
