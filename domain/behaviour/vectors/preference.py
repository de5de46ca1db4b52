"""Which values of a property stand first."""

from __future__ import annotations

import numpy as np

from domain.behaviour.vectors.compare import PRECISION
from domain.behaviour.vectors.selection import Selection
from domain.columns.reduce import Ranges, starts_of
from domain.columns.values import NO_WORDS, Codes, Floats, Lists, Positions, Texts, Value


def having_text(
    selection: Selection, column: Value | None, weight: Value | None, *, is_weighed: bool
) -> Selection:
    """Keep the events that have a text in ``column``, and a number in ``weight`` if it counts."""
    none = Selection(np.zeros(0, dtype=np.intp), Value(np.zeros(0), _texts(None)))
    if column is None or column.texts is None:
        return none
    if is_weighed and (weight is None or weight.numbers is None):
        return none
    positions = selection.positions
    codes, numbers = column.texts.codes[positions], np.ones(positions.size)
    if is_weighed and weight is not None and weight.numbers is not None:
        numbers = weight.numbers[positions]
    has = (codes >= 0) & ~np.isnan(numbers)
    texts = Texts(codes[has], column.texts.words)
    return Selection(positions[has], Value(numbers[has], texts))


def _texts(texts: Texts | None) -> Texts:
    return texts or Texts(np.zeros(0, dtype=np.int32), NO_WORDS)


def preferred(selection: Selection, ranges: Ranges, most: int) -> Lists:
    """Return the ``most`` texts of each range with the largest sums, rounded to 1e-6.

    Of equal ones the one whose last event is later comes first; no two texts
    share their last event, so nothing is left to decide.
    """
    values = selection.values or Value()
    texts = _texts(values.texts)
    numbers = np.zeros(0) if values.numbers is None else values.numbers
    members, owner = ranges.members()
    owner, codes, sums, last = _groups(members, owner, texts.codes, numbers)
    # The last key counts first: person, then the larger sum, then the later event.
    order = np.lexsort((-last, -np.rint(sums * PRECISION), owner))
    owner, codes = owner[order], codes[order]
    starts = starts_of(owner)
    first = np.repeat(starts, np.diff(np.concatenate((starts, [owner.size]))))
    is_kept = np.arange(owner.size) - first < most
    sizes = np.bincount(owner[is_kept], minlength=ranges.lo.size)
    return Lists(np.concatenate(([0], np.cumsum(sizes))), codes[is_kept], texts.words)


def _groups(
    members: Positions, owner: Positions, codes: Codes, numbers: Floats
) -> tuple[Positions, Codes, Floats, Positions]:
    """Return person, text, sum and last position of each text of each person."""
    if members.size == 0:
        none = np.zeros(0, dtype=np.intp)
        return none, np.zeros(0, dtype=np.int32), np.zeros(0), none
    code = codes[members]
    key = owner * (int(code.max()) + 1) + code
    order = np.argsort(key, kind="stable")
    starts = starts_of(key[order])
    ends = np.concatenate((starts[1:], [order.size])) - 1
    sums = np.add.reduceat(numbers[members][order], starts)
    return owner[order][starts], code[order][starts], sums, members[order][ends]
