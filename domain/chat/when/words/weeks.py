"""Words for weekdays, weekends and weeks: 周三, 下周末, 周一到周五."""

from __future__ import annotations

import re

from domain.chat.when.days import Month, NthOfMonth, Week, Weekday, Weekend
from domain.chat.when.words.said import (
    CN,
    DAY,
    MONTH,
    NO_NUMBER_BEFORE,
    WEEK,
    WEEKDAY,
    WEEKDAYS,
    Said,
    number,
    rule,
)

_WHICH = r"(?:(?P<later>下+)一?个?|(?P<this>这|本|今)一?个?)"
_WHICH_AGAIN = r"(?:下+一?个?|这一?个?|本)?"
_FREE = rf"(?<![\d.{CN}两百第每叫姓])"
#: Behind a weekday these make it a number of times: 一周三次.
_NOT_COUNTED = (
    r"(?![次节遍天周年]|回(?![复访电来去家校国我话一给])|个(?!电话|人)|课时|小时|班(?!主))"
)
_SATURDAY, _SUNDAY = 5, 6


def _week_of(found: re.Match[str]) -> int | None:
    """Return how many weeks ahead 这, 下, 下下 point; None without such a word."""
    if found["later"]:
        return len(found["later"])
    return 0 if found["this"] else None


def _weekday(found: re.Match[str]) -> Said:
    """Build a weekday, or a range of them within a week."""
    until = WEEKDAYS[found["until"]] if found["until"] else None
    return Weekday(WEEKDAYS[found["day"]], _week_of(found), until)


def _nth(found: re.Match[str]) -> Said:
    """Build the n-th week or weekday of a month."""
    month = Month(number(found["month"])) if found["month"] else Month(ahead=found[0].count("下"))
    weekday = WEEKDAYS[found["day"]] if found["day"] else None
    return NthOfMonth(number(found["n"]), weekday, month)


WEEK_RULES = (
    rule(
        rf"(?:{NO_NUMBER_BEFORE}(?P<month>{MONTH})月份?|(?:下+一?个?|这个?|本)月)的?第(?P<n>{DAY})个?{WEEK}"
        rf"(?P<day>{WEEKDAY})?",
        _nth,
    ),
    rule(rf"{_WHICH}?{WEEK}末(?!班)", lambda m: Weekend(_week_of(m))),
    rule(
        rf"{_FREE}{_WHICH}?{WEEK}六[、和及]?{WEEK}?[日天](?!本)",
        lambda m: Weekday(_SATURDAY, _week_of(m), _SUNDAY),
    ),
    rule(
        rf"{_FREE}{_WHICH}?{WEEK}(?P<day>{WEEKDAY}){_NOT_COUNTED}"
        rf"(?:\s?(?:到|至|-|~)\s?{_WHICH_AGAIN}{WEEK}?(?P<until>{WEEKDAY}){_NOT_COUNTED})?",
        _weekday,
    ),
    rule(
        rf"{_WHICH}{WEEK}(?:的)?{WEEK}(?P<day>{WEEKDAY})(?P<until>)",
        lambda m: Weekday(WEEKDAYS[m["day"]], _week_of(m)),
    ),
    rule(rf"{_WHICH}{WEEK}(?!{WEEKDAY})", lambda m: Week(_week_of(m) or 0)),
)
