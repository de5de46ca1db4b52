"""Moments as files hold them: by people, by programs, by table programs in China."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.cleaning.text import fold
from domain.events.spelling import moment_spelled

#: 2026年3月2日 9:30, 2026/3/2 下午3:05, 2026.3.2, 2026-03-02 09时30分05秒.
_WRITTEN = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?"
    r"(?:\s*(?P<half>上午|下午)?\s*(?P<hour>\d{1,2})[:时点]"
    r"(?:(?P<minute>\d{1,2})分?(?::?(?P<second>\d{1,2})秒?)?)?)?",
    re.ASCII,
)
_NOON = 12
#: Other years are a slip of the finger, or a counter that somebody took for a date.
_YEARS = range(1990, 2101)


def written_moment(raw: str, zone: ZoneInfo) -> datetime | None:
    """Return the moment that a cell names, a day from its midnight on; None when it is none.

    Without a zone it is of ``zone``.
    """
    found = moment_spelled(raw, zone)
    if found is None:
        return _by_people(fold(raw).strip(), zone)
    return found if found.year in _YEARS else None


def _by_people(text: str, zone: ZoneInfo) -> datetime | None:
    written = _WRITTEN.fullmatch(text)
    if written is None or int(written["year"]) not in _YEARS:
        return None
    hour = int(written["hour"] or 0)
    if written["half"]:
        if not 0 < hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if written["half"] == "下午" else 0)
    year, month, day = int(written["year"]), int(written["month"]), int(written["day"])
    minute, second = int(written["minute"] or 0), int(written["second"] or 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
