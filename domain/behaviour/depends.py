"""What a value depends on: when does it have to be computed again?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.behaviour.check_events import length_of
from domain.behaviour.syntax import (
    Age,
    Attribute,
    Between,
    EventPattern,
    Ever,
    Expression,
    Last,
    NotFollowed,
    Tag,
    Unit,
)
from domain.behaviour.walk import nodes_of, patterns_of, window_of
from domain.events.registry import EventRegistry

_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Dependence:
    """What can change the value of an expression.

    ``kinds`` are the registered names of the kinds it counts, ``has_any_kind``
    tells that every kind that counts as interaction matters. ``turns_daily``:
    midnight of the business zone alone can change it. ``turns_any_time``: a
    moment within a day can, as windows of hours and *not followed* do. An event
    dated ahead of its arrival counts when its time comes; whoever stores one
    has to look again then. ``longest`` is how far back events matter, None when
    all of them do (or none: then it is zero).
    """

    kinds: frozenset[str]
    has_any_kind: bool
    attributes: frozenset[str]
    tags: frozenset[str]
    turns_daily: bool
    turns_any_time: bool
    longest: timedelta | None

    @property
    def has_time(self) -> bool:
        """Tell whether time alone can change the value."""
        return self.turns_daily or self.turns_any_time

    def kinds_in(self, events: EventRegistry) -> frozenset[str]:
        """Return all kinds whose arrival matters."""
        return self.kinds | events.interactions() if self.has_any_kind else self.kinds


def depends(expression: Expression) -> Dependence:
    """Return what an expression depends on."""
    nodes = tuple(nodes_of(expression))
    patterns = [pattern for node in nodes for pattern in patterns_of(node)]
    windows = [window for node in nodes if (window := window_of(node)) is not None]
    units = {window.unit for window in windows if isinstance(window, Last)}
    units |= {node.unit for node in nodes if isinstance(node, Age)}
    return Dependence(
        kinds=_kinds(patterns),
        has_any_kind=any(pattern.kind is None for pattern in patterns),
        attributes=frozenset(node.name for node in nodes if isinstance(node, Attribute)),
        tags=frozenset(node.name for node in nodes if isinstance(node, Tag)),
        turns_daily=Unit.DAY in units,
        turns_any_time=bool(units - {Unit.DAY})
        or any(isinstance(node, NotFollowed) for node in nodes),
        longest=None
        if any(isinstance(window, Ever | Between) for window in windows)
        else max((length_of(w) for w in windows if isinstance(w, Last)), default=_NO_TIME),
    )


def _kinds(patterns: list[EventPattern]) -> frozenset[str]:
    return frozenset(pattern.kind for pattern in patterns if pattern.kind is not None)
