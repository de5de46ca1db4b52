"""Feasts, solar terms, holidays and working days of the Chinese calendar.

Lunar dates and solar terms come from ``borax`` (1900–2100), holidays and make-up days as
announced by the State Council from ``chinesecalendar``. For years that are not announced
yet, the statutory days (regulation of 2024, in force since 2025) stand in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from borax.calendars.lunardate import LunarDate, TermUtils

from domain.cleaning.words import word_set

_DAY = timedelta(days=1)
_SATURDAY = 5
#: No holiday lasts longer, weekends and make-up days included.
_LONGEST_HOLIDAY = 14

SOLAR_TERMS = word_set(
    """
    小寒 大寒 立春 雨水 惊蛰 春分 清明 谷雨 立夏 小满 芒种 夏至
    小暑 大暑 立秋 处暑 白露 秋分 寒露 霜降 立冬 小雪 大雪 冬至
    """
)

_FIXED = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "植树节": (3, 12),
    "消费者权益日": (3, 15),
    "愚人节": (4, 1),
    "五一": (5, 1),
    "青年节": (5, 4),
    "儿童节": (6, 1),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "万圣节": (10, 31),
    "双十一": (11, 11),
    "双十二": (12, 12),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
    "六一八": (6, 18),
}
_LUNAR = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "龙抬头": (2, 2),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中元": (7, 15),
    "中秋": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
    "小年": (12, 23),
}
#: (month, weekday with 0 = Monday, which one in the month)
_NTH_WEEKDAY = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}

#: Statutory days off from the feast's first day on, where nothing is announced.
_STATUTORY = {"元旦": 1, "春节": 7, "清明": 1, "五一": 5, "端午": 1, "中秋": 1, "国庆": 7}
HOLIDAYS = frozenset(_STATUTORY)


def lunar_day(year: int, month: int, day: int) -> date | None:
    """Return the solar date of a lunar one, ``year`` being that of its new year's day.

    The thirtieth of a month with 29 days is its last day. None when there is no such day.
    """
    for candidate in (day, day - 1):
        try:
            solar: date = LunarDate(year, month, candidate).to_solar_date()
        except ValueError:
            if day != 30:  # noqa: PLR2004 - a lunar month has 29 or 30 days
                return None
            continue
        return solar
    return None


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """Return the ``number``-th ``weekday`` of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


@cache
def feast(name: str, year: int) -> date | None:
    """Return the day of a feast or solar term in the solar ``year``.

    Lunar feasts belong to the year in which they are celebrated: 除夕 and 腊八 of the lunar
    year before may fall into January or February.
    """
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _NTH_WEEKDAY:
        return _nth_weekday(year, *_NTH_WEEKDAY[name])
    if name in SOLAR_TERMS:
        term: date = TermUtils.day_start_from_term(year, name)
        return term
    if name == "除夕":
        new_year = lunar_day(year, 1, 1)
        return new_year - _DAY if new_year else None
    if name in _LUNAR:
        found = (lunar_day(lunar, *_LUNAR[name]) for lunar in (year - 1, year))
        return next((day for day in found if day and day.year == year), None)
    return None


def next_day(of_year: Callable[[int], date | None], today: date) -> date | None:
    """Return the first day on or after ``today`` that ``of_year`` gives for a year."""
    found = (of_year(year) for year in range(today.year, today.year + 3))
    return next((day for day in found if day and day >= today), None)


def is_working_day(day: date) -> bool:
    """Tell whether offices work on ``day``: announced where known, else statutory."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY and not any(
            first <= day < first + timedelta(days=length)
            for first, length in _statutory_holidays(day.year)
        )


@cache
def _statutory_holidays(year: int) -> tuple[tuple[date, int], ...]:
    """Return first day and length of every statutory holiday of a year."""
    found = ((feast(name, year), length) for name, length in _STATUTORY.items())
    eve = feast("除夕", year)
    return tuple((day, length) for day, length in (*found, (eve, 1)) if day)


def holiday_begins(feast_day: date) -> date:
    """Return the first day off of the holiday around a feast."""
    day = feast_day
    while not is_working_day(day - _DAY) and feast_day - day < timedelta(days=_LONGEST_HOLIDAY):
        day -= _DAY
    return day


def holiday_ends(name: str, first: date) -> date:
    """Return the first working day after the holiday that begins on ``first``.

    国庆 always ends before 8 October (chat conventions).
    """
    if name == "国庆":
        return date(first.year, 10, 8)
    day = first + _DAY
    while not is_working_day(day) and day - first < timedelta(days=_LONGEST_HOLIDAY):
        day += _DAY
    return day
