"""Periods of reports as users name them, in calendar days of the business zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


def period_of(name: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return start (inclusive) and end (exclusive) in UTC of a period of chat-conventions.

    "Last N days" include today; weeks run from Monday.

    Raises:
        ValueError: ``name`` is no period.
    """
    today = now.astimezone(zone).date()
    start, end = _days(name, today)
    return _midnight(start, zone), _midnight(end, zone)


def _days(name: str, today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    quarter = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    year = first.replace(month=1)
    named = {
        "today": (today, today + _DAY),
        "yesterday": (today - _DAY, today),
        "this_week": (monday, monday + _WEEK),
        "last_week": (monday - _WEEK, monday),
        "this_month": (first, _next_month(first)),
        "last_month": (_months_before(first, 1), first),
        "last_quarter": (_months_before(quarter, 3), quarter),
        "this_year": (year, year.replace(year=year.year + 1)),
        "last_7_days": (today - 6 * _DAY, today + _DAY),
        "last_30_days": (today - 29 * _DAY, today + _DAY),
    }
    if name in named:
        return named[name]
    found = _MONTH.fullmatch(name)
    if found is None:
        message = f"{name!r} is no period; see chat-conventions for their names"
        raise ValueError(message)
    month = date(int(found[1]), int(found[2]), 1)
    return month, _next_month(month)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _months_before(first: date, months: int) -> date:
    for _ in range(months):
        first = (first - _DAY).replace(day=1)
    return first


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
