"""Expression → a rule of 神策, as far as such a rule can say it."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.sensors.terms import (
    ABSOLUTE,
    INCLUDES,
    RELATIVE,
    WRITTEN,
    WRITTEN_AGGREGATORS,
    refused,
)
from domain.behaviour.showing import values
from domain.behaviour.syntax import (
    Aggregate,
    Anchored,
    And,
    Attribute,
    Between,
    Cast,
    Comparison,
    Done,
    EventPattern,
    Expression,
    Function,
    Known,
    Last,
    Literal,
    Member,
    Not,
    Or,
    Property,
    Relation,
    Sequence,
    Tag,
    Window,
)
from domain.behaviour.vocabulary import ValueType, Vocabulary
from domain.behaviour.walk import MOST_DEPTH, is_too_deep

Rule: TypeAlias = dict[str, Any]

#: What mistakes call any interaction, and a window with an open side.
_ANY, _OPEN, _ANCHORED = "any", "window", "window beside an event"


def to_sensors(expression: Expression, vocabulary: Vocabulary) -> bytes:
    """Return the rule of a condition in JSON, a ``rules_relation`` at the top.

    *Done* is written as a count of at least 1, *not done* as a count of 0.

    Raises:
        LanguageError: something in it has no counterpart there; it names what.
    """
    if is_too_deep(expression):
        raise LanguageError([Mistake("too_deep", values={"most": str(MOST_DEPTH)})])
    writer = _Writer(vocabulary)
    rule = writer.rule(expression)
    if rule["type"] != "rules_relation":
        rule = {"type": "rules_relation", "relation": "and", "rules": [rule]}
    return msgspec.json.encode(rule)


class _Writer:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def rule(self, node: Expression) -> Rule:
        match node:
            case And(operands=operands) | Or(operands=operands):
                rules = [self.rule(operand) for operand in operands]
                return {"type": "rules_relation", "relation": _relation(node), "rules": rules}
            case Done(events=events, window=window):
                return self._counted(events, window, "least", 1)
            case Not(operand=Done(events=events, window=window)):
                return self._counted(events, window, "equal", 0)
            case Sequence(within=None):
                return self._sequence(node)
            case _:
                value, function, params = self._condition(node)
                return self._on_value(value, function, params)

    def _on_value(self, value: Expression, function: str, params: list[Any]) -> Rule:
        if isinstance(value, Aggregate):
            name = value.property
            field = f"event.{value.events.kind}.{name}" if name is not None else ""
            measure = self._measure(value.events, value.function, field)
            return measure | {"function": function, "params": params} | self._time(value.window)
        if isinstance(value, Attribute):
            field = f"user.{value.name}"
        elif isinstance(value, Tag):
            field = f"user.user_tag_{value.name}"
        else:
            raise _cannot(value)
        return {"type": "profile_rule", "field": field, "function": function, "params": params}

    def _counted(self, events: EventPattern, window: Window, function: str, count: int) -> Rule:
        measure = self._measure(events, Function.COUNT, "")
        return measure | {"function": function, "params": [count]} | self._time(window)

    def _measure(self, events: EventPattern, function: Function, field: str) -> Rule:
        if function not in WRITTEN_AGGREGATORS:
            raise _cannot_say(function.value)
        measure = {
            "type": "event_measure",
            "event_name": self._kind(events),
            "aggregator": WRITTEN_AGGREGATORS[function],
            "field": field,
        }
        return {"type": "event_rule", "measure": measure, "filters": self._filters(events)}

    def _sequence(self, node: Sequence) -> Rule:
        steps = [{"event": self._kind(step), "filters": self._filters(step)} for step in node.steps]
        return {"type": "event_sequence_rule", "steps": steps} | self._time(node.window)

    def _kind(self, events: EventPattern) -> str:
        if events.kind is None:
            raise _cannot_say(_ANY)
        return events.kind

    def _filters(self, events: EventPattern) -> list[Rule]:
        return [] if events.where is None else [self._filter(events.where, self._kind(events))]

    def _filter(self, node: Expression, kind: str) -> Rule:
        if isinstance(node, And | Or):
            subfilters = [self._filter(operand, kind) for operand in node.operands]
            return {
                "type": "filters_relation",
                "relation": _relation(node),
                "subfilters": subfilters,
            }
        value, function, params = self._condition(node)
        if isinstance(value, Cast):
            function = INCLUDES if function == WRITTEN[Relation.CONTAINS] else function
            value = value.value
        if not isinstance(value, Property):
            raise _cannot(value)
        field = f"event.{kind}.{value.name}"
        return {"type": "filter", "field": field, "function": function, "params": params}

    def _condition(self, node: Expression) -> tuple[Expression, str, list[Any]]:
        """Return value, function and params of a condition on one value."""
        match node:
            case Comparison(relation=relation, left=left, right=Literal() as right):
                return left, self._function(relation, left), [self._param(right)]
            case Not(
                operand=Comparison(relation=Relation.CONTAINS, left=left, right=Literal() as r)
            ):
                return left, "notContain", [self._param(r)]
            case Member(value=value, options=options):
                return value, "in", [self._param(option) for option in options]
            case Not(operand=Member(value=value, options=options)):
                return value, "unin", [self._param(option) for option in options]
            case Known(value=value):
                return value, "isSet", []
            case Not(operand=Known(value=value)):
                return value, "notSet", []
            case _:
                raise _cannot(node)

    def _function(self, relation: Relation, value: Expression) -> str:
        """Return the function of a relation; of a list that contains something it is another."""
        term = None
        if isinstance(value, Attribute):
            term = self._vocabulary.attributes.named(value.name)
        elif isinstance(value, Tag):
            term = self._vocabulary.tags.named(value.name)
        is_list = term is not None and term.type is ValueType.TEXTS
        return INCLUDES if is_list and relation is Relation.CONTAINS else WRITTEN[relation]

    def _param(self, literal: Literal) -> bool | str | float:
        if isinstance(literal.value, bool | str | float):
            return literal.value
        return values.moment(literal.value, self._vocabulary.zone)

    def _time(self, window: Window) -> Rule:
        if isinstance(window, Last):
            params = [f"{window.count} {window.unit.value}"]
            return {"time_function": RELATIVE, "time_params": params}
        if isinstance(window, Anchored):
            raise _cannot_say(_ANCHORED)
        if not isinstance(window, Between):
            return {}
        if window.start is None or window.end is None:
            raise _cannot_say(_OPEN)
        zone = self._vocabulary.zone
        params = [values.moment(window.start, zone), values.end_of_range(window.end, zone)]
        return {"time_function": ABSOLUTE, "time_params": params}


def _relation(node: And | Or) -> str:
    return "and" if isinstance(node, And) else "or"


def _cannot(node: Expression) -> LanguageError:
    return _cannot_say(type(node).__name__.lower())


def _cannot_say(name: str) -> LanguageError:
    return refused(name, "sensors_cannot")
