"""Arguments that look the same in every command: period, number, channel, pool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.chat.command.words import CHANNELS
from domain.chat.lexicon import Lexicon
from domain.chat.numerals import to_int

_NUMBER = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,4})"
_PERIODS = (
    (r"今天|今日|当天|当日", "today"),
    (r"昨天|昨日", "yesterday"),
    (r"(?:本|这)(?:一|个)?(?:周|星期|礼拜)", "this_week"),
    (r"上(?:一|个)?(?:周|星期|礼拜)(?![一二三四五六日天])", "last_week"),
    (r"本月|这个?月|当月", "this_month"),
    (r"上个?月", "last_month"),
    (r"上(?:一)?个?季度", "last_quarter"),
    (r"今年|本年度?|本年", "this_year"),
    (r"(?:最?近|过去)(?:7|七)[天日]|(?:最?近|过去)一个?(?:周|星期|礼拜)", "last_7_days"),
    (r"(?:最?近|过去)(?:30|三十)[天日]|(?:最?近|过去)一个月", "last_30_days"),
)
_PERIOD = re.compile("|".join(f"(?P<{name}>{pattern})" for pattern, name in _PERIODS))
_MONTH = re.compile(r"(?<!\d)(?P<year>\d{4})\s?[年\-/.]\s?(?P<month>1[0-2]|0?[1-9])(?!\d)月?份?")
_COUNT = re.compile(
    rf"(?:前|top\s?)(?P<top>{_NUMBER})(?:名|个|位)?|(?P<count>{_NUMBER})(?:条|个|位|名)"
)
_POOL = re.compile(
    r"(?:从|在|到|去)?(?P<pool>[^\s\W退放回释从把到去给在领捞抢拿取]{0,4}(?:公海|线索池|培育池|资源池))(?:里面?|中)?"
)
_ANY_CHANNEL = re.compile(r"(?P<channel>[\u4e00-\u9fffA-Za-z0-9]{1,8}?)渠道")
_NO_CHANNEL = frozenset(
    {"各", "各个", "所有", "全部", "每个", "哪个", "什么", "看看", "查", "看", "的"}
)


@dataclass(frozen=True, slots=True)
class Slots:
    """What was found, and ``rest``: the text without it."""

    rest: str
    period: str = ""
    n: int | None = None
    channel: str = ""


def take_slots(text: str, lexicon: Lexicon) -> Iterator[Slots]:
    """Take period, number and channel out of folded ``text``.

    Behind a channel's name 渠道 may be the command or part of the name: both readings
    are yielded.
    """
    rest, period = _take_period(text)
    rest, n = _take_count(rest)
    for reading, channel in _take_channel(rest, lexicon):
        yield Slots(reading, period, n, channel)


def _take_period(text: str) -> tuple[str, str]:
    """Take out a period by name, or a month of a year as ``YYYY-MM``."""
    month = _MONTH.search(text)
    if month:
        return _without(text, month), f"{month['year']}-{int(month['month']):02d}"
    found = _PERIOD.search(text)
    if found and found.lastgroup:
        return _without(text, found), found.lastgroup
    return text, ""


def _take_count(text: str) -> tuple[str, int | None]:
    """Take out ``前5名`` or ``3条``."""
    found = _COUNT.search(text)
    if not found:
        return text, None
    return _without(text, found), to_int(found["top"] or found["count"])


def _take_channel(text: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """Take out a channel: a known name, or whatever stands before 渠道."""
    for name in sorted({*CHANNELS, *lexicon.channels}, key=len, reverse=True):
        if name in text:
            yield text.replace(f"{name}渠道", " ", 1).replace(name, " ", 1), name
            yield text.replace(name, " ", 1), name
            return
    found = _ANY_CHANNEL.search(text)
    if found and found["channel"].lstrip("的") not in _NO_CHANNEL:
        yield _without(text, found), found["channel"]
    yield text, ""


def pool_of(text: str) -> str:
    """Return the pool that folded ``text`` names; plain 公海 is everybody's and no name."""
    found = _POOL.search(text)
    pool = found["pool"] if found else ""
    return "" if pool in {"公海", "线索池", "资源池", "培育池"} else pool


def without_pool(text: str) -> str:
    """Return ``text`` without the pool that it names."""
    return _POOL.sub(" ", text, count=1)


def _without(text: str, found: re.Match[str]) -> str:
    """Return ``text`` with a blank in place of the match."""
    return f"{text[: found.start()]} {text[found.end() :]}"
