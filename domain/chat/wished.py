"""(text, intents, now) → the time at which a customer wishes to be met or called.

Not every time that a message names is a wish: 今天好冷 and 周六上课吗 name one, too. It is a wish
in a message that wants a trial, a visit, a call or to buy, and where hardly anything else
is said, as in an answer to the question when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from domain.chat.intent import Intent, Intents
from domain.chat.when import Grain, When, find_when
from domain.events.spelling import moment_spelled
from domain.values import BUSINESS_ZONE

#: Name of the attribute.
WISHED_TIME = "wished_time"

_WISHES = frozenset({Intent.TRIAL, Intent.BUY})
#: What an answer that names a time may be taken for besides.
_ANSWERS = frozenset({Intent.OTHER, Intent.THANKS})
_CONSENT = re.compile(
    r"可以|方便|有空|有时间|没问题|吧|过来|到店|约|联系|回电|来电|打电话|打给|好的|行(?:$|[,，。!！])"
)
_QUESTION = re.compile(r"[?？吗么呢]|几点|什么时候")
_SURE, _LIKELY = 0.9, 0.6
#: Share of the message that the time has to be: with a word of consent, and alone.
_SHARE_WITH_CONSENT, _SHARE_ALONE = 0.3, 0.8
_WHOLE_DAYS = frozenset({Grain.DAY, Grain.WEEK, Grain.MONTH})


@dataclass(frozen=True, slots=True)
class WishedTime:
    """A wish, and how sure it is (0 to 1).

    ``value`` is a day (``2026-03-14``), a moment (``2026-03-14T15:00+08:00``) or a span
    of either, ``start/end``; the end of days is the last one.
    """

    value: str
    confidence: float


def wished_time(
    text: str, intents: Intents, now: datetime, zone: tzinfo = BUSINESS_ZONE
) -> WishedTime | None:
    """Return the time that a customer wishes, in ``zone``, or None."""
    said = {intents.main, *intents.others}
    is_wish = bool(said & _WISHES) and intents.main not in {Intent.OPT_OUT, Intent.REFUSE}
    if not is_wish and not said <= _ANSWERS:
        return None
    when = find_when(text, now, zone)
    if when is None or not (is_wish or _is_answer(text, when)):
        return None
    return WishedTime(_spelled(when), _SURE if is_wish else _LIKELY)


def _is_answer(text: str, when: When) -> bool:
    if _QUESTION.search(text):
        return False
    share = (when.span.end - when.span.start) / len(text.strip())
    return share >= (_SHARE_WITH_CONSENT if _CONSENT.search(text) else _SHARE_ALONE)


def _spelled(when: When) -> str:
    if when.grain not in _WHOLE_DAYS:
        return _joined(m.isoformat(timespec="minutes") for m in (when.start, when.end) if m)
    start, end = when.start.date(), when.end.date() if when.end else when.start.date()
    last = max(start, date.fromordinal(end.toordinal() - 1))
    return _joined(day.isoformat() for day in dict.fromkeys((start, last)))


def _joined(ends: Iterable[str]) -> str:
    return "/".join(ends)


def read_wished(value: str, zone: ZoneInfo) -> tuple[datetime, datetime | None, bool] | None:
    """Return start, end, and whether whole days are meant; None for what is written otherwise.

    Without a zone it is of ``zone``. Whoever fills in a form may have written anything.
    """
    found = [_moment(end, zone) for end in value.split("/")]
    moments = [moment for moment in found if moment is not None]
    if len(moments) != len(found) or not 0 < len(found) <= 2:  # noqa: PLR2004
        return None
    return moments[0], moments[1] if len(moments) > 1 else None, "T" not in value


def _moment(word: str, zone: ZoneInfo) -> datetime | None:
    try:
        if "T" in word:
            found = moment_spelled(word, zone)
            return found.astimezone(zone) if found else None
        return datetime.combine(date.fromisoformat(word), time(0), zone)
    except (ValueError, OverflowError):  # the first and the last day are in no other zone
        return None
