"""``events.toml``: the registry of event kinds."""

from __future__ import annotations

from types import MappingProxyType

import msgspec

from config.tables.rows import Code, Name, TomlRow
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)

FILE = "events.toml"


class PropertyRow(TomlRow, frozen=True):
    """A property: ``amount = { label = "金额", type = "number", required = true }``."""

    label: Name
    type: PropertyType = PropertyType.TEXT
    required: bool = False


class KindRow(TomlRow, frozen=True):
    """One ``[[kind]]``."""

    name: Code
    label: Name
    source: EventSource
    strength: Strength
    interaction: bool = False
    properties: dict[str, PropertyRow] = msgspec.field(default_factory=dict)

    def build(self) -> EventKind:
        """Return the kind."""
        specs = {
            name: PropertySpec(name, row.label, row.type, row.required)
            for name, row in self.properties.items()
        }
        return EventKind(
            self.name,
            self.label,
            self.strength,
            self.source,
            self.interaction,
            MappingProxyType(specs),
        )


class EventsFile(TomlRow, frozen=True):
    """The whole file."""

    kind: list[KindRow]

    def build(self) -> EventRegistry:
        """Return the registry.

        Raises:
            RuleError: two kinds share a name or a label.
        """
        return EventRegistry.of(row.build() for row in self.kind)
