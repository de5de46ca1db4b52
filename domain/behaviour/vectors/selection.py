"""Which events: by kind, by condition, by window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.behaviour.syntax import Between, Ever, Last, Side, Unit
from domain.columns.days import Integers, Moments, microseconds
from domain.columns.persons import Columns
from domain.columns.reduce import Ranges, counts, searched
from domain.columns.values import Flags, Positions, Value
from domain.swift import swift

#: Microseconds of the units that roll, and of a day of 24 hours.
UNIT_US = {Unit.MINUTE: 60_000_000, Unit.HOUR: 3_600_000_000, Unit.DAY: 86_400_000_000}
#: How many kinds fit into a byte.
_BYTE = 256
#: Up to so many events, looking at all of them is faster than searching.
FEW_EVENTS = 4096
NO_POSITIONS: Positions = np.zeros(0, dtype=np.intp)


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Positions of events, rising; ``values`` is a property that all of them have, if asked for."""

    positions: Positions
    values: Value | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """Columns looked at from one moment per person (or one for all), with what is shared."""

    columns: Columns
    moments: Moments

    @cached_property
    def owners(self) -> Positions:
        """The person of each event."""
        sizes = np.diff(self.columns.offsets)
        return np.repeat(np.arange(sizes.size, dtype=np.intp), sizes)

    @cached_property
    def _by_kind(self) -> tuple[Positions, Integers]:
        kind = self.columns.kind
        if len(self.columns.kinds) <= _BYTE:
            kind = kind.astype(np.uint8)  # one byte is sorted twice as fast as two
        counts = np.bincount(kind, minlength=len(self.columns.kinds))
        return np.argsort(kind, kind="stable"), np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def _code_of(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.columns.kinds)}

    @cached_property
    def nowhere(self) -> Ranges:
        """The ranges of a selection that is empty: most kinds never happened to a few persons."""
        nothing = np.zeros(self.columns.persons, dtype=np.intp)
        return Ranges(nothing, nothing)

    @cached_property
    def nobody(self) -> Value:
        """What holds for no person."""
        return Value(flags=Flags(np.zeros(self.columns.persons, dtype=np.bool_)))

    def of_kind(self, name: str | None) -> Positions:
        """Return the events of a kind; of None, those that count as interaction."""
        if name is None:
            if self.columns.kind.size == 0:
                return NO_POSITIONS
            return np.flatnonzero(self.columns.is_interaction[self.columns.kind])
        code = self._code_of.get(name)
        if code is None:
            return NO_POSITIONS
        order, starts = self._by_kind
        return order[int(starts[code]) : int(starts[code + 1])]

    @cached_property
    def ends(self) -> Positions:
        """Where each person's events until their moment end."""
        last = self.columns.offsets[1:]
        at = self.columns.at
        if at.size == 0 or at.max() <= self.moments.us.min():
            return last
        return self._from(at, self.moments.us, after=True)

    def beside(self, edge: tuple[Positions, Positions], side: Side, us: int) -> Ranges:
        """Return the events after or before an anchor, at most ``us`` microseconds from it.

        ``edge`` are persons and the position of the anchor of each; others have no events.
        """
        rows, anchors = edge
        first = self.columns.offsets[:-1]
        lo, hi = first.copy(), first.copy()
        if rows.size == 0:
            return Ranges(lo, hi)
        limit = np.zeros(first.size, dtype=np.int64)
        limit[rows] = self.columns.at[anchors] + (us if side is Side.AFTER else -us)
        reached = self._from(self.columns.at, limit, after=side is Side.AFTER)[rows]
        if side is Side.AFTER:
            lo[rows], hi[rows] = anchors + 1, np.minimum(reached, self.ends[rows])
        else:
            lo[rows], hi[rows] = reached, anchors
        return Ranges(lo, hi)

    def window(self, window: Last | Between | Ever) -> Ranges:
        """Return each person's events in a window: they are in order of time, so one range."""
        first, ends = self.columns.offsets[:-1], self.ends
        match window:
            case Ever():
                return Ranges(first, ends)
            case Last(count, Unit.DAY):
                lo = self._from(self.columns.day, self.moments.day - count, after=True)
                return Ranges(np.minimum(lo, ends), ends)
            case Last(count, unit):
                edge = self.moments.us - count * UNIT_US[unit]
                return Ranges(np.minimum(self._from(self.columns.at, edge, after=True), ends), ends)
            case Between(start, end):
                return self._between(start, end)

    def _between(self, start: datetime | None, end: datetime | None) -> Ranges:
        lo, hi = self.columns.offsets[:-1], self.ends
        if start is not None:
            lo = self._from(self.columns.at, np.array(microseconds(start)), after=False)
        if end is not None:
            hi = np.minimum(
                self._from(self.columns.at, np.array(microseconds(end)), after=False), hi
            )
        return Ranges(np.minimum(lo, hi), hi)

    def _from(self, times: NDArray[Any], edge: Integers, *, after: bool) -> Positions:
        """Return each person's first event at or after the edge; with ``after`` beyond it."""
        offsets = self.columns.offsets
        if times.size < FEW_EVENTS:
            spread = edge[self.owners] if edge.ndim else edge
            is_before = times <= spread if after else times < spread
            return offsets[:-1] + counts(is_before, offsets)
        return searched(times, offsets, edge, after=after)
