"""The values of a time as it was meant: start, end, grain, repetition, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, StrEnum

from domain.chat.passage import Span


class Grain(StrEnum):
    """How exactly a time was given."""

    MINUTE = "minute"
    HOUR = "hour"
    PART = "part"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Cycle(StrEnum):
    """How often something repeats."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


WEEKDAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
#: Stands for the last day of whatever month in :attr:`Recurrence.days`.
LAST_DAY = -1


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A repeating time. ``days``: weekdays (0 = Monday) or days of the month.

    As text: ``daily@09:00``, ``weekly:MON,TUE@09:00``, ``monthly:15@09:00``,
    ``monthly:last``; without a time of day the ``@`` part is missing.
    """

    cycle: Cycle
    days: tuple[int, ...] = ()
    at: time | None = None

    def __str__(self) -> str:
        """Return the form in which a recurrence is stored and shown to developers."""
        named = ""
        if self.cycle is Cycle.WEEKLY:
            named = ":" + ",".join(WEEKDAY_NAMES[day] for day in self.days)
        elif self.cycle is Cycle.MONTHLY:
            named = ":" + ",".join("last" if day == LAST_DAY else str(day) for day in self.days)
        return f"{self.cycle}{named}" + (f"@{self.at:%H:%M}" if self.at else "")


@dataclass(frozen=True, slots=True)
class When:
    """A time understood from text, in the zone it was read in.

    ``end`` is exclusive; None means a moment, or an open end. A deadline runs from *now*
    to its end. ``recurring`` has its next occurrence as ``start``. ``span`` is the
    evidence in the text as typed.
    """

    start: datetime
    end: datetime | None
    grain: Grain
    span: Span
    recurring: Recurrence | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """One or more whole days, ``end`` exclusive; the ``grain`` they were named in."""

    start: date
    end: date
    grain: Grain = Grain.DAY


class Part(Enum):
    """A part of the day and its hours (chat conventions): from, to exclusive."""

    DAWN = (0, 5)
    EARLY = (6, 10)
    MORNING = (8, 12)
    NOON = (11, 14)
    AFTERNOON = (12, 18)
    DUSK = (17, 20)
    EVENING = (18, 23)

    @property
    def begins(self) -> time:
        """First moment of the part."""
        return time(self.value[0])

    @property
    def ends(self) -> time:
        """First moment after the part."""
        return time(self.value[1])


class Bound(Enum):
    """What 前, 之内 and 后 make of a time."""

    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as said: ``hour`` 0–24, ``is_exact`` when minutes were given.

    ``is_24h``: written so that no part of the day is missing (``09:00``, ``15点``, ``3pm``).
    """

    hour: int
    minute: int = 0
    is_exact: bool = False
    is_24h: bool = False

    @property
    def grain(self) -> Grain:
        """Grain of a moment given like this."""
        return Grain.MINUTE if self.is_exact else Grain.HOUR
