"""When may time alone change a value? Never later than it does; a caller sets a timer.

Each part of an expression that hangs on time says when it may change next: an
event leaves a window, a day begins, the time of what should have followed ends,
an age reaches the number it is compared with, an event dated ahead comes due.
The earliest of them is the horizon. Until then nothing changes without new events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import Expression, Last, Unit, Window
from domain.behaviour.vectors.compile import Compiler
from domain.behaviour.vectors.order import unfollowed
from domain.behaviour.vectors.selection import UNIT_US, Scene, Selection
from domain.behaviour.vectors.steps import Step, run_steps
from domain.behaviour.walk import operands_of, window_of
from domain.columns.days import MICROSECOND, NEVER, Integers, Moments, days_of, starts_of_days
from domain.columns.persons import Columns
from domain.columns.reduce import Ranges, reduced_moments
from domain.columns.values import Marks, Positions

#: The horizon where time alone changes nothing.
NO_CHANGE = 2**63 - 1
#: An age in minutes or hours that is not compared with a number flows; it is looked at so often.
_FLOW_US = 60_000_000
#: Half of the precision of comparisons, and as much again for safety.
_BLUR = 1e-6

#: Days (in the year 8214) and spans that are as good as for ever.
_FAR = 3_000_000

Look: TypeAlias = Callable[[Scene, list[Any]], Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Horizon:
    """Expressions made ready to be asked when they may change."""

    steps: tuple[Step, ...]
    looks: tuple[Look, ...]

    @classmethod
    def of(cls, expressions: Sequence[Expression]) -> Horizon:
        """Make ``expressions`` ready."""
        compiler, looks = Compiler(), list[Look]()
        for expression in expressions:
            looks.extend(_looks(expression, compiler))
        return cls(tuple(compiler.steps), tuple(looks))

    def run(self, columns: Columns, moments: Moments) -> Integers:
        """Return for each person the microsecond until which all values stay as they are.

        It is later than their moment; ``NO_CHANGE`` if nothing will change. An age in
        minutes or hours that is used as a number changes all the time: for it the
        next minute is the answer.
        """
        scene = Scene(columns, moments)
        found = run_steps(self.steps, scene)
        horizon = _next_events(scene)
        for look in self.looks:
            horizon = np.minimum(horizon, look(scene, found))
        return horizon


def _next_events(scene: Scene) -> Integers:
    """Return when the next event dated ahead comes due."""
    last = scene.columns.offsets[1:]
    return _at(scene, scene.ends, scene.ends < last)


def _looks(node: Expression, compiler: Compiler) -> Iterator[Look]:
    """Yield what each part of a tree says."""
    match node:
        case tree.Comparison(_, tree.Age() as age, tree.Literal(value)) | tree.Comparison(
            _, tree.Literal(value), tree.Age() as age
        ) if isinstance(value, int | float) and not isinstance(value, bool):
            yield _age_reaches(age, float(value), compiler)
            yield from _looks(age.moment, compiler)
            return
        case tree.Age():
            yield _age_flows(node, compiler)
        case tree.NotFollowed():
            yield _comes_true(node, compiler)
            yield _leaves(node.first, node.window, compiler)
        case tree.Sequence(steps, _, window):
            yield _leaves(steps[0], window, compiler)
        case tree.Done(events, window) | tree.Edge(tree.End.LAST, events, _, window):
            yield _leaves(events, window, compiler, is_last_alone=True)
        case (
            tree.Aggregate(_, events, _, window)
            | tree.Edge(_, events, _, window)
            | tree.Preference(events, _, _, _, window)
        ):
            yield _leaves(events, window, compiler)
        case _:
            pass
    around = window_of(node)
    if isinstance(around, tree.Anchored):  # it moves with the event at which it is anchored
        is_last = around.end is tree.End.LAST
        yield _leaves(around.events, around.window, compiler, is_last_alone=is_last)
    for child in operands_of(node):
        yield from _looks(child, compiler)


def _leaves(
    events: tree.EventPattern, window: Window, compiler: Compiler, *, is_last_alone: bool = False
) -> Look:
    """Say when the first event leaves the window, or the last where no other one matters."""
    if not isinstance(window, Last):
        return lambda *_: np.array(NO_CHANGE)
    selection = compiler.about_events.events(events)
    slot = compiler.about_events.ranges(selection, compiler.about_events.window(window))

    def look(scene: Scene, found: list[Any]) -> Integers:
        ranges: Ranges = found[slot]
        edge = ranges.hi - 1 if is_last_alone else ranges.lo
        return _left(scene, found[selection], edge, ranges, window)

    return look


def _left(
    scene: Scene, selection: Selection, edge: Positions, ranges: Ranges, window: Last
) -> Integers:
    horizon = np.full(edge.shape, NO_CHANGE)
    rows = np.flatnonzero(ranges.sizes > 0)
    positions = selection.positions[edge[rows]]
    if window.unit is Unit.DAY:
        days = scene.columns.day[positions].astype(np.int64) + window.count
        horizon[rows] = _starts(days, scene)
    else:
        horizon[rows] = scene.columns.at[positions] + window.count * UNIT_US[window.unit]
    return horizon


def _comes_true(node: tree.NotFollowed, compiler: Compiler) -> Look:
    """Say when the time of an event that nothing has followed so far is over."""
    first, then = (compiler.about_events.events(events) for events in (node.first, node.then))
    ranges = compiler.about_events.ranges(first, compiler.about_events.window(node.window))
    span = node.within // MICROSECOND

    def look(scene: Scene, found: list[Any]) -> Integers:
        owner, due = unfollowed(scene, found[first], found[ranges], found[then], span)
        return reduced_moments(np.minimum, due, owner, scene.columns.persons, NO_CHANGE)

    return look


def _age_flows(node: tree.Age, compiler: Compiler) -> Look:
    slot = compiler.of(node.moment)

    def look(scene: Scene, found: list[Any]) -> Integers:
        moments = found[slot].moments
        if moments is None:
            return np.array(NO_CHANGE)
        now = scene.moments
        following = _starts(now.day + 1, scene) if node.unit is Unit.DAY else now.us + _FLOW_US
        return np.where(moments == NEVER, NO_CHANGE, following)

    return look


def _age_reaches(node: tree.Age, number: float, compiler: Compiler) -> Look:
    """Say when an age comes to the number that it is compared with, or leaves it."""
    slot = compiler.of(node.moment)

    def look(scene: Scene, found: list[Any]) -> Integers:
        moments = found[slot].moments
        if moments is None:
            return np.array(NO_CHANGE)
        reach = _days_reached if node.unit is Unit.DAY else _units_reached
        # Where nothing is known any moment will do: the answer is not used.
        at = np.where(moments == NEVER, scene.moments.us, moments)
        return np.where(moments == NEVER, NO_CHANGE, reach(scene, at, number, node.unit))

    return look


def _days_reached(scene: Scene, at: Integers, number: float, _: Unit) -> Integers:
    whole, now = int(np.floor(np.clip(number, -_FAR, _FAR) + _BLUR)), scene.moments.day
    reached = days_of(at, scene.columns.zone) + whole
    # The age equals the number on one day, so that day and the next may bring a change.
    target = np.where(reached > now, reached, reached + 1)
    return np.where(target > now, _starts(target, scene), NO_CHANGE)


def _units_reached(scene: Scene, at: Integers, number: float, unit: Unit) -> Integers:
    now, span = scene.moments.us, float(np.clip(number, -_FAR, _FAR))
    begins = at + int(np.floor((span - _BLUR) * UNIT_US[unit]))
    ends = at + int(np.ceil((span + _BLUR) * UNIT_US[unit]))
    inside = np.where(ends >= now, now + 1, NO_CHANGE)
    return np.where(begins > now, begins, inside)


def _starts(days: Integers, scene: Scene) -> Integers:
    """Return when days begin; a day beyond the calendar never does."""
    is_near = (days > 0) & (days < _FAR)
    # Any day will do where the answer is thrown away; ``days`` may be those of some persons.
    today = scene.moments.day.min(initial=_FAR)
    starts = starts_of_days(np.where(is_near, days, today), scene.columns.zone)
    return np.where(is_near, starts, NO_CHANGE)


def _at(scene: Scene, positions: Positions, has: Marks) -> Integers:
    horizon = np.full(positions.shape, NO_CHANGE)
    horizon[has] = scene.columns.at[positions[has]]
    return horizon
