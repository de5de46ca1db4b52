"""Checks of what reads events: properties, windows, steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from domain.behaviour.reading.names import Scope
from domain.behaviour.syntax import (
    Aggregate,
    Anchored,
    Between,
    Done,
    Edge,
    EventPattern,
    Expression,
    Function,
    Last,
    NotFollowed,
    Preference,
    Sequence,
    Unit,
    Window,
)
from domain.behaviour.vocabulary import ValueType, Vocabulary, type_of_property
from domain.behaviour.walk import OnEvents, patterns_of

#: No window and no length of time is longer: ten years.
LONGEST = timedelta(days=3660)
#: How many steps a sequence may have, and how many values a preference may yield.
_FEWEST_STEPS, _MOST_STEPS = 2, 20
_MOST_VALUES = 100
_NO_TIME = timedelta(0)
_WITHOUT_PROPERTY = {Function.COUNT, Function.DAYS}
_LENGTHS = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
}


class Judge(Protocol):
    """What judges the values inside filters and gathers the mistakes."""

    vocabulary: Vocabulary

    def wrong(self, node: object, code: str, **values: str) -> None:
        """Note a mistake."""

    def must_be(self, wanted: ValueType, node: Expression, scope: Scope | None) -> None:
        """Note a mistake unless a node is of the type ``wanted``."""


def length_of(window: Last) -> timedelta:
    """Return the length of a window until now; of calendar days, as if each had 24 hours.

    Raises:
        OverflowError: it is longer than anything that can be counted.
    """
    return window.count * _LENGTHS[window.unit]


def type_of_events(node: OnEvents, judge: Judge) -> ValueType | None:
    """Return the type of what a node makes of events, or None when a mistake was noted.

    Of a property it is the one that is registered, though its moments and lists are kept as texts.
    """
    for pattern in patterns_of(node):
        _pattern(pattern, judge)
    _window(node, node.window, judge)
    match node:
        case Aggregate():
            return _aggregate(node, judge)
        case Edge(events=events, property=str(name)):
            return _property(events, name, judge)
        case Edge():
            return ValueType.MOMENT
        case Preference():
            return _preference(node, judge)
        case _:
            _steps(node, judge)
            return ValueType.FLAG


def _steps(node: Sequence | NotFollowed | Done, judge: Judge) -> None:
    if isinstance(node, Sequence) and not _FEWEST_STEPS <= len(node.steps) <= _MOST_STEPS:
        judge.wrong(node, "steps_wanted", most=str(_MOST_STEPS))
    if not isinstance(node, Done) and node.within is not None:
        _within(node, node.within, judge)


def _pattern(pattern: EventPattern, judge: Judge) -> None:
    if pattern.kind is not None and pattern.kind not in judge.vocabulary.events.kinds:
        judge.wrong(pattern, "unknown_kind", name=pattern.kind)
    elif pattern.where is not None:
        judge.must_be(ValueType.FLAG, pattern.where, Scope(pattern.kind))


def _aggregate(node: Aggregate, judge: Judge) -> ValueType:
    if node.function in _WITHOUT_PROPERTY:
        if node.property is not None:
            judge.wrong(node.events, "property_not_wanted")
    elif node.property is None:
        judge.wrong(node.events, "property_wanted")
    else:
        found = _property(node.events, node.property, judge)
        if node.function is not Function.DISTINCT and found not in (None, ValueType.NUMBER):
            judge.wrong(node.events, "number_property_wanted", found=str(found))
    return ValueType.NUMBER


def _preference(node: Preference, judge: Judge) -> ValueType:
    found = _property(node.events, node.property, judge)
    if found not in (None, ValueType.TEXT):
        judge.wrong(node.events, "text_property_wanted", found=str(found))
    if not 1 <= node.most <= _MOST_VALUES:
        judge.wrong(node, "most_out_of_range", most=str(_MOST_VALUES))
    if node.by is not None:
        by = _property(node.events, node.by, judge)
        if by not in (None, ValueType.NUMBER):
            judge.wrong(node, "number_property_wanted", found=str(by))
    return ValueType.TEXTS


def _property(events: EventPattern, name: str, judge: Judge) -> ValueType | None:
    spec = judge.vocabulary.properties(events.kind).get(name)
    if spec is not None:
        return type_of_property(spec)
    if events.kind is None or events.kind in judge.vocabulary.events.kinds:
        label = judge.vocabulary.events.label(events.kind) if events.kind else ""
        judge.wrong(events, "unknown_property", name=name, kind=label)
    return None


def _window(node: OnEvents, window: Window, judge: Judge) -> None:
    match window:
        case Last(count=count) if count < 1:
            judge.wrong(window, "window_without_length")
        case Last():
            if _is_absurd(window):
                judge.wrong(window, "window_too_long")
        case Anchored(within=within, window=inner):
            _within(window, within, judge)
            if isinstance(inner, Anchored):
                judge.wrong(window, "anchor_in_anchor")
            else:
                _window(node, inner, judge)
        case Between():
            _between(node, window, judge)
        case _:
            pass


def _between(node: OnEvents, window: Between, judge: Judge) -> None:
    start, end = window.start, window.end
    if start is None and end is None:
        judge.wrong(node, "window_wanted")
    elif any(moment is not None and moment.tzinfo is None for moment in (start, end)):
        judge.wrong(window, "no_such_moment")
    elif start is not None and end is not None:
        if start >= end:
            judge.wrong(window, "window_backwards")
        elif end - start > LONGEST:
            judge.wrong(window, "window_too_long")


def _is_absurd(window: Last) -> bool:
    try:
        return length_of(window) > LONGEST
    except OverflowError:
        return True


def _within(node: OnEvents | Anchored, within: timedelta, judge: Judge) -> None:
    if within <= _NO_TIME:
        judge.wrong(node, "window_without_length")
    elif within > LONGEST:
        judge.wrong(node, "window_too_long")
    elif within % _LENGTHS[Unit.MINUTE]:
        judge.wrong(node, "whole_minutes_wanted")
