"""Words → repeating times: 每天, 每周一三五, 每月15号."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.chat.numerals import to_int
from domain.chat.when.model import LAST_DAY, Cycle, Part, Recurrence

_SIGNS = "一二三四五六日"
_SIGN = rf"[{_SIGNS}天1-7]"
_WEEK = r"(?:周|星期|礼拜)"
_BETWEEN = rf"(?:[、,和跟及与]|{_WEEK}|\s){{0,3}}"
_LIST = (
    rf"(?:[{_SIGNS}天](?:{_BETWEEN}[{_SIGNS}天](?![次节回点月号年十]))*"
    rf"|[1-7](?!\d)(?:{_BETWEEN}[1-7](?![次节回点\d月号年:]))*)"
)
_RANGE = rf"{_WEEK}(?P<first>{_SIGN})\s?(?:到|至|-|~)\s?{_WEEK}?(?P<last>{_SIGN})"
_DAY = r"3[01]|[12]\d|[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_PARTS = {
    "早": Part.EARLY,
    "晚": Part.EVENING,
    "上": Part.MORNING,
    "下": Part.AFTERNOON,
    "中": Part.NOON,
}
_WORKDAYS = (0, 1, 2, 3, 4)
_WEEKEND = (5, 6)
_SUNDAY = 6
_HORIZON = 62


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repetition as said, before a time of day; ``part`` when it names one (每晚)."""

    cycle: Cycle
    days: tuple[int, ...] = ()
    part: Part | None = None

    def at(self, moment: time | None) -> Recurrence:
        """Return the recurrence at a time of day."""
        return Recurrence(self.cycle, self.days, moment)


def _weekday(sign: str) -> int:
    """Return the weekday (0 = Monday) that a sign stands for."""
    if sign.isdigit():
        return int(sign) - 1
    return _SUNDAY if sign == "天" else _SIGNS.index(sign)


def _listed(found: re.Match[str]) -> Repeat:
    """Build weekdays from a list (每周一三五)."""
    days = {_weekday(sign) for sign in found["list"] if re.match(_SIGN, sign)}
    return Repeat(Cycle.WEEKLY, tuple(sorted(days)))


def _ranged(found: re.Match[str]) -> Repeat:
    """Build weekdays from a range; it may run past Sunday."""
    first, last = _weekday(found["first"]), _weekday(found["last"])
    days = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return Repeat(Cycle.WEEKLY, tuple(sorted(days)))


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Repeat]], ...] = tuple(
    (re.compile(pattern), build)
    for pattern, build in (
        (r"每?个?工作日(?:每天|的)?", lambda _: Repeat(Cycle.WEEKLY, _WORKDAYS)),
        (rf"每?{_RANGE}(?:每天|天天)", _ranged),
        (rf"每个?{_RANGE}", _ranged),
        (rf"每个?{_WEEK}末|每{_WEEK}六日", lambda _: Repeat(Cycle.WEEKLY, _WEEKEND)),
        (rf"每逢?个?{_WEEK}的?{_WEEK}?(?P<list>{_LIST})(?![次节回])", _listed),
        (r"每逢?个?月的?(?:月?底|月?末|最后一天)", lambda _: Repeat(Cycle.MONTHLY, (LAST_DAY,))),
        (r"每逢?个?月的?月?初", lambda _: Repeat(Cycle.MONTHLY, (1,))),
        (
            rf"每逢?个?月的?(?P<day>{_DAY})[号日]",
            lambda found: Repeat(Cycle.MONTHLY, (to_int(found["day"]) or 1,)),
        ),
        (
            r"每个?(?:天)?(?P<part>早|晚|上|下|中)(?:上|午)?(?!点)",
            lambda found: Repeat(Cycle.DAILY, part=_PARTS[found["part"]]),
        ),
        (r"每[天日](?!语)|天天|每一天", lambda _: Repeat(Cycle.DAILY)),
    )
)


def read_repeat(text: str, position: int) -> tuple[Repeat, int] | None:
    """Return the repetition named at ``position`` and where it ends."""
    for pattern, build in _RULES:
        found = pattern.match(text, position)
        if found:
            return build(found), found.end()
    return None


def next_occurrence(recurrence: Recurrence, now: datetime) -> datetime:
    """Return the first occurrence after ``now`` (naive, in the zone it is meant in).

    There always is one: every day of the month comes again within two months.
    """
    days = (now.date() + timedelta(days=ahead) for ahead in range(_HORIZON))
    moments = (
        datetime.combine(day, recurrence.at or time()) for day in days if _falls_on(recurrence, day)
    )
    return next(moment for moment in moments if moment > now)


def _falls_on(recurrence: Recurrence, day: date) -> bool:
    """Tell whether the recurrence has an occurrence on ``day``."""
    if recurrence.cycle is Cycle.WEEKLY:
        return day.weekday() in recurrence.days
    if recurrence.cycle is Cycle.MONTHLY:
        is_last = (day + timedelta(days=1)).day == 1
        return day.day in recurrence.days or (is_last and LAST_DAY in recurrence.days)
    return True
