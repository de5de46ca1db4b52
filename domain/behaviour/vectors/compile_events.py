"""The parts of an expression that are about events, as steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import (
    Anchored,
    Between,
    End,
    EventPattern,
    Expression,
    Function,
    Window,
)
from domain.behaviour.vectors import aggregate, order, preference
from domain.behaviour.vectors.selection import Scene, Selection
from domain.behaviour.vectors.steps import Steps
from domain.columns.days import MICROSECOND
from domain.columns.reduce import Ranges
from domain.columns.values import Flags, Marks, Positions, Value


class EventCompiler:
    """Turns what is said about events into steps; ``condition`` compiles a pattern's ``where``."""

    def __init__(self, steps: Steps, condition: Callable[[Expression, int], int]) -> None:
        """Add to ``steps``."""
        self._steps = steps
        self._condition = condition
        self._until_now: set[int] = set()

    def of(self, expression: Expression) -> int:
        """Return the slot of an expression about events.

        Raises:
            ValueError: it is none, or a function lacks its property.
        """
        match expression:
            case tree.Aggregate():
                return self._aggregate(expression)
            case tree.Edge():
                return self._edge(expression)
            case tree.Preference():
                return self._preference(expression)
            case tree.Done(events, window):
                ranges = self.ranges(self.events(events), self.window(window))
                return self._steps.add(("done", ranges), lambda s, found: _done(s, found[ranges]))
            case tree.Sequence(steps, limit, window):
                return self._sequence([self.events(step) for step in steps], limit, window)
            case tree.NotFollowed(first, then, span, window):
                return self._not_followed(self.events(first), self.events(then), span, window)
            case _:
                raise ValueError(repr(expression))

    def events(self, pattern: EventPattern) -> int:
        """Return the slot of the selection of events of a pattern."""
        kind = pattern.kind
        base = self._steps.add(("kind", kind), lambda s, _: Selection(s.of_kind(kind)))
        if pattern.where is None:
            return base
        where = self._condition(pattern.where, base)
        return self._steps.add(
            ("where", base, where), lambda _, found: _filtered(found[base], found[where].holds)
        )

    def _aggregate(self, one: tree.Aggregate) -> int:
        events, window = self.events(one.events), self.window(one.window)
        function, name = one.function, one.property
        if function is Function.COUNT:
            ranges = self.ranges(events, window)
            return self._steps.number(("count", ranges), lambda _, f: aggregate.counted(f[ranges]))
        if function is Function.DAYS:
            ranges = self.ranges(events, window)
            return self._steps.number(
                ("days", ranges),
                lambda s, found: aggregate.days_counted(s.columns, found[events], found[ranges]),
            )
        if name is None:
            raise ValueError(repr(one))
        if function is Function.DISTINCT:
            return self._distinct(events, name, window)
        having = self._steps.add(
            ("having", events, name),
            lambda s, found: aggregate.having_number(found[events], s.columns.properties.get(name)),
        )
        ranges = self.ranges(having, window)
        return self._steps.number(
            (function, ranges),
            lambda _, found: aggregate.aggregated(function, found[having], found[ranges]),
        )

    def _distinct(self, events: int, name: str, window: int) -> int:
        pair = self._steps.add(
            ("having any", events, name),
            lambda s, found: aggregate.having_any(found[events], s.columns.properties.get(name)),
        )
        having = self._steps.add(("first of", pair), lambda _, found: found[pair][0])
        ranges = self.ranges(having, window)
        return self._steps.number(
            ("distinct", ranges),
            lambda _, found: aggregate.distinct(found[pair][1], found[ranges]),
        )

    def _edge(self, one: tree.Edge) -> int:
        events, name = self.events(one.events), one.property
        ranges = self.ranges(events, self.window(one.window))
        edge = self._at_edge(one.end, events, ranges)
        if name is None:
            return self._steps.add(
                ("moment at", edge),
                lambda s, found: aggregate.moment_at_edge(s.columns, *found[edge]),
            )
        return self._steps.add(
            ("property at", edge, name),
            lambda s, found: aggregate.property_at_edge(s.columns, name, *found[edge]),
        )

    def _at_edge(self, end: End, events: int, ranges: int) -> int:
        return self._steps.add(
            (end, events, ranges),
            lambda _, found: aggregate.edge_positions(end, found[events], found[ranges]),
        )

    def _preference(self, one: tree.Preference) -> int:
        events, name, by, most = self.events(one.events), one.property, one.by, one.most
        having = self._steps.add(
            ("having text", events, name, by),
            lambda s, found: preference.having_text(
                found[events],
                s.columns.properties.get(name),
                s.columns.properties.get(by) if by else None,
                is_weighed=by is not None,
            ),
        )
        ranges = self.ranges(having, self.window(one.window))
        return self._steps.add(
            ("preferred", having, ranges, most),
            lambda _, found: Value(lists=preference.preferred(found[having], found[ranges], most)),
        )

    def _sequence(self, steps: list[int], limit: timedelta | None, window: Window) -> int:
        span = None if limit is None else limit // MICROSECOND
        inside = self.window(window)
        first = self.ranges(steps[0], inside)
        return self._steps.flag(
            ("sequence", *steps, span, inside),
            lambda s, found: order.in_sequence(
                s, [found[step] for step in steps], found[first], found[inside], span
            ),
        )

    def _not_followed(self, first: int, then: int, span: timedelta, window: Window) -> int:
        us = span // MICROSECOND
        ranges = self.ranges(first, self.window(window))
        return self._steps.flag(
            ("not followed", ranges, then, us),
            lambda s, found: order.not_followed(s, found[first], found[ranges], found[then], us),
        )

    def window(self, window: Window) -> int:
        """Return the slot of each person's range of events in a window."""
        if isinstance(window, Anchored):
            return self._anchored(window)
        slot = self._steps.add(("window", window), lambda s, _: s.window(window))
        if not isinstance(window, Between):
            self._until_now.add(slot)
        return slot

    def _anchored(self, window: Anchored) -> int:
        events, us = self.events(window.events), window.within // MICROSECOND
        edge = self._at_edge(window.end, events, self.ranges(events, self.window(window.window)))
        return self._steps.add(
            ("anchored", edge, window.side, us),
            lambda s, found: s.beside(found[edge], window.side, us),
        )

    def ranges(self, selection: int, window: int) -> int:
        """Return the slot of each person's range of a selection in a window."""
        # Most windows end now, so most ranges of a selection have one end in common.
        end = self._steps.add(
            ("until", selection, None if window in self._until_now else window),
            lambda s, found: _searched(s, found[selection], found[window].hi),
        )
        return self._steps.add(
            ("within", selection, window),
            lambda s, found: _within(s, found[selection], found[window].lo, found[end]),
        )


# Of a few persons most kinds of events are unknown; what asks for one need not be worked out.


def _searched(scene: Scene, selection: Selection, edges: Positions) -> Positions:
    if selection.positions.size == 0:
        return scene.nowhere.hi
    return np.searchsorted(selection.positions, edges)


def _within(scene: Scene, selection: Selection, edges: Positions, ends: Positions) -> Ranges:
    if selection.positions.size == 0:
        return scene.nowhere
    return Ranges(np.searchsorted(selection.positions, edges), ends)


def _done(scene: Scene, ranges: Ranges) -> Value:
    return scene.nobody if ranges is scene.nowhere else Value(flags=Flags(ranges.sizes > 0))


def _filtered(selection: Selection, marks: Marks) -> Selection:
    marks = np.broadcast_to(marks, selection.positions.shape)
    return selection if marks.all() else Selection(selection.positions[marks])
