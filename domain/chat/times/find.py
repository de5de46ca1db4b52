"""(text, now) → every time expression that is said, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo

from domain.chat.passage import Passage, Span
from domain.chat.times.counted import Counter
from domain.chat.times.day_words import year_number
from domain.chat.times.model import DaysSaid, Kind, Length, TimeSaid
from domain.chat.times.points import Point, hour_before_range, point_at
from domain.chat.times.ranges import Ranges
from domain.chat.times.spans import rhythm_at
from domain.chat.when.model import Cycle, Grain, Recurrence
from domain.chat.when.words.feasts import FEAST_INITIALS
from domain.chat.when.words.repeats import next_occurrence, read_repeat
from domain.values import BUSINESS_ZONE

_STARTERS = re.compile(
    rf"[\d零〇一二两三四五六七八九十廿卅半几今明听后大昨前上这下本当周星礼每天工去放暑寒凌早午中晌傍黄夜深晚睡临差正腊冬农阴旧初"
    rf"月年节过未接最近现此马立目还从自约{FEAST_INITIALS}]"
)
#: Names that hold a time word, and titles.
_NAMES = re.compile(r"《[^》]{1,40}》|今日头条|明日方舟|明日香|后天下|上午茶|周一围|中秋月饼")
_ABOUT = re.compile(r"(?:大约|大概|约|差不多)(?:是|在)?\s?")
_SINCE_BEFORE = re.compile(r"自从|自打|自(?=[\d一二今去昨前上])")
_FROM = re.compile(r"从\s?")
_YEAR_BEFORE_RANGE = re.compile(r"(?P<first>[12]\d{3})(?=\s?[-–~至到]\s?[12]\d{3}\s?年)")
_MOST, _LONGEST_TEXT = 50, 4_000
_DAY = timedelta(days=1)


def find_times(text: str, now: datetime, zone: tzinfo = BUSINESS_ZONE) -> tuple[TimeSaid, ...]:
    """Return the time expressions of ``text``, past or ahead of ``now`` (aware), at most fifty.

    Unlike :func:`domain.chat.when.find_when` this asks what was said, not what was agreed:
    refused and past times count too, durations and rhythms without a date as well. A day
    without a year, or an hour without a day, is the next to come. Behind 4,000 characters
    nothing is read.
    """
    passage = Passage.of(text[:_LONGEST_TEXT])
    reader = _Reader(passage.text, now.astimezone(zone).replace(tzinfo=None))
    found = reader.all()
    return tuple(_aware(said, zone) for _, said in zip(range(_MOST), found, strict=False))


def _aware(said: TimeSaid, zone: tzinfo) -> TimeSaid:
    """Return the same in ``zone``."""
    start = said.start.replace(tzinfo=zone) if said.start else None
    return replace(said, start=start, end=said.end.replace(tzinfo=zone) if said.end else None)


class _Reader:
    """Reads one folded text at one naive local now."""

    def __init__(self, text: str, now: datetime) -> None:
        self._text = _NAMES.sub(lambda found: "\0" * len(found[0]), text)
        self._now = now
        self._counter = Counter(self._text, now)
        self._ranges = Ranges(self._text, now)

    def all(self) -> Iterator[TimeSaid]:
        """Yield the expressions in order."""
        position = 0
        while True:
            start = _STARTERS.search(self._text, position)
            if not start:
                return
            said = self._at(start.start())
            position = said.span.end if said else start.end()
            if said:
                yield said

    def _at(self, start: int) -> TimeSaid | None:
        """Return the expression that begins at ``start``."""
        return (
            self._repeated(start)
            or self._counter.at(start)
            or self._dated(start)
            or self._counter.length(start)
        )

    def _repeated(self, start: int) -> TimeSaid | None:
        """Return a repetition (每周一三点, 每年)."""
        repeat = read_repeat(self._text, start)
        if repeat and self._text[start] in "每天工周星礼":
            point = point_at(self._text, repeat[1], self._now.date(), Point(start, start))
            at = None
            if point and point.clock and not point.days:
                moment = point.start(datetime.combine(self._now.date(), time()))
                at = moment.time() if moment else None
            every = repeat[0].at(at or (repeat[0].part.begins if repeat[0].part else None))
            end = point.stop if at and point else repeat[1]
            return self._set(start, end, every)
        rhythm = rhythm_at(self._text, start)
        if rhythm:
            return TimeSaid(Kind.SET, Span(start, rhythm[1]), length=rhythm[0])
        return None

    def _set(self, start: int, end: int, every: Recurrence) -> TimeSaid:
        """Return a repetition with its next occurrence."""
        days = {Cycle.DAILY: 1, Cycle.WEEKLY: 7}.get(every.cycle)
        length = Length(time=timedelta(days=days)) if days else Length(months=1)
        first = next_occurrence(every, self._now)
        return TimeSaid(Kind.SET, Span(start, end), first, None, Grain.DAY, length, every)

    def _dated(self, start: int) -> TimeSaid | None:
        """Return days, hours or both, as a point, a range or with one end open."""
        about = _ABOUT.match(self._text, start)
        since = _SINCE_BEFORE.match(self._text, start)
        origin = _FROM.match(self._text, start)
        lead = about or since or origin
        begin = lead.end() if lead else start
        point = self._first(begin)
        if point is None:
            return None
        ranged = self._ranges.through(start if origin else begin, point)
        if ranged:
            return ranged
        if since:
            return self._ranges.bounded(start, point.stop, point, None, is_since=True)
        opens = self._ranges.opened(begin, point)
        if opens:
            return opens
        span = Span(start if about else begin, point.stop)
        if origin and not about:
            span = Span(begin, point.stop)
        return TimeSaid(point.kind, span, point.start(self._now), point.end(self._now), point.grain)

    def _first(self, position: int) -> Point | None:
        """Return the first point, with 1995 before -1997年 and 五 before 到六点."""
        year = _YEAR_BEFORE_RANGE.match(self._text, position)
        number = year_number(year["first"]) if year else None
        if year and number:
            days = DaysSaid(date(number, 1, 1), date(number + 1, 1, 1), year.end(), Grain.MONTH)
            return Point(position, year.end(), days)
        point = point_at(self._text, position, self._now.date())
        return hour_before_range(self._text, position, point) or point
