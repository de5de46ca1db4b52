"""Which events: by kind, by condition, by window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.behaviour.columns import Columns
from domain.behaviour.days import Integers, Moments, microseconds
from domain.behaviour.syntax import Between, Ever, Last, Unit, Window
from domain.behaviour.values import Marks, Positions, Value
from domain.behaviour.vectors.reduce import Ranges, counts

#: Microseconds of the units that roll, and of a day of 24 hours.
UNIT_US = {Unit.MINUTE: 60_000_000, Unit.HOUR: 3_600_000_000, Unit.DAY: 86_400_000_000}


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
        counts = np.bincount(kind, minlength=len(self.columns.kinds))
        return np.argsort(kind, kind="stable"), np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def _code_of(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.columns.kinds)}

    def of_kind(self, name: str | None) -> Positions:
        """Return the events of a kind; of None, those that count as interaction."""
        if name is None:
            if self.columns.kind.size == 0:
                return np.zeros(0, dtype=np.intp)
            return np.flatnonzero(self.columns.is_interaction[self.columns.kind])
        code = self._code_of.get(name)
        if code is None:
            return np.zeros(0, dtype=np.intp)
        order, starts = self._by_kind
        return order[int(starts[code]) : int(starts[code + 1])]

    def spread(self, per_person: Integers) -> Integers:
        """Lay out one number per person (or one for all) over the events."""
        return per_person[self.owners] if per_person.ndim else per_person

    @cached_property
    def ends(self) -> Positions:
        """Where each person's events until their moment end."""
        last = self.columns.offsets[1:]
        at = self.columns.at
        if at.size == 0 or at.max() <= self.moments.us.min():
            return last
        return last - self._count(at > self.spread(self.moments.us))

    def window(self, window: Window) -> Ranges:
        """Return each person's events in a window: they are in order of time, so one range."""
        first, ends = self.columns.offsets[:-1], self.ends
        match window:
            case Ever():
                return Ranges(first, ends)
            case Last(count, Unit.DAY):
                is_before = self.columns.day <= self.spread(self.moments.day - count)
                return Ranges(np.minimum(first + self._count(is_before), ends), ends)
            case Last(count, unit):
                edge = self.spread(self.moments.us - count * UNIT_US[unit])
                is_before = self.columns.at <= edge
                return Ranges(np.minimum(first + self._count(is_before), ends), ends)
            case Between(start, end):
                return self._between(
                    None if start is None else microseconds(start),
                    None if end is None else microseconds(end),
                )

    def _between(self, start: int | None, end: int | None) -> Ranges:
        first, hi = self.columns.offsets[:-1], self.ends
        lo = first if start is None else first + self._count(self.columns.at < start)
        if end is not None:
            hi = np.minimum(first + self._count(self.columns.at < end), hi)
        return Ranges(np.minimum(lo, hi), hi)

    def _count(self, marks: Marks) -> Positions:
        return counts(marks, self.columns.offsets)


def within(selection: Selection, window: Ranges) -> Ranges:
    """Return each person's range of a selection that lies in the window."""
    positions = selection.positions
    return Ranges(np.searchsorted(positions, window.lo), np.searchsorted(positions, window.hi))
