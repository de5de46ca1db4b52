"""Day expressions: what was said, and which days that is on a given today.

Each is a frozen value with ``days(today)``; None means that there is no such day, or
that it cannot lie ahead.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import Protocol

from domain.chat.when.almanac import is_working_day, next_day
from domain.chat.when.model import Days, Grain

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SATURDAY = 5
_DECEMBER = 12
_MOST_WORKING_DAYS = 260


class DayExpression(Protocol):
    """Words that name days."""

    def days(self, today: date) -> Days | None:
        """Return the days meant when said on ``today``."""
        ...


def one_day(day: date) -> Days:
    """Return a single day."""
    return Days(day, day + _DAY)


def month_of(year: int, month: int) -> Days:
    """Return a whole month; ``month`` may run past December."""
    first = date(year + (month - 1) // _DECEMBER, (month - 1) % _DECEMBER + 1, 1)
    return Days(first, first + timedelta(days=monthrange(first.year, first.month)[1]), Grain.MONTH)


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def monday_of(day: date) -> date:
    """Return the Monday of the week (Monday to Sunday) of ``day``."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Past:
    """Something before today: it never becomes an appointment."""

    def days(self, today: date) -> Days | None:  # noqa: ARG002 - part of the protocol
        """Return None."""
        return None


@dataclass(frozen=True, slots=True)
class InDays:
    """``count`` days from today, for ``length`` days: 明天, 三天后, 明后天."""

    count: int
    length: int = 1

    def days(self, today: date) -> Days | None:
        """Return the days that far ahead."""
        start = today + timedelta(days=self.count)
        return Days(start, start + timedelta(days=self.length))


@dataclass(frozen=True, slots=True)
class InMonths:
    """The same day ``count`` months ahead, or that month's last day, and ``extra`` days."""

    count: int
    extra: int = 0

    def days(self, today: date) -> Days:
        """Return the day that many months ahead."""
        month = month_of(today.year, today.month + self.count)
        day = min(month.start + timedelta(days=today.day - 1), month.end - _DAY)
        return one_day(day + timedelta(days=self.extra))


