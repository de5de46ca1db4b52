"""From the tree of an expression to steps, each pattern and sub-expression once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

import numpy as np

from domain.behaviour import syntax as tree
from domain.behaviour.syntax import Expression
from domain.behaviour.vectors import compare
from domain.behaviour.vectors.compile_events import EventCompiler
from domain.behaviour.vectors.selection import Scene
from domain.behaviour.vectors.steps import Steps
from domain.columns.days import microseconds
from domain.columns.values import Flags, Texts, Value, Words


class Compiler(Steps):
    """Turns trees into steps. ``base`` is the selection whose events are at hand, None outside."""

    def __init__(self) -> None:
        """Start with nothing known."""
        super().__init__()
        self.about_events = EventCompiler(self, self.of)

    def of(self, expression: Expression, base: int | None = None) -> int:  # noqa: C901, PLR0911, PLR0912
        """Return the slot of an expression's value."""
        match expression:
            case tree.Literal(value):
                return self._literal(value)
            case tree.Attribute(name):
                self._outside(base, expression)
                return self.add(("fact", name), lambda s, _: s.columns.facts.get(name, Value()))
            case tree.Tag(name):
                self._outside(base, expression)
                return self.add(("tag", name), lambda s, _: s.columns.tags.get(name, Value()))
            case tree.Property(name):
                return self._property(name, base)
            case tree.Arithmetic(operator, left, right):
                a, b = self.of(left, base), self.of(right, base)
                return self.add(
                    (operator, "of", a, b),
                    lambda _, found: compare.computed(operator, found[a], found[b]),
                )
            case tree.Comparison(relation, left, right):
                return self._comparison(relation, self.of(left, base), self.of(right, base))
            case tree.Member(value, options):
                a = self.of(value, base)
                slots = [
                    self._comparison(tree.Relation.EQUAL, a, self.of(option)) for option in options
                ]
                return self._joined("or", np.logical_or, slots)
            case tree.Known(value):
                a = self.of(value, base)
                return self.flag(("known", a), lambda _, found: compare.known(found[a]))
            case tree.Cast(value, to):
                return self._cast(self.of(value, base), to)
            case tree.Age(moment, unit):
                a = self.of(moment, base)
                return self.add(
                    ("age", a, unit),
                    lambda s, found: compare.age(found[a], unit, s.moments, s.columns.zone),
                )
            case tree.And(operands):
                slots = [self.of(operand, base) for operand in operands]
                return self._joined("and", np.logical_and, slots)
            case tree.Or(operands):
                slots = [self.of(operand, base) for operand in operands]
                return self._joined("or", np.logical_or, slots)
            case tree.Not(operand):
                a = self.of(operand, base)
                return self.flag(("not", a), lambda _, found: ~found[a].holds)
            case _:
                self._outside(base, expression)
                return self.about_events.of(expression)

    def _literal(self, value: float | str | bool | datetime) -> int:  # noqa: FBT001 - it may be one
        # The type belongs to the key: 1, 1.0 and True are equal to Python.
        constant = _constant(value)
        return self.add(("literal", type(value), value), lambda *_: constant)

    def _property(self, name: str, base: int | None) -> int:
        if base is None:
            msg = f"a property outside of an event: {name}"
            raise ValueError(msg)
        return self.add(
            ("property", base, name),
            lambda s, found: s.columns.properties.get(name, Value()).take(found[base].positions),
        )

    def _cast(self, a: int, to: tree.Spelled) -> int:
        return self.add(
            ("cast", a, to), lambda s, found: compare.spelled(found[a], to, s.columns.zone)
        )

    def _comparison(self, relation: tree.Relation, a: int, b: int) -> int:
        return self.flag(
            (relation, "of", a, b), lambda _, found: compare.compared(relation, found[a], found[b])
        )

    def _joined(self, name: str, ufunc: np.ufunc, slots: list[int]) -> int:
        if ufunc is np.logical_or:
            return self.add((name, *slots), lambda s, found: _any(s, [found[o] for o in slots]))
        return self.flag(
            (name, *slots), lambda _, found: reduce(ufunc, [found[slot].holds for slot in slots])
        )

    @staticmethod
    def _outside(base: int | None, expression: Expression) -> None:
        if base is not None:
            msg = f"about the person, inside of an event: {expression!r}"
            raise ValueError(msg)


def _any(scene: Scene, values: Sequence[Value]) -> Value:
    """Return where one of the values holds; those that hold for nobody are not asked."""
    marks = [value.holds for value in values if value is not scene.nobody]
    return Value(flags=Flags(reduce(np.logical_or, marks))) if marks else scene.nobody


def _constant(value: float | str | bool | datetime) -> Value:  # noqa: FBT001 - it may be one
    if isinstance(value, bool):
        return Value(flags=Flags(np.array(value)))
    if isinstance(value, str):
        return Value(texts=Texts(np.array(0, dtype=np.int32), Words((value,))))
    if isinstance(value, datetime):
        return Value(moments=np.array(microseconds(value), dtype=np.int64))
    return Value(numbers=np.array(value, dtype=np.float64))
