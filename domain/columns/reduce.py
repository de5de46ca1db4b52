"""The one reduction: ``reduceat`` over ranges.

A sum depends on the order in which its terms are added. ``reduceat`` adds the
terms of one range in a way that hangs on nothing but that range, so a person
alone and among a million others gets the same number to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.columns.days import Integers
from domain.columns.values import Floats, Marks, Positions
from domain.swift import swift


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """For each row the range ``lo`` (inclusive) to ``hi`` (exclusive), rising and apart."""

    lo: Positions
    hi: Positions

    @property
    def sizes(self) -> Positions:
        """How many positions each range holds."""
        return self.hi - self.lo

    def members(self) -> tuple[Positions, Positions]:
        """Return all positions in the ranges, and the row that each belongs to."""
        sizes = self.sizes
        owner = np.repeat(np.arange(sizes.size, dtype=np.intp), sizes)
        before = np.cumsum(sizes) - sizes
        positions = np.arange(owner.size, dtype=np.intp) + (self.lo - before)[owner]
        return positions, owner


def reduced(ufunc: np.ufunc, values: Floats, ranges: Ranges, empty: float) -> Floats:
    """Reduce ``values`` over each range; ``empty`` is the answer for one without values."""
    out = np.full(ranges.lo.shape, empty)
    filled = np.flatnonzero(ranges.hi > ranges.lo)
    if filled.size:
        edges = np.empty(2 * filled.size, dtype=np.intp)
        edges[0::2], edges[1::2] = ranges.lo[filled], ranges.hi[filled]
        # The range after the last one needs no end, and may not have one there.
        edges = edges[:-1] if edges[-1] == values.size else edges
        out[filled] = ufunc.reduceat(values, edges)[0::2]
    return out


def counts(marks: Marks, offsets: Integers) -> Positions:
    """Count the marks between consecutive offsets."""
    out = np.zeros(offsets.size - 1, dtype=np.intp)
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    if filled.size:
        out[filled] = np.add.reduceat(marks, offsets[:-1][filled], dtype=np.intp)
    return out


def searched(values: NDArray[Any], offsets: Integers, edge: Integers, *, after: bool) -> Positions:
    """Return where in each range the first value at or after the edge stands.

    With ``after`` the first one beyond it. Values rise within a range; ranges are
    those between consecutive offsets. All ranges are searched side by side.
    """
    lo, hi = offsets[:-1], offsets[1:]
    beyond = np.less_equal if after else np.less
    last = max(values.size - 1, 0)
    for _ in range(int((hi - lo).max(initial=0)).bit_length()):
        middle = (lo + hi) >> 1
        # A range that is found out stays as it is: its middle is its end.
        goes_on = beyond(values[np.minimum(middle, last)], edge) & (lo < hi)
        lo, hi = np.where(goes_on, middle + 1, lo), np.where(goes_on, hi, middle)
    return np.asarray(lo)


def reduced_moments(
    ufunc: np.ufunc, moments: Integers, owner: Positions, rows: int, empty: int
) -> Integers:
    """Reduce moments by their owner; owners rise."""
    out = np.full(rows, empty, dtype=np.int64)
    starts = starts_of(owner)
    if starts.size:
        out[owner[starts]] = ufunc.reduceat(moments, starts)
    return out


def starts_of(*keys: Integers | Positions) -> Positions:
    """Return where a run of equal keys begins; rows with equal keys stand together."""
    if keys[0].size == 0:
        return np.zeros(0, dtype=np.intp)
    differs: Marks = np.zeros(keys[0].size, dtype=np.bool_)
    differs[0] = True
    for key in keys:
        differs[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(differs)
