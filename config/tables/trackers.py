"""``trackers.toml``: what trackers' own words mean."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated

import msgspec

from config.tables.rows import Code, Name, TomlRow
from domain.tracking.rules import TrackedKind, TrackerRules
from domain.values import IdentityKind

FILE = "trackers.toml"


class TrackedRow(TomlRow, frozen=True):
    """One ``[[event]]``."""

    names: Annotated[list[Name], msgspec.Meta(min_length=1)]
    kind: Code
    properties: dict[str, Name] = msgspec.field(default_factory=dict)

    def build(self) -> TrackedKind:
        """Return the kind."""
        return TrackedKind(tuple(self.names), self.kind, MappingProxyType(self.properties))


class TrackersFile(TomlRow, frozen=True):
    """The whole file."""

    event: list[TrackedRow] = msgspec.field(default_factory=list)
    attributes: dict[str, Name] = msgspec.field(default_factory=dict)
    identities: dict[str, IdentityKind] = msgspec.field(default_factory=dict)

    def build(self) -> TrackerRules:
        """Return the rules.

        Raises:
            RuleError: an event is named twice.
        """
        return TrackerRules.of(
            (row.build() for row in self.event),
            MappingProxyType(self.attributes),
            self.identities,
        )
