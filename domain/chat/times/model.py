"""What a time expression says, whether or not an appointment can follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.chat.passage import Span
from domain.chat.when.model import Grain, Recurrence


class Kind(StrEnum):
    """The eight kinds of time expressions."""

    DATE = "date"
    DATE_RANGE = "daterange"
    DATETIME = "datetime"
    DATETIME_RANGE = "datetimerange"
    TIME = "time"
    TIME_RANGE = "timerange"
    DURATION = "duration"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Length:
    """A span of time in calendar ``months`` and in ``time``: 一年又三天 is 12 and 3 days."""

    months: float = 0
    time: timedelta = timedelta()

    def __add__(self, other: Length) -> Length:
        """Return both together."""
        return Length(self.months + other.months, self.time + other.time)


@dataclass(frozen=True, slots=True)
class TimeSaid:
    """One time expression. ``start`` and ``end`` (exclusive) are in the zone it was read in.

    A date has the day's bounds, a moment (``DATETIME``, ``TIME``) no end, an open range
    only one of the two. Both are None for a day that no calendar has (2月30日), for a
    duration (``length``) and for a set, whose rhythm is ``every`` or, without days or
    hours, ``length``. ``confidence`` runs from 0 to 1: how sure it is that a time was meant.
    """

    kind: Kind
    span: Span
    start: datetime | None = None
    end: datetime | None = None
    grain: Grain | None = None
    length: Length | None = None
    every: Recurrence | None = None
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class DaysSaid:
    """Days as said: bounds (None: no such day), where the words end, whether a year was said.

    ``can_shift``: without a year, the same days of another year may be meant.
    """

    start: date | None
    end: date | None
    stop: int
    grain: Grain = Grain.DAY
    can_shift: bool = False

    @property
    def is_day(self) -> bool:
        """Tell whether it is a single day."""
        return self.grain is Grain.DAY and (
            self.start is None or self.end == self.start + timedelta(days=1)
        )
