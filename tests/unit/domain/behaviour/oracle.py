"""The language of behaviour as its docstrings define it: slow, obvious, one person at a time.

Written from ``domain/behaviour/syntax.py`` alone and not from the kernel, so that
the two can be held against each other. Missing is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import Relation, Unit
from domain.columns.persons import Behaviour
from domain.columns.values import Item
from domain.events.event import Event, in_order
from domain.values import BUSINESS_ZONE

SPANS = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}


@dataclass
class Oracle:
    """One person, looked at now."""

    person: Behaviour
    now: datetime
    interactions: frozenset[str] = frozenset()
    zone: ZoneInfo = BUSINESS_ZONE
    events: tuple[Event, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.events = tuple(e for e in in_order(self.person.events) if e.event_at <= self.now)

    def value(self, node: tree.Expression, event: Event | None = None) -> Item:  # noqa: C901, PLR0911, PLR0912 - one case per node
        match node:
            case tree.Literal(value):
                return value
            case tree.Attribute(name):
                return self.person.facts.get(name)
            case tree.Tag(name):
                return self.person.tags.get(name)
            case tree.Property(name):
                assert event is not None
                return event.properties.get(name)
            case tree.Arithmetic(operator, left, right):
                return arithmetic(operator, self.value(left, event), self.value(right, event))
            case tree.Comparison(relation, left, right):
                return compare(relation, self.value(left, event), self.value(right, event))
            case tree.Member(value, options):
                found = self.value(value, event)
                return any(compare(Relation.EQUAL, found, option.value) for option in options)
            case tree.Known(value):
                return self.value(value, event) not in {None, "", ()}
            case tree.And(operands):
                return all(self.holds(operand, event) for operand in operands)
            case tree.Or(operands):
                return any(self.holds(operand, event) for operand in operands)
            case tree.Not(operand):
                return not self.holds(operand, event)
            case tree.Cast(value, to):
                return spelled(self.value(value, event), to, self.zone)
            case tree.Age(moment, unit):
                return self.age(self.value(moment, event), unit)
            case _:
                return self.of_events(node)

    def holds(self, node: tree.Expression, event: Event | None = None) -> bool:
        return self.value(node, event) is True

    def age(self, moment: Item, unit: Unit) -> float | None:
        if not isinstance(moment, datetime):
            return None
        if unit is Unit.DAY:
            return (self.day(self.now) - self.day(moment)) * 1.0
        # Two whole numbers are divided, as a day of 24 hours has 24 of them.
        return ((self.now - moment) // US) / (SPANS[unit] // US)

    def day(self, moment: datetime) -> int:
        return moment.astimezone(self.zone).toordinal()

    def fits(self, pattern: tree.EventPattern, event: Event) -> bool:
        if pattern.kind is None:
            if event.kind not in self.interactions:
                return False
        elif event.kind != pattern.kind:
            return False
        return pattern.where is None or self.holds(pattern.where, event)

    def is_in(self, window: tree.Window, event: Event) -> bool:
        at = event.event_at
        match window:
            case tree.Ever():
                return True
            case tree.Last(count, Unit.DAY):
                return self.day(self.now) - self.day(at) < count
            case tree.Last(count, unit):
                return self.now - at < count * SPANS[unit]
            case tree.Between(start, end):
                return (start is None or start <= at) and (end is None or at < end)
            case tree.Anchored():
                return self.is_beside(window, event)

    def is_beside(self, window: tree.Anchored, event: Event) -> bool:
        anchors = self.chosen(window.events, window.window)
        if not anchors:
            return False
        anchor = anchors[0] if window.end is tree.End.FIRST else anchors[-1]
        if window.side is tree.Side.AFTER:
            return event.order > anchor.order and event.event_at - anchor.event_at <= window.within
        return event.order < anchor.order and anchor.event_at - event.event_at <= window.within

    def chosen(self, pattern: tree.EventPattern, window: tree.Window) -> list[Event]:
        return [e for e in self.events if self.is_in(window, e) and self.fits(pattern, e)]

    def of_events(self, node: tree.Expression) -> Item:  # noqa: PLR0911 - one case per node
        match node:
            case tree.Aggregate():
                return self.aggregate(node)
            case tree.Edge(end, events, name, window):
                chosen = self.chosen(events, window)
                if not chosen:
                    return None
                edge = chosen[0] if end is tree.End.FIRST else chosen[-1]
                return edge.event_at if name is None else edge.properties.get(name)
            case tree.Preference():
                return self.preference(node)
            case tree.Done(events, window):
                return bool(self.chosen(events, window))
            case tree.Sequence():
                return self.sequence(node)
            case tree.NotFollowed():
                return self.not_followed(node)
        raise AssertionError(node)

    def aggregate(self, node: tree.Aggregate) -> float | None:  # noqa: PLR0911 - one per function
        chosen = self.chosen(node.events, node.window)
        if node.function is tree.Function.COUNT:
            return float(len(chosen))
        if node.function is tree.Function.DAYS:
            return float(len({self.day(event.event_at) for event in chosen}))
        assert node.property is not None
        values = [event.properties.get(node.property) for event in chosen]
        if node.function is tree.Function.DISTINCT:
            return float(len({(type(v) is bool, v) for v in values if v is not None}))
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        if node.function is tree.Function.SUM:
            return float(sum(numbers))
        if not numbers:
            return None
        if node.function is tree.Function.AVG:
            return sum(numbers) / len(numbers)
        return float((max if node.function is tree.Function.MAX else min)(numbers))

    def preference(self, node: tree.Preference) -> tuple[str, ...] | None:
        weights: dict[str, float] = {}
        last: dict[str, int] = {}
        for place, event in enumerate(self.chosen(node.events, node.window)):
            text = event.properties.get(node.property)
            weight = 1.0 if node.by is None else event.properties.get(node.by)
            if isinstance(text, str) and isinstance(weight, float):
                weights[text] = weights.get(text, 0.0) + weight
                last[text] = place
        best = sorted(weights, key=lambda text: (-rounded(weights[text]), -last[text], text))
        return tuple(best[: node.most]) or None

    def sequence(self, node: tree.Sequence) -> bool:
        places = list(enumerate(self.events))
        steps = [
            [p for p, e in places if self.is_in(node.window, e) and self.fits(step, e)]
            for step in node.steps
        ]
        for choice in product(*steps):
            span = self.events[choice[-1]].event_at - self.events[choice[0]].event_at
            is_rising = all(one < other for one, other in pairwise(choice))
            if is_rising and (node.within is None or span <= node.within):
                return True
        return False

    def not_followed(self, node: tree.NotFollowed) -> bool:
        for place, event in enumerate(self.events):
            if self.is_in(node.window, event) and self.fits(node.first, event):
                end = event.event_at + node.within
                after = [e for e in self.events[place + 1 :] if e.event_at <= end]
                if self.now >= end and not any(self.fits(node.then, e) for e in after):
                    return True
        return False


US = timedelta(microseconds=1)


def spelled(value: Item, to: tree.Spelled, zone: ZoneInfo) -> Item:
    if not isinstance(value, str):
        return None
    if to is tree.Spelled.LIST:
        for joint in ",，;；\n":
            value = value.replace(joint, "、")
        return tuple(one.strip() for one in value.split("、") if one.strip()) or None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def rounded(number: float) -> float:
    return round(number * 1e6)


def number(value: Item) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]


def arithmetic(operator: tree.Operator, left: Item, right: Item) -> float | None:
    a, b = number(left), number(right)
    if a is None or b is None:
        return None
    match operator:
        case tree.Operator.ADD:
            return a + b
        case tree.Operator.SUBTRACT:
            return a - b
        case tree.Operator.MULTIPLY:
            return a * b
        case tree.Operator.DIVIDE:
            return a / b if b else None


def compare(relation: Relation, left: Item, right: Item) -> bool:  # noqa: PLR0911 - one each
    if left is None or right is None:
        return False
    if relation is Relation.CONTAINS:
        return contains(left, right)
    for a, b in alike(left, right):
        match relation:
            case Relation.EQUAL:
                return a == b
            case Relation.NOT_EQUAL:
                return a != b
            case Relation.AT_LEAST:
                return a >= b
            case Relation.MORE:
                return a > b
            case Relation.AT_MOST:
                return a <= b
            case Relation.LESS:
                return a < b
    return False


def contains(left: Item, right: Item) -> bool:
    if not isinstance(right, str):
        return False
    if isinstance(left, tuple):
        return any(element.casefold() == right.casefold() for element in left)
    return isinstance(left, str) and right.casefold() in left.casefold()


def alike(left: Item, right: Item) -> Iterator[tuple[object, object]]:
    """Yield both as they are compared if they are of one type."""
    for kind, read in READERS:
        if kind(left) and kind(right):
            yield read(left), read(right)


READERS: tuple[tuple[Callable[[Item], bool], Callable[..., object]], ...] = (
    (lambda item: number(item) is not None, rounded),
    (lambda item: isinstance(item, str), str.casefold),
    (lambda item: isinstance(item, bool), bool),
    (lambda item: isinstance(item, datetime), lambda item: item),
)
