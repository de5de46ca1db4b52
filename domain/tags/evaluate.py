"""Tags computed: for one person as for a million, by the same kernel.

Tags that mention others are computed behind them, level by level; what a level
yields is laid out as a column for the next. A number is rounded to 1e-6, so that
equal values are equal in every row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.behaviour.kernel import Plan
from domain.behaviour.mentions import mentions_of, properties_of
from domain.columns.days import Moments
from domain.columns.laying import lay_out
from domain.columns.persons import Columns
from domain.columns.values import Item, Value
from domain.tags.spec import TagBook, TagKind, TagSpec
from domain.tags.tagging import TagValue

_DIGITS = 6

#: The values of one person by the name of the tag; None is no tag.
Values = dict[str, TagValue | None]


@dataclass(frozen=True, slots=True)
class _Level:
    """Tags that mention none of each other, with their formulas made ready together."""

    specs: tuple[TagSpec, ...]
    plan: Plan

    @classmethod
    def of(cls, specs: Sequence[TagSpec]) -> _Level:
        formulas = [f.expression for spec in specs for f in spec.formulas]
        return cls(tuple(specs), Plan.of(formulas))

    def run(self, columns: Columns, moments: Moments) -> list[Values]:
        results = iter(self.plan.run(columns, moments))
        found: list[Values] = [{} for _ in range(columns.persons)]
        for spec in self.specs:
            mine = [_items(spec, next(results), columns.persons) for _ in spec.formulas]
            for values, row in zip(found, zip(*mine, strict=True), strict=True):
                values[spec.name] = spec.value(row)
        return found


@dataclass(frozen=True, slots=True)
class TagPlan:
    """Some tags made ready; keep it as long as their definitions."""

    levels: tuple[_Level, ...]
    #: The properties of events and the facts that the formulas read; others need no column.
    properties: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, book: TagBook, names: Collection[str] | None = None) -> TagPlan:
        """Make tags ready, all of the book unless ``names`` says which.

        A tag that is mentioned and not among ``names`` is read from the columns.
        """
        depth: dict[str, int] = {}
        levels: list[list[TagSpec]] = []
        for name, spec in book.specs.items():
            if names is not None and name not in names:
                continue
            below = [depth[other] for other in spec.mentions.tags if other in depth]
            depth[name] = max(below, default=-1) + 1
            if depth[name] == len(levels):
                levels.append([])
            levels[depth[name]].append(spec)
        formulas = [f.expression for level in levels for spec in level for f in spec.formulas]
        attributes = mentions_of(*formulas).facts
        return cls(tuple(map(_Level.of, levels)), properties_of(formulas), attributes)

    def run(self, columns: Columns, moments: Moments) -> list[Values]:
        """Return the values of the tags for each person at their moment."""
        found: list[Values] = [{} for _ in range(columns.persons)]
        for level in self.levels:
            fresh = level.run(columns, moments)
            for values, more in zip(found, fresh, strict=True):
                values.update(more)
            columns = _with_tags(columns, level.specs, fresh)
        return found


def _with_tags(columns: Columns, specs: Sequence[TagSpec], rows: Sequence[Values]) -> Columns:
    """Return the columns with computed tags in the place of what stood under their names."""
    names = {spec.name for spec in specs}
    others = {name: value for name, value in columns.tags.items() if name not in names}
    return replace(columns, tags=others | lay_out(rows))


def _items(spec: TagSpec, value: Value, persons: int) -> Sequence[TagValue | None]:
    """Return a column as a list; conditions all at once, since most formulas are some."""
    if spec.kind is TagKind.LAYERS:
        held: list[TagValue | None] = value.holds.tolist()
        return held
    return [_item(value, row) for row in range(persons)]


def _item(value: Value, row: int) -> TagValue | None:
    item: Item = value.item(row)
    if isinstance(item, bool) or not isinstance(item, float | int):
        # A moment is no value of a tag: the definition of such a tag is refused.
        return None if isinstance(item, datetime) else item
    return round(float(item), _DIGITS) + 0.0
