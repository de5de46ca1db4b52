"""Times counted from now: 5天前, 2小时后, 过去三个月, 还剩5分钟, 现在; and bare lengths."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

from domain.chat.passage import Span
from domain.chat.times.model import DaysSaid, Kind, Length, TimeSaid
from domain.chat.times.points import Point, point_at
from domain.chat.times.spans import length_at
from domain.chat.when.days import InMonths
from domain.chat.when.model import Grain

_AGO = re.compile(r"\s?(?:之前|以前|前(?![台面几两天提后往]))")
_HENCE = re.compile(r"\s?(?:之后|以后|过后|后(?![天来面期台续悔边勤]))")
_WITHIN = re.compile(r"\s?(?:之内|以内|内(?![容部地]))")
_LAST = re.compile(r"(?:过去|最近|近|之前)的?\s?|上(?=一?个?(?:小时|钟头|[两三几\d]))")
_NEXT = re.compile(r"(?:未来|接下来|今后|往后|下(?=一?个?(?:小时|钟头|[两三几\d])))的?\s?")
_LEFT = re.compile(r"(?:还剩|剩下|还有)(?=\s?[\d一二两三四五六七八九十半])\s?")
_NOW = re.compile(r"(?:现在|此刻|此时|马上|立刻|立即)")
_HOUR_AGO = re.compile(r"(?:一个|个)?(?:小时|钟头)")
_DAY = timedelta(days=1)
_DAYS_PER_MONTH = 30


class Counter:
    """Finds what is counted from now, and bare lengths."""

    def __init__(self, text: str, now: datetime) -> None:
        """Take a folded text and the naive local now it was said at."""
        self._text = text
        self._now = now

    def at(self, start: int) -> TimeSaid | None:
        """Return the time counted from now that begins at ``start``."""
        now = _NOW.match(self._text, start)
        if now:
            span = Span(start, now.end())
            return TimeSaid(Kind.DATETIME, span, self._now, None, Grain.MINUTE, confidence=0.6)
        for pattern, is_past in ((_LAST, True), (_NEXT, False), (_LEFT, False)):
            lead = pattern.match(self._text, start)
            measured = self._measured(lead.end()) if lead else None
            if measured and not (pattern is _LEFT and self._is_compound(lead, measured)):
                return self._window(start, *measured, is_past=is_past)
        measured = length_at(self._text, start)
        return self._relative(start, *measured) if measured else None

    def length(self, start: int) -> TimeSaid | None:
        """Return a length of time."""
        measured = length_at(self._text, start)
        if not measured:
            return None
        span = Span(start, measured[2])
        return TimeSaid(Kind.DURATION, span, grain=measured[1], length=measured[0], confidence=0.8)

    def _measured(self, position: int) -> tuple[Length, Grain, int] | None:
        """Return a length behind 过去 and the like; a bare 小时 is one."""
        hour = _HOUR_AGO.match(self._text, position)
        if hour:
            return Length(time=timedelta(hours=1)), Grain.HOUR, hour.end()
        return length_at(self._text, position)

    def _is_compound(self, lead: re.Match[str] | None, measured: tuple[Length, Grain, int]) -> bool:
        """Tell whether 还有 says how long something lasts rather than when it ends."""
        return lead is not None and (
            lead[0].startswith("还有")
            or any(j in self._text[lead.end() : measured[2]] for j in "又零余")
        )

    def _window(
        self, start: int, length: Length, grain: Grain, stop: int, *, is_past: bool
    ) -> TimeSaid | None:
        """Return the span that ends or begins now."""
        other = self._shifted(length, -1 if is_past else 1)
        if other is None:
            return None
        begin, end = (other, self._now) if is_past else (self._now, other)
        is_fine = grain in {Grain.HOUR, Grain.MINUTE}
        kind = Kind.DATETIME_RANGE if is_fine else Kind.DATE_RANGE
        if not is_fine:
            begin, end = _midnight(begin), _midnight(end) if is_past else _midnight(end) + _DAY
        return TimeSaid(kind, Span(start, stop), begin, end, grain, length)

    def _relative(self, start: int, length: Length, grain: Grain, stop: int) -> TimeSaid | None:
        """Return what lies a length before or after now, or within it."""
        within = _WITHIN.match(self._text, stop)
        if within:
            return self._window(start, length, grain, within.end(), is_past=False)
        for pattern, sign in ((_AGO, -1), (_HENCE, 1)):
            found = pattern.match(self._text, stop)
            if found:
                moment = self._shifted(length, sign)
                if moment is None:
                    return None
                span = Span(start, found.end())
                if grain in {Grain.HOUR, Grain.MINUTE}:
                    return TimeSaid(Kind.DATETIME, span, moment, None, grain)
                day = _midnight(moment)
                return self._day_with_clock(TimeSaid(Kind.DATE, span, day, day + _DAY, Grain.DAY))
        return None

    def _day_with_clock(self, said: TimeSaid) -> TimeSaid:
        """Return a counted day with the time of day behind it (三天后的下午3点)."""
        if said.start is None:
            return said
        gap = 1 if self._text[said.span.end : said.span.end + 1] == "的" else 0
        point = point_at(self._text, said.span.end + gap, said.start.date(), Point(0, 0))
        if not point or point.days:
            return said
        day = said.start.date()
        point = replace(point, days=DaysSaid(day, day + _DAY, point.stop))
        kind, span = point.kind, Span(said.span.start, point.stop)
        return TimeSaid(kind, span, point.start(self._now), point.end(self._now), point.grain)

    def _shifted(self, length: Length, sign: int) -> datetime | None:
        """Return now plus or minus a length, None where the calendar ends."""
        whole = int(length.months)
        rest = timedelta(days=_DAYS_PER_MONTH * (length.months - whole))
        try:
            months = InMonths(sign * whole).days(self._now.date()).start
            return datetime.combine(months, self._now.time()) + sign * (length.time + rest)
        except (ValueError, OverflowError):
            return None


def _midnight(moment: datetime) -> datetime:
    """Return the first moment of the day."""
    return datetime.combine(moment.date(), time())
