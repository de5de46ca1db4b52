"""Persons as columns: each one's events contiguous, in the order of events.

The same shape is laid out from values in memory (:func:`columns_of`), from the
database and from Parquet; one person is a batch of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.columns.days import Integers, days_of, microseconds
from domain.columns.laying import lay_out
from domain.columns.values import Item, Marks, Value
from domain.events.event import Event, in_order
from domain.swift import swift
from domain.values import BUSINESS_ZONE

Kinds = NDArray[np.int16]
Days = NDArray[np.int32]
Facts: TypeAlias = Mapping[str, Item]
NOTHING: Facts = MappingProxyType({})


@swift
@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is known of one person: events in any order, attributes, and values of tags."""

    events: Sequence[Event] = ()
    facts: Facts = field(default_factory=lambda: NOTHING)
    tags: Facts = field(default_factory=lambda: NOTHING)


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Person *i* owns the events ``offsets[i]`` to ``offsets[i + 1]``, in event order.

    ``kind`` are positions in ``kinds``, ``at`` microseconds since 1970, ``day``
    ordinals of the calendar day in ``zone``. ``is_interaction`` says of each of
    ``kinds`` whether it counts as interaction. ``properties`` have one row per
    event; ``facts`` and ``tags`` one per person.
    """

    offsets: Integers
    kind: Kinds
    at: Integers
    day: Days
    kinds: tuple[str, ...]
    is_interaction: Marks
    properties: Mapping[str, Value]
    facts: Mapping[str, Value]
    tags: Mapping[str, Value]
    zone: ZoneInfo

    @property
    def persons(self) -> int:
        """How many persons there are."""
        return self.offsets.size - 1


def columns_of(
    persons: Sequence[Behaviour],
    interactions: Collection[str] = (),
    zone: ZoneInfo = BUSINESS_ZONE,
    properties: Collection[str] | None = None,
) -> Columns:
    """Lay out persons; ``interactions`` are the kinds that count as interaction.

    Events are put in order, and repeats of a dedupe key dropped. ``properties`` are
    those of :func:`columns_in_order`.
    """
    histories = [in_order(person.events) for person in persons]
    return columns_in_order(
        histories,
        zone,
        interactions=interactions,
        facts=[person.facts for person in persons],
        tags=[person.tags for person in persons],
        properties=properties,
    )


def columns_in_order(
    histories: Sequence[Sequence[Event]],
    zone: ZoneInfo,
    *,
    interactions: Collection[str] = (),
    facts: Sequence[Facts] = (),
    tags: Sequence[Facts] = (),
    properties: Collection[str] | None = None,
) -> Columns:
    """Lay out histories that are in order and free of repeats.

    ``properties`` names those that will be asked for; None lays out all.
    """
    events = [event for history in histories for event in history]
    codes: dict[str, int] = {}
    kind = [codes.setdefault(event.kind, len(codes)) for event in events]
    at = np.array([microseconds(event.event_at) for event in events], dtype=np.int64)
    has_properties = properties is None or bool(properties)
    return Columns(
        offsets=np.cumsum([0, *map(len, histories)], dtype=np.int64),
        kind=np.array(kind, dtype=np.int16),
        at=at,
        day=days_of(at, zone).astype(np.int32),
        kinds=tuple(codes),
        is_interaction=np.array([name in interactions for name in codes], dtype=np.bool_),
        properties=lay_out([e.properties for e in events], properties) if has_properties else {},
        facts=lay_out(facts),
        tags=lay_out(tags),
        zone=zone,
    )
