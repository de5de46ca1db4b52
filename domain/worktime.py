"""Working hours and quiet hours in the business zone.

A team's promises ("accept within 30 minutes") run on working time: they pause
at night, on rest days and on holidays, and hold to the minute (product
section 11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.errors import RuleError
from domain.values import BUSINESS_ZONE

#: Longest row of days without work that is believed; beyond it the table is wrong.
_MOST_DAYS_OFF = 366
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A stretch of one day, ``start`` inclusive, ``end`` exclusive."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nobody is disturbed; may pass midnight (22:00–08:00). Equal ends mean never."""

    start: time = time(22)
    end: time = time(8)

    def covers(self, clock: time) -> bool:
        """Tell whether ``clock`` (business zone) is quiet."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Shifts per weekday (0 = Monday), corrected by holidays and by made-up workdays.

    A made-up workday (调休) has the shifts of a Monday.

    Raises:
        RuleError: no weekday has a shift.
    """

    week: Mapping[int, tuple[Shift, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {day: (Shift(time(9), time(18)),) for day in range(5)}
        )
    )
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    zone: ZoneInfo = BUSINESS_ZONE

    def __post_init__(self) -> None:
        """Refuse a week in which nobody ever works."""
        if not any(self.week.values()):
            raise RuleError(subject="week", code="no_working_hours")

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """Return the shifts of a calendar day, in order."""
        if day in self.workdays:
            return self.week.get(day.weekday()) or self.week.get(0, ())
        if day in self.holidays:
            return ()
        return self.week.get(day.weekday(), ())

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield working spans (UTC) that end after ``moment``, the first one cut to it.

        Raises:
            RuleError: a whole year has no working time.
        """
        day = moment.astimezone(self.zone).date()
        days_off = 0
        while days_off <= _MOST_DAYS_OFF:
            shifts = self.shifts_on(day)
            days_off = 0 if shifts else days_off + 1
            for shift in shifts:
                start, end = self._at(day, shift.start), self._at(day, shift.end)
                if end > moment:
                    yield max(start, moment), end
            day += timedelta(days=1)
        raise RuleError(day.isoformat(), code="no_working_time_in_a_year")

    def is_working(self, moment: datetime) -> bool:
        """Tell whether ``moment`` lies in a shift."""
        return self.next_moment(moment) == moment

    def next_moment(self, moment: datetime) -> datetime:
        """Return ``moment`` if somebody works then, else the start of the next shift (UTC)."""
        return next(self.spans_from(moment.astimezone(UTC)))[0]

    def add(self, moment: datetime, span: timedelta) -> datetime:
        """Return when ``span`` of working time after ``moment`` is over, rounded up to a minute.

        A span that ends exactly with a shift ends there, not at the next opening.
        """
        left = span
        for start, end in self.spans_from(moment.astimezone(UTC)):
            if start + left <= end:
                return _next_minute(start + left)
            left -= end - start
        raise AssertionError  # pragma: no cover - spans_from never ends quietly

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments (zero if ``end`` is earlier)."""
        spans = takewhile(lambda span: span[0] < end, self.spans_from(start.astimezone(UTC)))
        return sum((min(closing, end) - opening for opening, closing in spans), timedelta(0))

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)


def _next_minute(moment: datetime) -> datetime:
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + _MINUTE
