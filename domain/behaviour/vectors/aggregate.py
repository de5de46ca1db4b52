"""Events become a number, or one of them."""

from __future__ import annotations

import numpy as np

from domain.behaviour.syntax import End, Function
from domain.behaviour.vectors.selection import NO_POSITIONS, Selection
from domain.columns.days import NEVER, Integers
from domain.columns.persons import Columns
from domain.columns.reduce import Ranges, reduced, starts_of
from domain.columns.values import Floats, Positions, Value


def having_number(selection: Selection, column: Value | None) -> Selection:
    """Keep the events that have a number in ``column``."""
    if column is None or column.numbers is None:
        return Selection(NO_POSITIONS, Value(np.zeros(0)))
    numbers = column.numbers[selection.positions]
    is_missing = np.isnan(numbers)
    if not is_missing.any():
        return Selection(selection.positions, Value(numbers))
    return Selection(selection.positions[~is_missing], Value(numbers[~is_missing]))


def aggregated(function: Function, selection: Selection, ranges: Ranges) -> Floats:
    """Return SUM, AVG, MAX or MIN of the selection's numbers in each range."""
    numbers = selection.values.numbers if selection.values else None
    if numbers is None:
        numbers = np.zeros(0)
    match function:
        case Function.MAX:
            return reduced(np.maximum, numbers, ranges, np.nan)
        case Function.MIN:
            return reduced(np.minimum, numbers, ranges, np.nan)
        case Function.AVG:
            sizes = ranges.sizes
            return reduced(np.add, numbers, ranges, np.nan) / np.maximum(sizes, 1)
        case _:
            return reduced(np.add, numbers, ranges, 0.0)


def counted(ranges: Ranges) -> Floats:
    """Return how many events each range holds."""
    return ranges.sizes.astype(np.float64)


def days_counted(columns: Columns, selection: Selection, ranges: Ranges) -> Floats:
    """Return how many calendar days the events of each range fall on."""
    day = columns.day[selection.positions]
    # Days only rise within a person: count where they change, and the first of each range.
    changes = np.zeros(day.size + 1, dtype=np.int32)
    np.cumsum(day[1:] != day[:-1], dtype=np.int32, out=changes[1:-1])
    last = np.maximum(ranges.hi - 1, 0)
    within = changes[last] - changes[np.minimum(ranges.lo, last)] + 1
    return np.where(ranges.sizes > 0, within, 0).astype(np.float64)


def having_any(selection: Selection, column: Value | None) -> tuple[Selection, Integers]:
    """Keep the events that have a value in ``column``; return a number for each value too."""
    codes = np.full(selection.positions.size, -1, dtype=np.int64)
    if column is not None:
        here = column.take(selection.positions)
        if here.flags is not None and here.flags.known is not None:
            codes = np.where(here.flags.known, here.flags.holds, codes)
        if here.texts is not None:
            codes = np.where(here.texts.codes >= 0, here.texts.codes + 2, codes)
        if here.numbers is not None:
            base = 2 + (len(here.texts.words.items) if here.texts else 0)
            _, rank = np.unique(here.numbers, return_inverse=True)
            codes = np.where(np.isnan(here.numbers), codes, rank + base)
    has = codes >= 0
    if has.all():
        return selection, codes
    return Selection(selection.positions[has]), codes[has]


def distinct(codes: Integers, ranges: Ranges) -> Floats:
    """Return how many different codes there are in each range."""
    members, owner = ranges.members()
    if members.size == 0:
        return np.zeros(ranges.lo.shape)
    width = int(codes.max()) + 1
    keys = np.sort(owner * width + codes[members])
    starts = starts_of(keys)
    return np.bincount(keys[starts] // width, minlength=ranges.lo.size).astype(np.float64)


def edge_positions(end: End, selection: Selection, ranges: Ranges) -> tuple[Positions, Positions]:
    """Return the rows that have an event in their range, and the position of its edge."""
    rows = np.flatnonzero(ranges.hi > ranges.lo)
    at = ranges.lo[rows] if end is End.FIRST else ranges.hi[rows] - 1
    return rows, selection.positions[at]


def moment_at_edge(columns: Columns, rows: Positions, positions: Positions) -> Value:
    """Return the moment of one event per row, missing elsewhere."""
    moments = np.full(columns.persons, NEVER, dtype=np.int64)
    moments[rows] = columns.at[positions]
    return Value(moments=moments)


def property_at_edge(columns: Columns, name: str, rows: Positions, positions: Positions) -> Value:
    """Return a property of one event per row, missing elsewhere."""
    column = columns.properties.get(name)
    if column is None:
        return Value()
    where = np.zeros(columns.persons, dtype=np.intp)
    where[rows] = positions
    has = np.zeros(columns.persons, dtype=np.bool_)
    has[rows] = True
    return column.take(where).where(has) if columns.at.size else Value()