@dataclass(frozen=True, slots=True)
class InWorkingDays:
    """``count`` working days ahead; ``is_limit``: all days up to it (3个工作日内)."""

    count: int
    is_limit: bool = False

    def days(self, today: date) -> Days | None:
        """Return the last of them, with the days before it when it is a limit."""
        day, left = today, min(self.count, _MOST_WORKING_DAYS)
        while left > 0:
            day += _DAY
            left -= is_working_day(day)
        return Days(today if self.is_limit else day, day + _DAY)


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday (0 = Monday) of the week ``week`` ahead; without one, the next, never today.

    ``until`` makes it a range within one week (周一到周五).
    """

    weekday: int
    week: int | None = None
    until: int | None = None

    def days(self, today: date) -> Days | None:
        """Return the day, or the days up to ``until``."""
        if self.week is None:
            start = today + timedelta(days=(self.weekday - today.weekday() - 1) % 7 + 1)
        else:
            start = monday_of(today) + self.week * _WEEK + timedelta(days=self.weekday)
        length = 1 if self.until is None else (self.until - self.weekday) % 7 + 1
        return Days(start, start + timedelta(days=length))


@dataclass(frozen=True, slots=True)
class Weekend:
    """Saturday of a week; without one the coming Saturday, or today on a weekend."""

    week: int | None = None

    def days(self, today: date) -> Days | None:
        """Return that Saturday (on a Sunday this weekend is today)."""
        is_weekend = today.weekday() >= _SATURDAY
        if is_weekend and not self.week:
            return one_day(today)
        week = monday_of(today) + (self.week or 0) * _WEEK
        return one_day(week + timedelta(days=_SATURDAY))


@dataclass(frozen=True, slots=True)
class Week:
    """A whole week, Monday to Sunday, ``week`` ahead."""

    week: int

    def days(self, today: date) -> Days | None:
        """Return that week."""
        start = monday_of(today) + self.week * _WEEK
        return Days(start, start + _WEEK, Grain.WEEK)


class MonthPart(Enum):
    """A part of a month by name."""

    BEGINNING = auto()
    MIDDLE = auto()
    END = auto()
    FIRST_THIRD = auto()
    SECOND_THIRD = auto()
    LAST_THIRD = auto()


@dataclass(frozen=True, slots=True)
class Month:
    """A month: by number (``month``), or ``ahead`` of this one; in ``year`` or next to come."""

    month: int | None = None
    ahead: int | None = None
    year: int | None = None
    years_ahead: int | None = None

    def whole(self, today: date) -> Days:
        """Return the month."""
        if self.month is None:
            return month_of(today.year, today.month + (self.ahead or 0))
        if self.year is not None or self.years_ahead is not None:
            return month_of(self.year or today.year + (self.years_ahead or 0), self.month)
        is_over = self.month < today.month
        return month_of(today.year + is_over, self.month)

    def days(self, today: date) -> Days | None:
        """Return the month."""
        return self.whole(today)


@dataclass(frozen=True, slots=True)
class PartOfMonth:
    """月初, 月中, 月底 or a third (旬) of a month; without a month, the next to come."""

    part: MonthPart
    month: Month | None = None

    def days(self, today: date) -> Days | None:
        """Return the day, or the ten days of a third; bare 月初 is always the next month's."""
        if self.month is not None:
            return self._within(self.month.whole(today))
        this_month = self._within(month_of(today.year, today.month))
        if this_month.end > today and self.part is not MonthPart.BEGINNING:
            return this_month
        return self._within(month_of(today.year, today.month + 1))

    def _within(self, month: Days) -> Days:
        """Return the part of ``month``."""
        match self.part:
            case MonthPart.BEGINNING:
                return one_day(month.start)
            case MonthPart.MIDDLE:
                return one_day(month.start + 14 * _DAY)
            case MonthPart.END:
                return one_day(month.end - _DAY)
            case MonthPart.FIRST_THIRD:
                return Days(month.start, month.start + 10 * _DAY)
            case MonthPart.SECOND_THIRD:
                return Days(month.start + 10 * _DAY, month.start + 20 * _DAY)
            case MonthPart.LAST_THIRD:
                return Days(month.start + 20 * _DAY, month.end)


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day by number; without month or year, the next such day, today included."""

    day: int
    month: Month | None = None

    def days(self, today: date) -> Days | None:
        """Return the day, None when that month has none such."""
        if self.month is None:
            return self._next_in_months(today)
        if self.month.month is None or self.month.year or self.month.years_ahead is not None:
            month = self.month.whole(today)
            day = make_date(month.start.year, month.start.month, self.day)
        else:
            number = self.month.month
            day = next_day(lambda year: make_date(year, number, self.day), today)
        return one_day(day) if day else None

    def _next_in_months(self, today: date) -> Days:
        """Return the next month's day with that number; two months hold every number."""
        months = (month_of(today.year, today.month + ahead).start for ahead in range(3))
        days = (make_date(month.year, month.month, self.day) for month in months)
        return one_day(next(day for day in days if day and day >= today))


@dataclass(frozen=True, slots=True)
class NthOfMonth:
    """The n-th week (Monday counts) or the n-th ``weekday`` of a month."""

    nth: int
    weekday: int | None
    month: Month

    def days(self, today: date) -> Days | None:
        """Return that week or day, None when the month has no n-th."""
        month = self.month.whole(today)
        weekday = self.weekday or 0
        first = month.start + timedelta(days=(weekday - month.start.weekday()) % 7)
        start = first + (self.nth - 1) * _WEEK
        if not month.start <= start < month.end:
            return None
        return Days(start, start + _WEEK, Grain.WEEK) if self.weekday is None else one_day(start)


@dataclass(frozen=True, slots=True)
class Through:
    """From one day of a month to another; without its own month, that of the first."""

    first: DayOfMonth
    last: DayOfMonth

    def days(self, today: date) -> Days | None:
        """Return all days from the first to the last."""
        start = self.first.days(today)
        if start is None:
            return None
        end = self.last.days(start.start)
        return Days(start.start, end.end) if end else None


@dataclass(frozen=True, slots=True)
class DayBefore:
    """The day before another one (圣诞前一天)."""

    day: DayExpression

    def days(self, today: date) -> Days | None:
        """Return that day."""
        found = self.day.days(today)
        return one_day(found.start - _DAY) if found else None
