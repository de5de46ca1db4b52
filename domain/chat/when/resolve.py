"""What was said, on a given now → start, end and grain (chat conventions, "Time expressions").

All datetimes in here are naive: wall-clock time of the zone in which people speak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.chat.when.days import InMonths, InWorkingDays, PartOfMonth
from domain.chat.when.feast_days import NewYearPeriod
from domain.chat.when.mention import Mention
from domain.chat.when.model import Bound, Clock, Days, Grain, Part, Recurrence
from domain.chat.when.words.repeats import Repeat, next_occurrence
from domain.chat.when.words.said import Later

_DAY = timedelta(days=1)
_NOON = 12
_MIDNIGHT = 24
#: Without a part of the day, 1–6 are in the afternoon and 7–11 come next.
_AFTERNOON_HOURS = range(1, 7)
_OPEN_HOURS = range(7, 12)
#: X点以后 ends here.
_LATEST = time(23)
_MORNING_PARTS = frozenset({Part.DAWN, Part.EARLY, Part.MORNING})


@dataclass(frozen=True, slots=True)
class Resolved:
    """Start, end (exclusive) or None, grain and repetition, in naive local time."""

    start: datetime
    end: datetime | None
    grain: Grain
    recurring: Recurrence | None = None


def resolve(mention: Mention, now: datetime) -> Resolved | None:
    """Return what ``mention`` means at ``now``; None for the past and the impossible."""
    found: Resolved | None
    if mention.repeat:
        found = _repeating(mention, mention.repeat, now)
    elif isinstance(mention.said, Later):
        found = _later(mention.said, now)
    else:
        days = mention.said.days(now.date()) if mention.said else None
        if mention.said and not days:
            return None
        found = _dated(mention, days, now)
    if found is None or (found.end or found.start) <= now:
        return None
    return found if found.end is None or found.start < found.end else None


def _later(said: Later, now: datetime) -> Resolved:
    """Return a moment, or a deadline, counted from now."""
    month_later = InMonths(said.months).days(now.date())
    moment = datetime.combine(month_later.start, now.time()) + said.delta
    return (
        Resolved(now, moment, said.grain) if said.is_limit else Resolved(moment, None, said.grain)
    )


def _dated(mention: Mention, days: Days | None, now: datetime) -> Resolved | None:
    """Return a moment, part or range on the days named (None: today or tomorrow)."""
    if mention.clock:
        return _clocked(mention, mention.clock, days, now)
    if mention.part:
        return _parted(mention.part, mention.bound, days, now)
    return _whole_days(mention, days, now) if days else None


def _whole_days(mention: Mention, days: Days, now: datetime) -> Resolved | None:
    """Return days without an hour, bounded by 前, 之内 or 后."""
    start, end = _midnight(days.start), _midnight(days.end)
    is_span_from_now = (isinstance(mention.said, NewYearPeriod) and mention.said.is_before) or (
        isinstance(mention.said, InWorkingDays) and mention.said.is_limit
    )
    if mention.bound is Bound.WITHIN or is_span_from_now:
        return Resolved(now, end, days.grain)
    if mention.bound is Bound.BEFORE:
        # 月底前 includes the last day; before any other day means before it begins.
        is_inclusive = (
            isinstance(mention.said, PartOfMonth) and start + _DAY == end and days.end.day == 1
        )
        return Resolved(now, end if is_inclusive else start, days.grain)
    if mention.bound is Bound.AFTER:
        return Resolved(end, None, days.grain)
    return Resolved(start, end, days.grain)


def _parted(part: Part, bound: Bound | None, days: Days | None, now: datetime) -> Resolved | None:
    """Return the hours of a part of the day."""
    day = days.start if days else now.date()
    if days is None and datetime.combine(day, part.ends) <= now:
        day += _DAY
    start, end = datetime.combine(day, part.begins), datetime.combine(day, part.ends)
    noon = datetime.combine(day, time(_NOON))
    if bound is Bound.BEFORE:
        return Resolved(now, noon if part is Part.NOON else start, Grain.PART)
    if bound is Bound.WITHIN:
        return Resolved(now, end, Grain.PART)
    if bound is Bound.AFTER:
        begin = noon if part is Part.NOON else start
        return Resolved(begin, datetime.combine(day, _LATEST), Grain.PART)
    return Resolved(start, end, Grain.PART)


def _clocked(mention: Mention, clock: Clock, days: Days | None, now: datetime) -> Resolved | None:
    """Return a time of day, a range of hours, or a bound at an hour."""
    start = moment_of(clock, mention.part, days.start if days else None, now)
    if mention.until:
        end = _end_of_range(mention.until, mention.until_part, start)
        return Resolved(start, end, max(clock.grain, mention.until.grain, key=_fineness))
    if mention.bound in {Bound.BEFORE, Bound.WITHIN}:
        return Resolved(now, start, clock.grain)
    if mention.bound is Bound.AFTER:
        latest = datetime.combine(start.date(), _LATEST)
        return Resolved(start, latest if start < latest else None, clock.grain)
    return Resolved(start, None, clock.grain)


def _fineness(grain: Grain) -> int:
    """Order grains from coarse to fine."""
    return 1 if grain is Grain.MINUTE else 0


def moment_of(clock: Clock, part: Part | None, day: date | None, now: datetime) -> datetime:
    """Return the moment of a time of day, on ``day`` or the next time it comes."""
    if part is None and not clock.is_24h and clock.hour in _OPEN_HOURS:
        return _next_of_two(clock, day, now)
    hour = hour_of(clock, part)
    moment = _midnight(day or now.date()) + timedelta(hours=hour, minutes=clock.minute)
    if day is None and moment <= now:
        moment += _DAY
    return moment


def _next_of_two(clock: Clock, day: date | None, now: datetime) -> datetime:
    """Return 7–11 without part of the day: in the morning of a later day, else the next."""
    morning = _midnight(day or now.date()) + timedelta(hours=clock.hour, minutes=clock.minute)
    if morning > now:
        return morning
    evening = morning + timedelta(hours=_NOON)
    if evening > now or day is not None:
        return evening
    return morning + _DAY


def hour_of(clock: Clock, part: Part | None) -> int:
    """Return the hour of the day; 24 and more reach into the next day."""
    hour = clock.hour
    if part is None:
        return hour + _NOON if hour in _AFTERNOON_HOURS and not clock.is_24h else hour
    if hour == 0 or hour > _NOON:
        return _MIDNIGHT if hour == 0 and part is Part.EVENING else hour
    if part in _MORNING_PARTS:
        return hour % _MIDNIGHT if part is not Part.DAWN else hour % _NOON
    if part is Part.NOON:
        return hour if hour >= _NOON - 1 else hour + _NOON
    if part is Part.EVENING:
        # 晚上12点 and 晚上1点 are in the night that follows.
        return hour + _NOON if hour in range(5, 12) else hour % _NOON + _MIDNIGHT
    return hour % _NOON + _NOON


def _end_of_range(until: Clock, part: Part | None, start: datetime) -> datetime:
    """Return the end of a range of hours: the first such time after its start."""
    hours = [hour_of(until, part)] if part or until.is_24h else [until.hour, until.hour + _NOON]
    ends = (
        _midnight(start.date()) + timedelta(days=days, hours=hour, minutes=until.minute)
        for days in (0, 1, 2)
        for hour in hours
    )
    return next(end for end in ends if end > start)


def _repeating(mention: Mention, repeat: Repeat, now: datetime) -> Resolved:
    """Return a repetition with its next occurrence."""
    at = None
    if mention.clock:
        # A stated later day: 7–11 are in the morning.
        tomorrow = now.date() + _DAY
        at = moment_of(mention.clock, mention.part, tomorrow, now).time()
    elif mention.part:
        at = mention.part.begins
    recurrence = repeat.at(at)
    start = next_occurrence(recurrence, now)
    if mention.clock:
        return Resolved(start, None, mention.clock.grain, recurrence)
    if mention.part:
        end = datetime.combine(start.date(), mention.part.ends)
        return Resolved(start, end, Grain.PART, recurrence)
    return Resolved(start, start + _DAY, Grain.DAY, recurrence)


def _midnight(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time())
