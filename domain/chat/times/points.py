"""One point of an expression: days, a part of the day, a time of day, or days with either."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from domain.chat.numerals import to_int
from domain.chat.times.day_words import days_at
from domain.chat.times.model import DaysSaid, Kind
from domain.chat.when.model import Clock, Grain, Part
from domain.chat.when.resolve import moment_of
from domain.chat.when.words.clock import read_clock, read_part

_GAP = re.compile(r"[\s(]*(?:的|,\s?)?\s*\)?(?:大约|大概)?")
_H = r"(?:2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九零])"
_M = r"(?:[0-5]?\d|[二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])"
_SECONDS = re.compile(
    rf"(?<![\d:])(?:(?P<h>2[0-4]|[01]?\d):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:\s?(?P<half>[ap])\.?m(?![A-Za-z])\.?)?"
    rf"|(?P<h2>{_H})\s?[点时]\s?(?P<m2>{_M})\s?分\s?(?P<s2>{_M})\s?秒)(?![\d:])",
    re.IGNORECASE,
)
_ISO_JOIN = re.compile(r"T(?=\d{2}:)")
_RANGED_HOURS = re.compile(rf"(?P<from>{_H})\s?(?:-|~|到|至|—)\s?(?={_H}\s?[点时])")
_WEEKDAY = re.compile(r"(?<=[日号\d])(?:\s?,\s?|\s|\()?(?:周|星期|礼拜)[一二三四五六日天]\)?")
#: 早 and 早间 behind a day are the early hours.
_MORE_PARTS = {"早间": Part.EARLY, "晚间": Part.EVENING, "午间": Part.NOON}
_NOON = 12


@dataclass(frozen=True, slots=True)
class Point:
    """What was said from ``begin`` to ``stop``: days, part and clock, each if it was."""

    begin: int
    stop: int
    days: DaysSaid | None = None
    part: Part | None = None
    clock: Clock | None = None
    seconds: int | None = None

    @property
    def kind(self) -> Kind:
        """Return the kind of the point alone."""
        if self.clock:
            return Kind.DATETIME if self.days else Kind.TIME
        if self.part:
            return Kind.DATETIME_RANGE if self.days else Kind.TIME_RANGE
        return Kind.DATE if self.days is None or self.days.is_day else Kind.DATE_RANGE

    @property
    def grain(self) -> Grain:
        """Return how exactly it was given."""
        if self.clock:
            return self.clock.grain
        if self.part:
            return Grain.PART
        return self.days.grain if self.days else Grain.DAY

    def start(self, now: datetime) -> datetime | None:
        """Return where it begins, in naive local time; None for an impossible day."""
        if self.days and self.days.start is None:
            return None
        day = self.days.start if self.days else None
        if self.clock:
            moment = moment_of(self.clock, self.part, day, now)
            return moment + timedelta(seconds=self.seconds or 0)
        if self.part:
            return datetime.combine(day or now.date(), self.part.begins)
        return datetime.combine(day, time()) if day else None

    def end(self, now: datetime) -> datetime | None:
        """Return where it ends (exclusive); None for a moment."""
        if self.clock or (self.days and self.days.end is None):
            return None
        if self.part:
            day = self.days.start if self.days else now.date()
            return datetime.combine(day or now.date(), self.part.ends)
        return datetime.combine(self.days.end, time()) if self.days and self.days.end else None


def point_at(text: str, position: int, today: date, like: Point | None = None) -> Point | None:
    """Return the point at ``position``; as the end of a range it may be ``like`` the first."""
    days = _with_weekday(
        text, days_at(text, position, today, like=like.days.grain if like and like.days else None)
    )
    point = Point(position, days.stop, days) if days else Point(position, position)
    join = (_ISO_JOIN.match(text, point.stop) or _GAP.match(text, point.stop)) if days else None
    start = join.end() if join else position
    part = read_part(text, start, follows_day=days is not None)
    if part is None:
        word = next((w for w in _MORE_PARTS if text.startswith(w, start)), None)
        part = (_MORE_PARTS[word], start + len(word)) if word else None
    if part and days and not days.is_day:
        return point
    if part:
        point = replace(point, part=part[0], stop=part[1])
        start = part[1] + (1 if text[part[1] : part[1] + 1] in {" ", "的"} else 0)
    if days is None or days.is_day:
        point = _with_clock(text, start, point, has_context=bool(days or part or like))
    return point if point.stop > position else None


def _with_weekday(text: str, days: DaysSaid | None) -> DaysSaid | None:
    """Return a date with its weekday behind it as one (10月12号,星期一)."""
    found = _WEEKDAY.match(text, days.stop) if days and days.is_day else None
    return replace(days, stop=found.end()) if days and found else days


def _with_clock(text: str, start: int, point: Point, *, has_context: bool) -> Point:
    """Return the point with the time of day behind it, if there is one."""
    exact = _SECONDS.match(text, start)
    if exact:
        return replace(point, clock=_to_the_second(exact), seconds=_second(exact), stop=exact.end())
    clock = read_clock(text, start, has_context=has_context)
    return replace(point, clock=clock.clock, stop=clock.end) if clock else point


def hour_before_range(text: str, position: int, point: Point | None) -> Point | None:
    """Return the first hour of 五到六点, whose 点 stands behind the second."""
    start = point.stop if point else position
    found = _RANGED_HOURS.match(text, start)
    if not found or (point and point.clock):
        return None
    base = point or Point(position, position)
    return replace(base, clock=Clock(to_int(found["from"]) or 0), stop=found.end("from"))


def _to_the_second(found: re.Match[str]) -> Clock:
    """Return hour and minute of a time with seconds."""
    hour, minute = to_int(found["h"] or found["h2"]) or 0, to_int(found["m"] or found["m2"]) or 0
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"].lower() == "p" else 0)
    return Clock(hour, minute, is_exact=True, is_24h=True)


def _second(found: re.Match[str]) -> int:
    """Return the seconds."""
    return to_int(found["s"] or found["s2"]) or 0
