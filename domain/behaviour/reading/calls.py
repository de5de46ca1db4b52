"""Calls: their arguments, and the nodes that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from lark import Token, Tree

from domain.behaviour.mistakes import nearest
from domain.behaviour.reading import literals
from domain.behaviour.reading.names import (
    Notes,
    Reference,
    Scope,
    is_quoted,
    kind_of,
    name,
    property_of,
    unknown,
    word_token,
)
from domain.behaviour.reading.parser import Node, span_of
from domain.behaviour.reading.windows import Windows
from domain.behaviour.syntax import (
    EVER,
    Age,
    Aggregate,
    And,
    Done,
    Edge,
    End,
    EventPattern,
    Expression,
    Function,
    Not,
    NotFollowed,
    Preference,
    Sequence,
    Unit,
)
from domain.behaviour.vocabulary import as_typed, folded
from domain.behaviour.words import CALLS, UNITS, Call, call_of

Reader = Callable[[Node, Scope | None], Expression]

_NO_TIME = timedelta(0)
_AGGREGATES = {Call(function.value): function for function in Function}
_ENDS = {Call.FIRST: End.FIRST, Call.LAST: End.LAST}


@dataclass(frozen=True, slots=True)
class Subject:
    """The events an aggregate is about, and the property behind the dot."""

    events: EventPattern
    property: str | None = None


_NOBODY = Subject(EventPattern(None))


class Calls:
    """Makes nodes out of calls."""

    def __init__(self, notes: Notes, value: Reader, condition: Reader) -> None:
        """Write into ``notes``; the readers read what stands inside arguments."""
        self._notes = notes
        self._value = value
        self._condition = condition
        self._windows = Windows(notes, lambda tree: value(tree, None))

    def made_by(self, tree: Node, scope: Scope | None) -> Expression:
        """Return the node that a call makes, or note what is wrong with it."""
        head, *arguments = [child for child in tree.children if isinstance(child, Tree)]
        token = word_token(head)
        call = None if is_quoted(token) else call_of(folded(token))
        if call is None:
            known = [word for words in CALLS.values() for word in words.all()]
            self._notes.wrong(token, "unknown_function", hint=nearest(name(token), known))
        elif scope is not None:
            self._notes.wrong(tree, "only_properties_inside")
        elif not arguments:
            self._notes.wrong(tree, "argument_missing", function=str(token))
        else:
            return self._made(call, tree, arguments)
        return unknown()

    def _made(self, call: Call, tree: Node, arguments: list[Node]) -> Expression:
        if call in _AGGREGATES:
            made: Expression = self._aggregate(_AGGREGATES[call], arguments)
        elif call in _ENDS:
            made = self._edge(_ENDS[call], arguments)
        elif call is Call.AGE:
            made = self._age(arguments)
        elif call is Call.TOP:
            made = self._preference(arguments)
        elif call is Call.DONE:
            made = self._done(arguments)
        elif call is Call.NOT_DONE:
            made = Not(self._noted(self._done(arguments), tree))
        elif call is Call.SEQUENCE:
            made = self._sequence(tree, *self._steps(arguments))
        else:
            made = self._not_followed(tree, *self._steps(arguments))
        return made

    def _noted(self, node: Expression, tree: Node) -> Expression:
        self._notes.spans[id(node)] = span_of(tree)
        return node

    # ── numbers and values out of events ────────────────────────────────────

    def _aggregate(self, function: Function, arguments: list[Node]) -> Expression:
        subject = self._subject(arguments[0])
        window = self._windows.only(arguments[1:])
        return Aggregate(function, subject.events, subject.property, window)

    def _edge(self, end: End, arguments: list[Node]) -> Expression:
        subject = self._subject(arguments[0])
        edge = Edge(end, subject.events, subject.property, self._windows.only(arguments[1:]))
        if subject.property is None:
            return edge
        specs = self._notes.vocabulary.properties(subject.events.kind)
        return as_typed(edge, specs.get(subject.property))

    def _age(self, arguments: list[Node]) -> Expression:
        moment = self._value(arguments[0], None)
        unit = self._unit(arguments[1]) if arguments[1:] else Unit.DAY
        for extra in arguments[2:]:
            self._notes.wrong(extra, "argument_not_wanted")
        return Age(moment, unit)

    def _unit(self, tree: Node) -> Unit:
        word = folded(self._plain(tree))
        found = next((unit for unit, measure in UNITS.items() if word in measure.words), None)
        if found is None:
            known = [word for measure in UNITS.values() for word in measure.words.all()]
            self._notes.wrong(tree, "unknown_unit", hint=nearest(word, known) if word else "")
        return found or Unit.DAY

    def _preference(self, arguments: list[Node]) -> Expression:
        subject = self._subject(arguments[0])
        most, by, windows = 1, None, []
        for argument in arguments[1:]:
            if argument.data == "number":
                most = self._whole(argument)
            elif argument.data == "by":
                token = word_token(cast("Node", argument.children[-1]))
                by = property_of(token, subject.events.kind, self._notes)
            else:
                windows.append(argument)
        if subject.property is None and subject is not _NOBODY:
            self._notes.wrong(arguments[0], "property_wanted")
        window = self._windows.only(windows)
        return Preference(subject.events, subject.property or "", most, by, window)

    def _whole(self, tree: Node) -> int:
        number = literals.number(str(tree.children[0]))
        if number != number // 1 or number < 1:
            self._notes.wrong(tree, "whole_number_wanted")
            return 1
        return int(number)

    # ── conditions on events ────────────────────────────────────────────────

    def _done(self, arguments: list[Node]) -> Done:
        pattern = self._events(arguments[0])
        return Done(pattern, self._windows.only(arguments[1:]))

    def _sequence(self, tree: Node, steps: list[EventPattern], rest: list[Node]) -> Expression:
        if len(steps) == 1:
            self._notes.wrong(tree, "two_steps_wanted")
        within, window = self._windows.within_and_window(rest)
        return Sequence(tuple(steps), within, window)

    def _not_followed(self, tree: Node, steps: list[EventPattern], rest: list[Node]) -> Expression:
        within, window = self._windows.within_and_window(rest)
        if len(steps) != len(("first", "then")):
            self._notes.wrong(tree, "two_kinds_wanted")
            return unknown()
        if within is None:
            self._notes.wrong(tree, "length_wanted")
        return NotFollowed(steps[0], steps[1], within or _NO_TIME, window)

    def followed(self, tree: Node, scope: Scope | None) -> Expression:
        """Return the node of ``做过(A) 后 7天 内 未做(B)``."""
        first, _, span, _, then = tree.children
        done = self.made_by(cast("Node", first), scope)
        undone = self.made_by(cast("Node", then), scope)
        length = literals.length(str(span))
        if length is None:
            self._notes.wrong(cast("Token", span), "absurd_length")
            return unknown()
        match done, undone:
            case Done(a, window), Not(Done(b, later)) if later is EVER:
                return NotFollowed(a, b, length.elapsed, window)
        self._notes.wrong(tree, "done_and_not_done_wanted")
        return unknown()

    def _steps(self, arguments: list[Node]) -> tuple[list[EventPattern], list[Node]]:
        """Return the events one after another, and the arguments behind them."""
        first, *rest = arguments
        if first.data == "steps":
            trees = [child for child in first.children if isinstance(child, Tree)]
            return [self._events(tree) for tree in trees], rest
        steps = [first]
        while rest and rest[0].data == "reference" and not self._windows.is_window(rest[0]):
            steps.append(rest.pop(0))
        return [self._events(tree) for tree in steps], rest

    # ── events ──────────────────────────────────────────────────────────────

    def _events(self, tree: Node) -> EventPattern:
        subject = self._subject(tree)
        if subject.property is not None:
            self._notes.wrong(tree, "property_not_wanted")
        return subject.events

    def _subject(self, tree: Node) -> Subject:
        if tree.data != "reference":
            self._notes.wrong(tree, "events_wanted")
            return _NOBODY
        reference = Reference.of(tree)
        pattern = kind_of(reference.first, self._notes)
        if pattern is None:
            return _NOBODY
        if reference.filter is not None:
            pattern = EventPattern(pattern.kind, self._filter(reference.filter, pattern.kind))
        self._notes.spans[id(pattern)] = span_of(tree)
        if reference.second is None:
            return Subject(pattern)
        return Subject(pattern, property_of(reference.second, pattern.kind, self._notes))

    def _filter(self, tree: Node, kind: str | None) -> Expression:
        children = [child for child in tree.children if isinstance(child, Tree)]
        conditions = tuple(self._condition(child, Scope(kind)) for child in children)
        if len(conditions) == 1:
            return conditions[0]
        both = And(conditions)
        self._notes.spans[id(both)] = span_of(tree)
        return both

    def _plain(self, tree: Node) -> str:
        """Return the single word of a reference, or ``""``."""
        if tree.data != "reference" or len(tree.children) != 1:
            return ""
        return name(word_token(cast("Node", tree.children[0])))
