"""What a day word may stand for, and the pieces that its patterns share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.chat.numerals import to_int
from domain.chat.when.days import DayExpression
from domain.chat.when.model import Grain


@dataclass(frozen=True, slots=True)
class Later:
    """A moment ``delta`` plus calendar ``months`` from now; ``is_limit``: up to then (三天内)."""

    delta: timedelta
    grain: Grain
    months: int = 0
    is_limit: bool = False


Said = DayExpression | Later
Build = Callable[[re.Match[str]], Said | None]
#: A pattern, tried at one position, and what its match stands for.
Rule = tuple[re.Pattern[str], Build]


def rule(pattern: str, build: Build) -> Rule:
    """Return a row of a table of rules."""
    return re.compile(pattern), build


CN = "零〇一二三四五六七八九十"
NUMBER = rf"(?:\d{{1,3}}|[{CN}两百廿卅]{{1,4}})"
MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DAY = (
    r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅"
    r"|[一二三四五六七八九])"
)
WEEK = r"(?:周|星期|礼拜)"
WEEKDAY = r"(?:[一二三四五六日天]|[1-7](?!\d))"
NO_NUMBER_BEFORE = rf"(?<![\d.{CN}两百第])"
_WEEKDAY_SIGNS = ("一1", "二2", "三3", "四4", "五5", "六6", "日天末7")
WEEKDAYS = {sign: day for day, signs in enumerate(_WEEKDAY_SIGNS) for sign in signs}


def number(text: str) -> int:
    """Return the number that one of the patterns above has matched."""
    return to_int(text) or 0
