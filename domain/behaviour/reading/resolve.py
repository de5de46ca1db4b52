"""Parse tree → expression: every rule of the grammar and the node that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from lark import Token, Tree

from domain.behaviour.reading import literals
from domain.behaviour.reading.calls import Calls
from domain.behaviour.reading.names import Notes, Reference, Scope, unknown, value_named
from domain.behaviour.reading.parser import Node, span_of
from domain.behaviour.syntax import (
    Age,
    And,
    Arithmetic,
    Attribute,
    Comparison,
    Expression,
    Known,
    Literal,
    Member,
    Not,
    Operator,
    Or,
    Relation,
    Tag,
)
from domain.behaviour.vocabulary import ValueType, folded
from domain.behaviour.words import UNITS, relation_of

_SAME = {Relation.EQUAL, Relation.NOT_EQUAL}
_OPERATORS = {
    "PLUS": Operator.ADD,
    "MINUS": Operator.SUBTRACT,
    "TIMES": Operator.MULTIPLY,
    "OVER": Operator.DIVIDE,
}


class Resolver:
    """Makes expressions out of parse trees and notes mistakes; recursion ends at the depth."""

    def __init__(self, notes: Notes) -> None:
        """Write into ``notes``."""
        self._notes = notes
        self._calls = Calls(notes, self.expression, self.condition)

    def expression(self, tree: Node, scope: Scope | None) -> Expression:
        """Return the expression of a parse tree."""
        make = cast("Callable[[Node, Scope | None], Expression]", getattr(self, f"_{tree.data}"))
        node = make(tree, scope)
        self._notes.spans[id(node)] = span_of(tree)
        return node

    def condition(self, tree: Node, scope: Scope | None) -> Expression:
        """Return an expression where a condition stands; a tag without flag means its presence."""
        node = self.expression(tree, scope)
        if isinstance(node, Tag):
            term = self._notes.vocabulary.tags.named(node.name)
            if term is not None and term.type is not ValueType.FLAG:
                node = Known(node)
                self._notes.spans[id(node)] = span_of(tree)
        return node

    # ── conditions ──────────────────────────────────────────────────────────

    def _any_of(self, tree: Node, scope: Scope | None) -> Expression:
        return Or(tuple(self.condition(child, scope) for child in _trees(tree)))

    def _all_of(self, tree: Node, scope: Scope | None) -> Expression:
        return And(tuple(self.condition(child, scope) for child in _trees(tree)))

    def _negated(self, tree: Node, scope: Scope | None) -> Expression:
        return Not(self.condition(_trees(tree)[0], scope))

    def _compared(self, tree: Node, scope: Scope | None) -> Expression:
        left, sign, right = tree.children
        relation = relation_of(folded(str(sign))) or Relation.EQUAL
        return self._pair(relation, cast("Node", left), cast("Node", right), scope)

    def _lacking(self, tree: Node, scope: Scope | None) -> Expression:
        left, right = _trees(tree)
        inner = self._pair(Relation.CONTAINS, left, right, scope)
        self._notes.spans[id(inner)] = span_of(tree)
        return Not(inner)

    def _pair(self, relation: Relation, left: Node, right: Node, scope: Scope | None) -> Expression:
        """Return a comparison; a length of time beside an age gives the age its unit."""
        if right.data == "span" and left.data == "call":
            age, bound = self._age_and_bound(left, right, scope)
            return Comparison(relation, age, bound)
        if left.data == "span" and right.data == "call":
            age, bound = self._age_and_bound(right, left, scope)
            return Comparison(relation, bound, age)
        a, b = self.expression(left, scope), self.expression(right, scope)
        if relation in _SAME:
            a, b = self._coded(a, b), self._coded(b, a)
        return Comparison(relation, a, b)

    def _coded(self, node: Expression, beside: Expression) -> Expression:
        """Return a text beside an attribute that knows its values as the code of one of them."""
        match node, beside:
            case Literal(str() as word), Attribute(name):
                term = self._notes.vocabulary.attributes.named(name)
                code = term.code_of(word) if term else None
                if code is not None and code != word:
                    coded = Literal(code)
                    self._notes.spans[id(coded)] = self._notes.spans[id(node)]
                    return coded
        return node

    def _age_and_bound(
        self, call: Node, span: Node, scope: Scope | None
    ) -> tuple[Expression, Expression]:
        age = self.expression(call, scope)
        if not isinstance(age, Age):
            return age, self.expression(span, scope)
        length = literals.length(str(span.children[0]))
        if length is None:
            self._notes.wrong(span, "absurd_length")
            return age, unknown()
        if len(call.children) > len(("word", "moment")) and length.unit is not age.unit:
            self._notes.wrong(span, "other_unit", unit=UNITS[age.unit].words.chinese[0])
        aged, bound = replace(age, unit=length.unit), Literal(float(length.count))
        self._notes.spans |= {id(aged): span_of(call), id(bound): span_of(span)}
        return aged, bound

    def _member(self, tree: Node, scope: Scope | None) -> Expression:
        value, *options = _trees(tree)
        beside = self.expression(value, scope)
        found = tuple(self._coded(self.expression(one, scope), beside) for one in options)
        return Member(beside, tuple(o for o in found if isinstance(o, Literal)))

    def _no_member(self, tree: Node, scope: Scope | None) -> Expression:
        inner = self._member(tree, scope)
        self._notes.spans[id(inner)] = span_of(tree)
        return Not(inner)

    def _known(self, tree: Node, scope: Scope | None) -> Expression:
        return Known(self.expression(_trees(tree)[0], scope))

    def _missing(self, tree: Node, scope: Scope | None) -> Expression:
        inner = self._known(tree, scope)
        self._notes.spans[id(inner)] = span_of(tree)
        return Not(inner)

    # ── calls and names ─────────────────────────────────────────────────────

    def _call(self, tree: Node, scope: Scope | None) -> Expression:
        return self._calls.made_by(tree, scope)

    def _followed(self, tree: Node, scope: Scope | None) -> Expression:
        return self._calls.followed(tree, scope)

    def _reference(self, tree: Node, scope: Scope | None) -> Expression:
        return value_named(Reference.of(tree), tree, scope, self._notes)

    # ── values ──────────────────────────────────────────────────────────────

    def _arithmetic(self, tree: Node, scope: Scope | None) -> Expression:
        left, sign, right = tree.children
        return Arithmetic(
            _OPERATORS[cast("Token", sign).type],
            self.expression(cast("Node", left), scope),
            self.expression(cast("Node", right), scope),
        )

    def _negative(self, tree: Node, scope: Scope | None) -> Expression:
        inner = _trees(tree)[0]
        if inner.data == "number":
            return self._negative_number(inner, scope)
        zero = Literal(0.0)
        self._notes.spans[id(zero)] = span_of(tree)
        return Arithmetic(Operator.SUBTRACT, zero, self.expression(inner, scope))

    def _negative_number(self, tree: Node, _scope: Scope | None) -> Expression:
        return Literal(-literals.number(str(tree.children[-1])))

    def _number(self, tree: Node, _scope: Scope | None) -> Expression:
        return Literal(literals.number(str(tree.children[0])))

    def _text(self, tree: Node, _scope: Scope | None) -> Expression:
        return Literal(literals.text(str(tree.children[0])))

    def _true(self, _tree: Node, _scope: Scope | None) -> Expression:
        return Literal(value=True)

    def _false(self, _tree: Node, _scope: Scope | None) -> Expression:
        return Literal(value=False)

    def _moment(self, tree: Node, _scope: Scope | None) -> Expression:
        found = literals.moment(str(tree.children[0]), self._notes.vocabulary.zone)
        if found is None:
            self._notes.wrong(tree, "no_such_moment")
            return unknown()
        return Literal(found)

    def _span(self, tree: Node, _scope: Scope | None) -> Expression:
        self._notes.wrong(tree, "length_not_wanted")
        return unknown()

    def _argument_elsewhere(self, tree: Node, _scope: Scope | None) -> Expression:
        self._notes.wrong(tree, "argument_not_wanted")
        return unknown()

    _steps = _recent = _between = _since = _until = _by = _argument_elsewhere
    _after = _before = _argument_elsewhere


def _trees(tree: Node) -> list[Node]:
    return [child for child in tree.children if isinstance(child, Tree)]
