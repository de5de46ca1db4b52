"""Day expressions of the year's feasts: 中秋, 国庆假期, 年前, 正月初五, 暑假."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.chat.when.almanac import (
    HOLIDAYS,
    feast,
    holiday_begins,
    holiday_ends,
    lunar_day,
    next_day,
)
from domain.chat.when.days import DayExpression, month_of, one_day
from domain.chat.when.model import Days, Grain

#: Fifteen days after it the new year counts as over, and 年后 means the next.
_NEW_YEAR_LASTS = timedelta(days=15)
_AFTER_NEW_YEAR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InYear:
    """A feast of a named year: ``year``, or ``years_ahead`` of this one."""

    day: DayExpression
    year: int | None = None
    years_ahead: int = 0

    def days(self, today: date) -> Days | None:
        """Return its days in that year."""
        year = self.year or today.year + self.years_ahead
        return self.day.days(date(year, 1, 1)) if year > today.year else self.day.days(today)


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar, the next to come (``正月初五``)."""

    month: int
    day: int

    def days(self, today: date) -> Days | None:
        """Return its solar day."""
        years = range(today.year - 1, today.year + 3)
        found = (lunar_day(year, self.month, self.day) for year in years)
        day = next((day for day in found if day and day >= today), None)
        return one_day(day) if day else None


@dataclass(frozen=True, slots=True)
class Feast:
    """The day of a feast or solar term, the next to come."""

    name: str

    def days(self, today: date) -> Days | None:
        """Return its day."""
        day = next_day(lambda year: feast(self.name, year), today)
        return one_day(day) if day else None


@dataclass(frozen=True, slots=True)
class Holiday:
    """All days off around a feast, from the first to the last (国庆假期)."""

    name: str

    def days(self, today: date) -> Days | None:
        """Return the days off that are not over yet."""
        firsts = (feast(self.name, year) for year in range(today.year, today.year + 3))
        ends = ((first, holiday_ends(self.name, first)) for first in firsts if first)
        found = next(((first, end) for first, end in ends if end > today), None)
        return Days(holiday_begins(found[0]), found[1]) if found else None


@dataclass(frozen=True, slots=True)
class AfterHoliday:
    """The first working day after a holiday; the day after any other feast."""

    name: str

    def days(self, today: date) -> Days | None:
        """Return that day."""
        if self.name not in HOLIDAYS:
            day = Feast(self.name).days(today)
            return one_day(day.end) if day else None
        holiday = Holiday(self.name).days(today)
        return one_day(holiday.end) if holiday else None


@dataclass(frozen=True, slots=True)
class AfterNextHoliday:
    """节后: the first working day after the holiday that comes next."""

    def days(self, today: date) -> Days | None:
        """Return that day."""
        found = [AfterHoliday(name).days(today) for name in HOLIDAYS]
        return min((days for days in found if days), key=lambda d: d.start, default=None)


@dataclass(frozen=True, slots=True)
class NewYearPeriod:
    """年前 (up to 除夕, ``is_before``) and 年后 (thirty days from 春节 on)."""

    is_before: bool

    def days(self, today: date) -> Days | None:
        """Return the days; for 年前 from today on."""
        years = range(today.year, today.year + 3)
        starts = [day for day in (feast("春节", year) for year in years) if day]
        if self.is_before:
            start = next((day for day in starts if day > today), None)
            return Days(today, start) if start else None
        start = next((day for day in starts if day + _NEW_YEAR_LASTS > today), None)
        return Days(start, start + _AFTER_NEW_YEAR) if start else None


@dataclass(frozen=True, slots=True)
class Season:
    """School holidays (暑假, July and August) and whole years: months from a fixed one on."""

    month: int
    months: int
    years_ahead: int | None = None

    def days(self, today: date) -> Days | None:
        """Return the months, those of the next year once they are over."""
        first_year = today.year + (self.years_ahead or 0)
        spans = (
            (month_of(year, self.month).start, month_of(year, self.month + self.months).start)
            for year in (first_year, first_year + 1)
        )
        start, end = next(span for span in spans if span[1] > today)
        return Days(start, end, Grain.MONTH)
