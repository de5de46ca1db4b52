"""``worktime.toml``: working hours, rest days, quiet hours."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar
import msgspec

from config.tables.rows import TomlRow
from domain.worktime import QuietHours, Shift, WorkTime

FILE = "worktime.toml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Holidays(StrEnum):
    """Which public holidays are kept by themselves."""

    NONE = "none"
    #: Those of the State Council, made-up workdays included, for the years that are announced.
    CHINA = "china"


class SpanRow(TomlRow, frozen=True):
    """``{ start = 09:00:00, end = 18:00:00 }``; quiet hours may pass midnight."""

    start: time
    end: time


class ShiftRow(SpanRow, frozen=True):
    """A span that ends on the day on which it starts."""

    def __post_init__(self) -> None:
        """Refuse a shift that ends before it starts."""
        if self.end <= self.start:
            code = "shift_ends_too_early"
            raise ValueError(code)


class WeekRow(TomlRow, frozen=True):
    """``[week]``: shifts by weekday."""

    monday: list[ShiftRow] = msgspec.field(default_factory=list)
    tuesday: list[ShiftRow] = msgspec.field(default_factory=list)
    wednesday: list[ShiftRow] = msgspec.field(default_factory=list)
    thursday: list[ShiftRow] = msgspec.field(default_factory=list)
    friday: list[ShiftRow] = msgspec.field(default_factory=list)
    saturday: list[ShiftRow] = msgspec.field(default_factory=list)
    sunday: list[ShiftRow] = msgspec.field(default_factory=list)

    def shifts(self) -> dict[int, tuple[Shift, ...]]:
        """Return shifts by number of the weekday, 0 = Monday, in order of their start."""
        return {
            number: tuple(sorted(Shift(row.start, row.end) for row in getattr(self, name)))
            for number, name in enumerate(WEEKDAYS)
        }


class WorktimeFile(TomlRow, frozen=True):
    """The whole file. Own days are added to the public ones and win over them."""

    week: WeekRow
    quiet: SpanRow
    holidays: Holidays = Holidays.CHINA
    extra_holidays: list[date] = msgspec.field(default_factory=list)
    extra_workdays: list[date] = msgspec.field(default_factory=list)

    def work(self, zone: ZoneInfo) -> WorkTime:
        """Return the working time.

        Raises:
            RuleError: nobody ever works.
        """
        is_china = self.holidays is Holidays.CHINA
        off = frozenset(chinese_calendar.holidays) if is_china else frozenset()
        on = frozenset(chinese_calendar.workdays) if is_china else frozenset()
        own_off, own_on = frozenset(self.extra_holidays), frozenset(self.extra_workdays)
        return WorkTime(
            week=MappingProxyType(self.week.shifts()),
            holidays=(off - own_on) | own_off,
            workdays=(on - own_off) | own_on,
            zone=zone,
        )

    def quiet_hours(self) -> QuietHours:
        """Return the quiet hours."""
        return QuietHours(self.quiet.start, self.quiet.end)
