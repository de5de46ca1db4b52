"""Types of expressions: does everything fit together, and does it make sense?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from domain.behaviour.checking.events import type_of_events
from domain.behaviour.mistakes import LanguageError, Mistake, mistake_at, nearest
from domain.behaviour.reading.names import Scope
from domain.behaviour.reading.parse import Written, written
from domain.behaviour.syntax import (
    Age,
    And,
    Arithmetic,
    Attribute,
    Cast,
    Comparison,
    Edge,
    Expression,
    Known,
    Literal,
    Member,
    Not,
    Or,
    Property,
    Relation,
    Spelled,
    Tag,
)
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary, type_of_property
from domain.behaviour.walk import MOST_DEPTH, OnEvents, is_too_deep

_ORDERED = {ValueType.NUMBER, ValueType.MOMENT}
_BY_SIZE = {Relation.AT_LEAST, Relation.MORE, Relation.AT_MOST, Relation.LESS}
_SPELLED = {Spelled.MOMENT: ValueType.MOMENT, Spelled.LIST: ValueType.TEXTS}
#: How many values one membership may list.
_MOST_OPTIONS = 1_000


def check(
    expression: Expression,
    vocabulary: Vocabulary,
    wanted: ValueType | None = None,
    source: Written | None = None,
) -> ValueType:
    """Return the type of an expression whose parts all fit; a condition is a FLAG.

    ``wanted`` is the type that it has to have, if only one will do; ``source``
    tells where its nodes stand in the text it was read from.

    Raises:
        LanguageError: with every mistake; without ``source`` they have no place.
    """
    if is_too_deep(expression):
        raise LanguageError([Mistake("too_deep", values={"most": str(MOST_DEPTH)})])
    checker = _Checker(vocabulary, source)
    found = checker.type_of(expression, None)
    if found is not None and wanted not in (None, found):
        checker.wrong(expression, "other_type_wanted", wanted=str(wanted), found=str(found))
    if checker.mistakes or found is None:
        raise LanguageError(checker.mistakes)
    return found


def understood(text: str, vocabulary: Vocabulary, wanted: ValueType | None = None) -> Written:
    """Return the expression that ``text`` spells, checked; mistakes tell line and column.

    Raises:
        LanguageError: it cannot be read, or does not fit together.
    """
    source = written(text, vocabulary, is_condition=wanted is ValueType.FLAG)
    check(source.expression, vocabulary, wanted, source)
    return source


@dataclass(slots=True)
class _Checker:
    vocabulary: Vocabulary
    source: Written | None
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, node: object, code: str, *, hint: str = "", **values: str) -> None:
        """Note a mistake about a node, a pattern or a window."""
        span = self.source.spans.get(id(node)) if self.source else None
        text = self.source.text if self.source else ""
        self.mistakes.append(mistake_at(span, text, code, hint=hint, values=values))

    def type_of(self, node: Expression, scope: Scope | None) -> ValueType | None:
        """Return the type of a node, or None when a mistake was noted about it."""
        match node:
            case Literal():
                return self._literal(node)
            case Property():
                return self._uncast(node, self._property(node, scope))
            case Cast():
                return self._cast(node, scope)
            case Arithmetic(left=left, right=right):
                self.must_be(ValueType.NUMBER, left, scope)
                self.must_be(ValueType.NUMBER, right, scope)
                return ValueType.NUMBER
            case And() | Or() | Not() | Comparison() | Member() | Known():
                self._condition(node, scope)
                return ValueType.FLAG
            case _:
                return self._of_person(node, scope)

    def _condition(
        self, node: And | Or | Not | Comparison | Member | Known, scope: Scope | None
    ) -> None:
        match node:
            case And(operands=operands) | Or(operands=operands):
                self._junction(node, operands, scope)
            case Not(operand=operand):
                self.must_be(ValueType.FLAG, operand, scope)
            case Comparison():
                self._comparison(node, scope)
            case Member():
                self._member(node, scope)
            case Known(value=value):
                self.type_of(value, scope)

    def _of_person(self, node: Expression, scope: Scope | None) -> ValueType | None:
        if scope is not None:
            self.wrong(node, "only_properties_inside")
            return None
        match node:
            case Attribute(name=name):
                return self._term(node, self.vocabulary.attributes.named(name))
            case Tag(name=name):
                return self._term(node, self.vocabulary.tags.named(name))
            case Age(moment=moment):
                self.must_be(ValueType.MOMENT, moment, None)
                return ValueType.NUMBER
            case _ if isinstance(node, OnEvents):
                return self._of_events(node)
            case _:
                self.wrong(node, "not_an_expression")
                return None

    def _of_events(self, node: OnEvents) -> ValueType | None:
        found = type_of_events(node, self)
        if isinstance(node, Edge) and node.property is not None:
            return self._uncast(node.events, found)
        return found

    def _term(self, node: Attribute | Tag, term: Term | None) -> ValueType | None:
        if term is None or term.name != node.name:
            code = "unknown_tag" if isinstance(node, Tag) else "unknown_word"
            self.wrong(node, code, name=node.name)
            return None
        return term.type

    def must_be(self, wanted: ValueType, node: Expression, scope: Scope | None) -> None:
        """Note a mistake unless a node is of the type ``wanted``."""
        found = self.type_of(node, scope)
        if found not in (None, wanted):
            self.wrong(node, "other_type_wanted", wanted=wanted.value, found=str(found))

    def _literal(self, node: Literal) -> ValueType:
        value = node.value
        if isinstance(value, bool):
            return ValueType.FLAG
        if isinstance(value, str):
            return ValueType.TEXT
        if isinstance(value, datetime):
            if value.tzinfo is None:
                self.wrong(node, "no_such_moment")
            return ValueType.MOMENT
        if not isfinite(value):
            self.wrong(node, "number_too_large")
        return ValueType.NUMBER

    def _property(self, node: Property, scope: Scope | None) -> ValueType | None:
        if scope is None:
            self.wrong(node, "property_outside", name=node.name)
            return None
        spec = self.vocabulary.properties(scope.kind).get(node.name)
        if spec is None:
            label = self.vocabulary.events.label(scope.kind) if scope.kind else ""
            self.wrong(node, "unknown_property", name=node.name, kind=label)
            return None
        return type_of_property(spec)

    def _uncast(self, node: object, found: ValueType | None) -> ValueType | None:
        if found in _SPELLED.values():
            self.wrong(node, "cast_wanted", found=str(found))
            return None
        return found

    def _cast(self, node: Cast, scope: Scope | None) -> ValueType | None:
        if isinstance(node.value, Property):
            found = self._property(node.value, scope)
        elif scope is not None:
            self.wrong(node, "only_properties_inside")
            return None
        else:
            found = type_of_events(node.value, self)
        if found not in (None, _SPELLED[node.to]):
            self.wrong(node, "other_type_wanted", wanted=_SPELLED[node.to].value, found=str(found))
            return None
        return found

    def _junction(
        self, node: Expression, operands: tuple[Expression, ...], scope: Scope | None
    ) -> None:
        if len(operands) < len(("left", "right")):
            self.wrong(node, "two_conditions_wanted")
        for operand in operands:
            self.must_be(ValueType.FLAG, operand, scope)

    def _comparison(self, node: Comparison, scope: Scope | None) -> None:
        left, right = self.type_of(node.left, scope), self.type_of(node.right, scope)
        if left is None or right is None:
            return
        if node.relation is Relation.CONTAINS:
            self._contains(node, left, right)
        elif left is not right:
            self.wrong(node, "different_types", left=left.value, right=right.value)
        elif left is ValueType.TEXTS:
            self.wrong(node, "list_compared")
        elif node.relation in _BY_SIZE and left not in _ORDERED:
            self.wrong(node, "not_ordered", found=left.value)
        elif scope is None:
            self._options(node.left, node.right)
            self._options(node.right, node.left)

    def _options(self, value: Expression, *others: Expression) -> None:
        """Note texts that an attribute beside them never has."""
        if not isinstance(value, Attribute):
            return
        term = self.vocabulary.attributes.named(value.name)
        if term is None or not term.options:
            return
        known = "、".join(label for _, label in term.options)
        for other in others:
            if isinstance(other, Literal) and isinstance(other.value, str):
                word = other.value
                if term.code_of(word) is None:
                    hint = self._meant(word, term)
                    self.wrong(other, "unknown_value", hint=hint, known=known)

    def _meant(self, word: str, term: Term) -> str:
        """Return which attribute has the value, or the value of this one that is most like it."""
        for other in self.vocabulary.attributes:
            if other.code_of(word) is not None:
                return f"{other.label or other.name} = '{word}'"
        return nearest(word, [one for option in term.options for one in option])

    def _contains(self, node: Comparison, left: ValueType, right: ValueType) -> None:
        if left not in (ValueType.TEXT, ValueType.TEXTS):
            self.wrong(node.left, "cannot_contain", found=left.value)
        elif right is not ValueType.TEXT:
            self.wrong(
                node.right, "other_type_wanted", wanted=ValueType.TEXT.value, found=right.value
            )

    def _member(self, node: Member, scope: Scope | None) -> None:
        found = self.type_of(node.value, scope)
        if not 1 <= len(node.options) <= _MOST_OPTIONS:
            self.wrong(node, "options_wanted", most=str(_MOST_OPTIONS))
        if found is ValueType.TEXTS:
            self.wrong(node, "list_compared")
        elif found is not None:
            for option in node.options:
                self.must_be(found, option, scope)
            self._options(node.value, *node.options)
