"""An event 互动事件: something a person did or that happened to their lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType

from domain.swift import swift
from domain.values import PersonId

#: A property is a string, a number (money in yuan, spans in seconds) or a flag.
PropertyValue = str | float | bool
NO_PROPERTIES: Mapping[str, PropertyValue] = MappingProxyType({})


@swift
@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence of a registered kind. Append-only, never rewritten.

    It belongs to the person *as they came in*; a merge adds a link. ``event_at``
    is when it happened, ``received_at`` when Clew stored it. ``dedupe_key``
    makes a repeated delivery fall on the first one. ``text`` is what was said,
    kept encrypted; it never enters a score.
    """

    person_id: PersonId
    kind: str
    event_at: datetime
    received_at: datetime
    dedupe_key: str
    source_sequence: int = 0
    properties: Mapping[str, PropertyValue] = field(default_factory=lambda: NO_PROPERTIES)
    text: str = ""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """The one order of events: event time, source sequence, dedupe key."""
        return (self.event_at, self.source_sequence, self.dedupe_key)


class Ordered(tuple[Event, ...]):
    """Events in their order, free of repeats; :func:`in_order` alone makes them."""

    __slots__ = ()


#: :attr:`Event.order`, read in one step.
_ORDER = attrgetter("event_at", "source_sequence", "dedupe_key")


def in_order(events: Iterable[Event]) -> Ordered:
    """Sort events by their order and drop repeats of a dedupe key."""
    if isinstance(events, Ordered):  # a history goes through many hands, each of which asks
        return events
    seen: dict[str, Event] = {}
    for event in sorted(events, key=_ORDER):
        seen.setdefault(event.dedupe_key, event)
    return Ordered(seen.values())
