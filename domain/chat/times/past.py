"""(words, now) → the moment of the past that they mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.chat.times.find import find_times
from domain.values import BUSINESS_ZONE

#: Words that look ahead, whatever the day.
_AHEAD = ("明天", "明早", "明晚", "后天", "下周", "下星期", "下个", "下月", "明年", "将来")
#: Days and hours without a date mean the next to come; of the past they mean the last one.
_BACK = (timedelta(0), timedelta(days=1), timedelta(days=7), timedelta(days=366))
_MICROSECOND = timedelta(microseconds=1)


def past_moment(text: str, now: datetime, zone: ZoneInfo = BUSINESS_ZONE) -> datetime | None:
    """Return the moment up to which ``text`` looks back, None when it names none.

    A day or a longer time means its end, or ``now`` (aware) while it lasts; 周二 is the
    last Tuesday, 3月1日 the last first of March.
    """
    if any(word in text for word in _AHEAD):
        return None
    for back in _BACK:
        said = next(iter(find_times(text, now - back, zone)), None)
        if said is None or said.start is None:
            return None
        if said.start <= now:
            return min(said.end - _MICROSECOND, now) if said.end else said.start
    return None
