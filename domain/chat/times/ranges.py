"""Ranges: from one point through another, or open at one end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from domain.chat.passage import Span
from domain.chat.times.model import DaysSaid, Kind, TimeSaid
from domain.chat.times.points import Point, point_at
from domain.chat.when.model import Bound

_TO = re.compile(r"\s?(?:到|至|-|~|—|–)+\s?")
_AND = re.compile(r"\s?(?:和|与|跟)\s?")
_BETWEEN = re.compile(r"\s?之间")
_UNTIL = re.compile(r"\s?(?:或|及|和|以及)(?:之前|以前)|\s?为止")
_SINCE = re.compile(r"\s?(?:(?:或|及|和|以及)(?:之后|以后)|以来|起(?![来床])|开始)")
_BEFORE = re.compile(r"\s?(?:之前|以前|前(?![台面几两天提后往])|之内|以内|内(?![容部地]))")
_AFTER = re.compile(r"\s?(?:之后|以后|过后|往后|后(?![天来面期台续悔边勤卫]))")
#: 月底前 includes the last day (chat conventions).
_LAST_DAY = frozenset("底末")
_DAY = timedelta(days=1)
_HALF_DAY = timedelta(hours=12)


class Ranges:
    """Reads what goes from one point on, or up to one."""

    def __init__(self, text: str, now: datetime) -> None:
        """Take a folded text and the naive local now it was said at."""
        self._text = text
        self._now = now

    def through(self, start: int, first: Point) -> TimeSaid | None:
        """Return a range between two points of one kind."""
        to, both = _TO.match(self._text, first.stop), None
        if not to:
            both = _AND.match(self._text, first.stop)
        join = to or both
        if not join:
            return None
        begin = first.start(self._now)
        base = begin.date() if begin else self._now.date()
        last = point_at(self._text, join.end(), base, first)
        if last is None or begin is None:
            return None
        between = _BETWEEN.match(self._text, last.stop)
        if both and not between:
            return None
        span = Span(start, between.end() if between else last.stop)
        return self._closed(span, first, last, begin)

    def opened(self, start: int, point: Point) -> TimeSaid | None:
        """Return a point with 前, 之后, 起 or 为止 behind it."""
        for pattern, bound in (
            (_UNTIL, Bound.WITHIN),
            (_SINCE, None),
            (_BEFORE, Bound.BEFORE),
            (_AFTER, Bound.AFTER),
        ):
            found = pattern.match(self._text, point.stop)
            if found:
                return self.bounded(start, found.end(), point, bound, is_since=bound is None)
        return None

    def bounded(
        self, start: int, stop: int, point: Point, bound: Bound | None, *, is_since: bool
    ) -> TimeSaid:
        """Return a span of which only one end was said."""
        begin, end = point.start(self._now), point.end(self._now)
        kind = {
            Kind.DATE: Kind.DATE_RANGE,
            Kind.DATETIME: Kind.DATETIME_RANGE,
            Kind.TIME: Kind.TIME_RANGE,
        }.get(point.kind, point.kind)
        span = Span(start, stop)
        if is_since:
            return TimeSaid(kind, span, begin, None, point.grain)
        if bound is Bound.BEFORE and self._text[point.stop - 1] in _LAST_DAY:
            return TimeSaid(kind, span, None, end, point.grain)
        if bound is Bound.BEFORE:
            return TimeSaid(kind, span, None, begin, point.grain)
        if bound is Bound.WITHIN:
            return TimeSaid(kind, span, None, end or begin, point.grain)
        return TimeSaid(kind, span, end or begin, None, point.grain)

    def _closed(self, span: Span, first: Point, last: Point, begin: datetime) -> TimeSaid | None:
        """Return the range from ``first`` through ``last``."""
        if first.days and first.days.can_shift and not (first.clock or first.part):
            begin = self._running(first, last, begin)
            moved = point_at(self._text, last.begin, begin.date(), first)
            last = moved or last
        if last.part is None and first.part and last.clock and not last.days:
            last = replace(last, part=first.part)
        anchor = begin if last.days is None else self._now
        if last.days is None and last.clock:
            end = self._hour_after(last, begin)
        else:
            end = last.end(anchor) or last.start(anchor)
        if end is None or end <= begin:
            return None
        has_clock = first.clock is not None or first.part is not None
        if not has_clock:
            kind = Kind.DATE_RANGE
        else:
            kind = Kind.DATETIME_RANGE if first.days else Kind.TIME_RANGE
        return TimeSaid(kind, span, begin, end, first.grain)

    def _running(self, first: Point, last: Point, begin: datetime) -> datetime:
        """Return the beginning a year earlier where the range would then still be running."""
        days = first.days
        if not days or not last.days or not days.start or days.start <= self._now.date():
            return begin
        earlier = _years_back(days.start)
        end = last.days.end
        if earlier is None or end is None:
            return begin
        past_end = _years_back(end)
        is_running = past_end is not None and past_end > self._now.date()
        return datetime.combine(earlier, time()) if is_running else begin

    def _hour_after(self, last: Point, begin: datetime) -> datetime | None:
        """Return the first such time of day after ``begin``."""
        day = DaysSaid(begin.date(), begin.date() + _DAY, last.stop)
        for part in (last.part, None):
            end = replace(last, days=day, part=part).start(_midnight(begin))
            if end and end > begin:
                return end
        if last.clock and not last.clock.is_24h:
            later = replace(last, days=day, part=None).start(begin)
            return later + _HALF_DAY if later and later <= begin else later
        return None


def _years_back(day: date) -> date | None:
    """Return the same day a year earlier, None for 29 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def _midnight(moment: datetime) -> datetime:
    """Return the first moment of the day."""
    return datetime.combine(moment.date(), time())
