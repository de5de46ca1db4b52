"""What an expression speaks of: kinds of events, facts, tags, and whether time alone moves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta

from domain.behaviour.syntax import (
    Age,
    Aggregate,
    Anchored,
    Attribute,
    Between,
    Edge,
    EventPattern,
    Ever,
    Expression,
    Last,
    NotFollowed,
    Preference,
    Property,
    Tag,
    Unit,
)
from domain.events.registry import EventRegistry

_ROLLING = {Unit.HOUR: timedelta(hours=1), Unit.MINUTE: timedelta(minutes=1)}
_UNITS = {**_ROLLING, Unit.DAY: timedelta(days=1)}
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Mentions:
    """``kinds`` are names of kinds; ``any_kind`` also speaks of every interaction.

    ``is_daily`` tells that the value may change at midnight with nobody doing
    anything. ``rolls`` are the spans after an event at which it may change at any
    minute: rolling windows, and the end of a wait for what did not follow.
    """

    kinds: frozenset[str] = frozenset()
    any_kind: bool = False
    facts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    is_daily: bool = False
    rolls: frozenset[timedelta] = frozenset()
    #: An age in hours or minutes: it never rests.
    is_restless: bool = False
    #: How far back events matter, a day as 24 hours; None where all of them do.
    reach: timedelta | None = timedelta(0)

    @property
    def is_timed(self) -> bool:
        """Tell whether time alone may change the value."""
        return self.is_daily or self.is_restless or bool(self.rolls)

    def kinds_in(self, events: EventRegistry) -> frozenset[str]:
        """Return all kinds whose arrival matters."""
        return self.kinds | events.interactions() if self.any_kind else self.kinds


def mentions_of(*expressions: Expression) -> Mentions:
    """Return what all of the expressions together speak of."""
    nodes = [node for expression in expressions for node in walk(expression)]
    patterns = [node for node in nodes if isinstance(node, EventPattern)]
    ages = [node.unit for node in nodes if isinstance(node, Age)]
    windows = [node for node in nodes if isinstance(node, Last)]
    rolling = [w.count * _ROLLING[w.unit] for w in windows if w.unit in _ROLLING]
    waits = [node.within for node in nodes if isinstance(node, NotFollowed)]
    return Mentions(
        kinds=frozenset(p.kind for p in patterns if p.kind is not None),
        any_kind=any(p.kind is None for p in patterns),
        facts=frozenset(node.name for node in nodes if isinstance(node, Attribute)),
        tags=frozenset(node.name for node in nodes if isinstance(node, Tag)),
        is_daily=Unit.DAY in ages or any(w.unit is Unit.DAY for w in windows),
        rolls=frozenset(rolling + waits),
        is_restless=any(unit is not Unit.DAY for unit in ages),
        reach=_reach(nodes),
    )


def _reach(nodes: list[object]) -> timedelta | None:
    if any(isinstance(node, Ever | Between | Anchored) for node in nodes):
        return None
    return max((w.count * _UNITS[w.unit] for w in nodes if isinstance(w, Last)), default=_NO_TIME)


def properties_of(expressions: Sequence[Expression]) -> frozenset[str]:
    """Return the names of all properties of events that expressions read."""
    found: set[str | None] = set()
    for expression in expressions:
        for node in walk(expression):
            match node:
                case Aggregate(property=name) | Edge(property=name):
                    found.add(name)
                case Preference(property=name, by=by):
                    found |= {name, by}
                case Property(name=name):
                    found.add(name)
                case _:
                    pass
    return frozenset(name for name in found if name is not None)


def walk(node: object) -> Iterator[object]:
    """Yield every node and window of a tree, the root first."""
    yield node
    if is_dataclass(node):
        for field in fields(node):
            child = getattr(node, field.name)
            for one in child if isinstance(child, tuple) else (child,):
                if is_dataclass(one):
                    yield from walk(one)
