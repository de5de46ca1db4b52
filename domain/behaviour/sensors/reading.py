"""A rule of 神策 → expression; what cannot be said is refused by name, never dropped."""

from __future__ import annotations

from typing import Any

import msgspec

from domain.behaviour.checking.check import check
from domain.behaviour.json_form import MOST_BYTES
from domain.behaviour.mistakes import LanguageError, Mistake, nearest
from domain.behaviour.reading import literals
from domain.behaviour.sensors.conditions import condition
from domain.behaviour.sensors.rules import Piece
from domain.behaviour.sensors.terms import ABSOLUTE, AGGREGATORS, RELATIVE, UNITS, refused
from domain.behaviour.syntax import (
    EVER,
    Aggregate,
    And,
    Attribute,
    Between,
    EventPattern,
    Expression,
    Function,
    Last,
    Or,
    Property,
    Sequence,
    Tag,
    Unit,
    Window,
)
from domain.behaviour.vocabulary import ValueType, Vocabulary, as_typed, type_of_property
from domain.behaviour.walk import MOST_DEPTH

_ANY = "anything"
_DONE = {None, "1", 1}


def from_sensors(data: bytes | str, vocabulary: Vocabulary) -> Expression:
    """Return the condition of a rule in JSON, its types checked.

    Raises:
        LanguageError: it is no JSON, no such rule, or says what cannot be expressed here;
            the text of the mistake is the path to it.
    """
    if len(data) > MOST_BYTES:
        values = {"length": str(len(data)), "most": str(MOST_BYTES)}
        raise LanguageError([Mistake("json_too_long", values=values)])
    try:
        rule = Piece.of(msgspec.json.decode(data), "")
        expression = _Reader(vocabulary).rule(rule)
    except RecursionError:
        values = {"most": str(MOST_DEPTH)}
        raise LanguageError([Mistake("too_deep", values=values)]) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise LanguageError([Mistake("json_wrong", values={"reason": str(error)})]) from error
    check(expression, vocabulary, ValueType.FLAG)
    return expression


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def rule(self, piece: Piece) -> Expression:
        kind = piece.text("type")
        if kind == "rules_relation":
            piece.only("type", "relation", "rules")
            return self._joined(piece, [self.rule(one) for one in piece.pieces("rules")])
        if kind == "profile_rule":
            return self._profile(piece)
        if kind == "event_rule":
            return self._event(piece)
        if kind == "event_sequence_rule":
            return self._sequence(piece)
        raise refused(piece.at("type"), "sensors_type", kind=kind)

    def _joined(self, piece: Piece, operands: list[Expression]) -> Expression:
        relation = piece.text("relation")
        if relation not in {"and", "or"}:
            raise refused(piece.at("relation"), "sensors_relation")
        if not operands:
            raise refused(piece.path, "sensors_empty")
        if len(operands) == 1:
            return operands[0]
        return And(tuple(operands)) if relation == "and" else Or(tuple(operands))

    def _profile(self, piece: Piece) -> Expression:
        piece.only("type", "field", "function", "params")
        name = piece.text("field").removeprefix("user.")
        attribute = self._vocabulary.attributes.named(name)
        if attribute is not None:
            value: Expression = Attribute(attribute.name)
            return condition(piece, value, attribute.type, self._vocabulary.zone)
        tag = self._vocabulary.tags.named(name.removeprefix("user_tag_"))
        if tag is None:
            known = (*self._vocabulary.attributes.words(), *self._vocabulary.tags.words())
            raise refused(piece.at("field"), "unknown_word", nearest(name, known), name=name)
        kind = ValueType.TEXT if tag.type is ValueType.TEXTS else tag.type
        return condition(piece, Tag(tag.name), kind, self._vocabulary.zone)

    def _event(self, piece: Piece) -> Expression:
        names = ("measure", "time_function", "time_params", "filters", "isdone")
        piece.only("type", "function", "params", *names)
        if piece.fields.get("isdone") not in _DONE:
            raise refused(piece.at("isdone"), "sensors_unknown_field")
        measure = Piece.of(piece.fields.get("measure"), piece.at("measure"))
        measure.only("type", "event_name", "aggregator", "field")
        events = self._pattern(measure, "event_name", piece)
        function = self._function(measure)
        name = self._field(measure, events.kind) if measure.text("field") else None
        aggregate = Aggregate(function, events, name, self._window(piece))
        return condition(piece, aggregate, ValueType.NUMBER, self._vocabulary.zone)

    def _function(self, measure: Piece) -> Function:
        aggregator = measure.text("aggregator")
        if aggregator not in AGGREGATORS:
            hint = nearest(aggregator, AGGREGATORS)
            raise refused(measure.at("aggregator"), "sensors_aggregator", hint)
        return AGGREGATORS[aggregator]

    def _sequence(self, piece: Piece) -> Expression:
        piece.only("type", "time_function", "time_params", "steps")
        steps = piece.pieces("steps")
        for step in steps:
            step.only("event", "filters")
        patterns = tuple(self._pattern(step, "event", step) for step in steps)
        return Sequence(patterns, None, self._window(piece))

    # ── events ──────────────────────────────────────────────────────────────

    def _pattern(self, named: Piece, name: str, filtered: Piece) -> EventPattern:
        word = named.text(name)
        kind = self._vocabulary.kind(word)
        if kind is None:
            hint = nearest(word, self._vocabulary.kind_words())
            raise refused(named.at(name), "unknown_kind", hint, name=word)
        filters = filtered.pieces("filters")
        if len(filters) > 1:
            raise refused(filtered.at("filters"), "sensors_one_filter")
        return EventPattern(kind.name, self._filter(filters[0], kind.name) if filters else None)

    def _filter(self, piece: Piece, kind: str) -> Expression:
        if piece.text("type") == "filters_relation":
            piece.only("type", "relation", "subfilters")
            return self._joined(piece, [self._filter(f, kind) for f in piece.pieces("subfilters")])
        if piece.text("type") != "filter":
            raise refused(piece.at("type"), "sensors_type", kind=piece.text("type"))
        piece.only("type", "field", "function", "params")
        name = self._field(piece, kind)
        spec = self._vocabulary.properties(kind)[name]
        value, kind_of = as_typed(Property(name), spec), type_of_property(spec)
        if kind_of is ValueType.TEXTS:
            kind_of = ValueType.TEXT  # what stands beside a list is one of its elements
        return condition(piece, value, kind_of, self._vocabulary.zone)

    def _field(self, piece: Piece, kind: str | None) -> str:
        """Return the property of ``event.Kind.property``, which has to be of this kind."""
        head, _, rest = piece.text("field").partition(".")
        owner, _, word = rest.rpartition(".") if head == "event" else ("", "", piece.text("field"))
        found = self._vocabulary.kind(owner) if owner not in {"", _ANY} else None
        if owner not in {"", _ANY} and (found is None or found.name != kind):
            raise refused(piece.at("field"), "sensors_other_kind", name=owner)
        spec = self._vocabulary.property(kind, word)
        if spec is None:
            known = self._vocabulary.properties(kind)
            label = self._vocabulary.events.label(kind or "")
            raise refused(piece.at("field"), "unknown_property", nearest(word, known), kind=label)
        return spec.name

    # ── time ────────────────────────────────────────────────────────────────

    def _window(self, piece: Piece) -> Window:
        function, params = piece.text("time_function"), piece.items("time_params")
        at = piece.at("time_params")
        if not function and not params:
            return EVER
        if function == ABSOLUTE:
            return self._between(params, at)
        if function != RELATIVE:
            raise refused(piece.at("time_function"), "sensors_time_function")
        if len(params) == 1 and isinstance(params[0], str):
            params = params[0].split()  # "7 day", as published rules have it
        match params:
            case [int() | str() as count, str(unit)] if unit in UNITS and str(count).isdecimal():
                return Last(int(count), UNITS[unit])
            case [int() | str() as count] if str(count).isdecimal():
                return Last(int(count), Unit.DAY)
        raise refused(at, "sensors_time_params")

    def _between(self, params: list[Any], at: str) -> Between:
        match params:
            case [str(first), str(last)]:
                start = literals.moment(first, self._vocabulary.zone)
                end = literals.moment(last, self._vocabulary.zone)
                if start is not None and end is not None:
                    is_day = literals.is_date(last)
                    return Between(start, literals.next_day(end) if is_day else end)
        raise refused(at, "sensors_time_params")
