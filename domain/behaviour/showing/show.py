"""Expression → text, in canonical Chinese or English words.

``parse(show(tree)) == tree`` for every tree that the check accepts.
"""

from __future__ import annotations

from datetime import datetime

from domain.behaviour import words
from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.showing.events import EventTexts
from domain.behaviour.showing.names import Names
from domain.behaviour.showing.values import literal
from domain.behaviour.syntax import (
    Age,
    And,
    Arithmetic,
    Attribute,
    Cast,
    Comparison,
    Done,
    Expression,
    Known,
    Literal,
    Member,
    Not,
    NotFollowed,
    Operator,
    Or,
    Property,
    Relation,
    Tag,
)
from domain.behaviour.vocabulary import Vocabulary
from domain.behaviour.walk import MOST_DEPTH, OnEvents, is_too_deep
from domain.behaviour.words import Language, Words

#: How tightly things bind; what binds less than its place asks for stands in parentheses.
_EITHER, _BOTH, _NEGATION, _RELATION, _SUM, _PRODUCT, _ATOM = range(7)


def show(
    expression: Expression, vocabulary: Vocabulary, language: Language = Language.CHINESE
) -> str:
    """Return the text of an expression, with labels in Chinese and registered names in English.

    Raises:
        LanguageError: expressions lie in each other too deep.
    """
    if is_too_deep(expression):
        raise LanguageError([Mistake("too_deep", values={"most": str(MOST_DEPTH)})])
    return _Shown(vocabulary, language).text(expression, _EITHER, None)


class _Shown:
    def __init__(self, vocabulary: Vocabulary, language: Language) -> None:
        self._names = Names(vocabulary, language)
        self._language = language
        self._zone = vocabulary.zone
        self._events = EventTexts(
            self._names, language, self._zone, lambda node, kind: self.text(node, _EITHER, kind)
        )

    def text(self, node: Expression, place: int, kind: str | None) -> str:
        """Return the text of a node where what binds less than ``place`` needs parentheses.

        ``kind`` is whose properties are meant.
        """
        written, binds = self._written(node, kind)
        return written if binds >= place else f"({written})"

    def _written(self, node: Expression, kind: str | None) -> tuple[str, int]:
        match node:
            case Or(operands=operands):
                shown = self._joined(words.OR, operands, _BOTH, kind), _EITHER
            case And(operands=operands):
                shown = self._joined(words.AND, operands, _NEGATION, kind), _BOTH
            case Not(operand=operand):
                shown = self._negated(operand, kind)
            case Comparison() | Member() | Known():
                shown = self._relation(node, kind), _RELATION
            case Arithmetic():
                shown = self._arithmetic(node, kind)
            case NotFollowed() if self._language is Language.CHINESE:
                shown = self._events.followed(node), _RELATION
            case Cast(value=value):
                shown = self._written(value, kind)
            case _ if isinstance(node, OnEvents):
                shown = self._events.text(node), _ATOM
            case _:
                shown = self._atom(node, kind), _ATOM
        return shown

    def _relation(self, node: Comparison | Member | Known, kind: str | None) -> str:
        match node:
            case Comparison(relation=relation, left=left, right=right):
                return self._around(left, words.RELATIONS[relation], right, kind)
            case Member():
                return self._member(node, words.IN, kind)
            case Known(value=value):
                return self._with_suffix(value, words.KNOWN, kind)

    def _atom(self, node: Expression, kind: str | None) -> str:
        match node:
            case Literal(value=value):
                return literal(value, self._zone, self._language)
            case Attribute(name=name):
                return self._names.attribute(name)
            case Tag(name=name):
                return self._names.tag(name)
            case Property(name=name):
                return self._names.property(kind, name)
            case Age(moment=moment, unit=unit):
                inner = self.text(moment, _EITHER, kind)
                return self._events.age(inner, unit)
            case _:
                raise LanguageError([Mistake("not_an_expression")])

    def _joined(
        self, joining: Words, operands: tuple[Expression, ...], place: int, kind: str | None
    ) -> str:
        texts = (self.text(operand, place, kind) for operand in operands)
        return f" {joining.of(self._language)} ".join(texts)

    def _negated(self, node: Expression, kind: str | None) -> tuple[str, int]:
        match node:
            case Done():
                return self._events.undone(node), _NEGATION
            case Known(value=value):
                return self._with_suffix(value, words.MISSING, kind), _RELATION
            case Member():
                return self._member(node, words.NOT_IN, kind), _RELATION
            case Comparison(relation=Relation.CONTAINS, left=left, right=right):
                return self._around(left, words.LACKS, right, kind), _RELATION
            case _:
                inner = self.text(node, _ATOM, kind)
                return f"{words.NOT.of(self._language)} {inner}", _NEGATION

    def _around(self, left: Expression, joining: Words, right: Expression, kind: str | None) -> str:
        sign = joining.of(self._language)
        a, b = (self._beside(one, other, kind) for one, other in ((left, right), (right, left)))
        return f"{a} {sign} {b}"

    def _beside(self, node: Expression, other: Expression, kind: str | None) -> str:
        """Return a side of a comparison; the code of a value by its word."""
        if isinstance(node, Literal) and isinstance(node.value, str):
            node = Literal(self._names.value(other, node.value))
        return self.text(node, _SUM, kind)

    def _member(self, node: Member, joining: Words, kind: str | None) -> str:
        options = ", ".join(
            literal(self._option(node.value, option), self._zone, self._language)
            for option in node.options
        )
        return f"{self.text(node.value, _SUM, kind)} {joining.of(self._language)} ({options})"

    def _option(self, value: Expression, option: Literal) -> float | str | bool | datetime:
        is_text = isinstance(option.value, str)
        return self._names.value(value, str(option.value)) if is_text else option.value

    def _with_suffix(self, value: Expression, suffix: Words, kind: str | None) -> str:
        return f"{self.text(value, _SUM, kind)} {suffix.of(self._language)}"

    def _arithmetic(self, node: Arithmetic, kind: str | None) -> tuple[str, int]:
        is_sum = node.operator in {Operator.ADD, Operator.SUBTRACT}
        binds = _SUM if is_sum else _PRODUCT
        left, right = self.text(node.left, binds, kind), self.text(node.right, binds + 1, kind)
        return f"{left} {node.operator.value} {right}", binds
