"""Words for days and moments counted from now: 明天, 三天后, 半小时内, 晚点."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from domain.chat.when.days import InDays, InMonths, InWorkingDays, Past
from domain.chat.when.model import Grain
from domain.chat.when.words.said import (
    DAY,
    NO_NUMBER_BEFORE,
    NUMBER,
    WEEK,
    WEEKDAY,
    Later,
    Said,
    rule,
)
from domain.chat.when.words.said import number as number_of

_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_UNIT_MONTHS = {"月": 1, "季度": 3, "年": 12}
_UNIT_MINUTES = {"小时": 60, "钟头": 60, "钟": 60, "分钟": 1, "分": 1, "刻钟": 15}
_HOURS = frozenset({"小时", "钟头", "钟"})
_SPAN = (
    rf"(?P<n>{NUMBER}|半|几)(?P<ge>个)?(?P<half>半)?"
    r"(?P<unit>小时|钟头|分钟|刻钟|天|日|周(?!末|[一二三四五六日])|星期(?![一二三四五六日天])"
    r"|礼拜(?![一二三四五六日天])|月|季度|年|钟|分(?=后|之后|以后|内|之内))(?P<half_after>半)?"
)
#: 过几天 means three (chat conventions); so does any other 几.
_A_FEW = 3
_HALF_MONTH = 15
_WITHIN = r"(?:之内|以内|内(?![容部地]))"
_AFTER = r"(?:之后|以后|过后|后(?!天|来|面))"
_TODAY = {"今": 0, "明": 1, "听": 1, "后": 2, "大后": 3, "大大后": 4}
_LATE = Later(timedelta(hours=2), Grain.HOUR)
#: 一会儿 and its like: our own reading, the conventions know only 晚点.
_SOON = Later(timedelta(minutes=30), Grain.MINUTE)


def _later(found: re.Match[str]) -> Later | InDays | InMonths:
    """Build a moment or day counted from now (三天后, 过半小时, 一个半月后)."""
    amount = 0.5 if found["n"] == "半" else _A_FEW if found["n"] == "几" else number_of(found["n"])
    if found["half"] or found["half_after"]:
        amount += 0.5
    if found.groupdict().get("apart"):  # 隔一天 leaves one day out
        amount += 1
    unit = found["unit"]
    if unit in _UNIT_MINUTES:
        grain = Grain.HOUR if unit in _HOURS and amount == int(amount) else Grain.MINUTE
        return Later(timedelta(minutes=amount * _UNIT_MINUTES[unit]), grain)
    if unit in _UNIT_DAYS:
        days = amount * _UNIT_DAYS[unit]
        return InDays(int(days)) if days >= 1 else Later(timedelta(days=days), Grain.HOUR)
    return _in_months(amount * _UNIT_MONTHS[unit])


def _in_months(months: float) -> InDays | InMonths:
    """Return whole months; half a month counts fifteen days (chat conventions)."""
    whole = int(months)
    if months == whole:
        return InMonths(whole)
    return InMonths(whole, _HALF_MONTH) if whole else InDays(_HALF_MONTH)


def _limit(found: re.Match[str]) -> Later:
    """Build a limit counted from now (三天内, 半小时之内, 未来一周)."""
    match _later(found):
        case Later() as later:
            return replace(later, is_limit=True)
        case InDays(count):
            return Later(timedelta(days=count), Grain.DAY, is_limit=True)
        case InMonths(count, extra):
            return Later(timedelta(days=extra), Grain.DAY, months=count, is_limit=True)


def _today(found: re.Match[str]) -> Said:
    """Build 今天, 明天, 后天 and the like."""
    return InDays(_TODAY.get(found["day"], 0))


#: What lies behind; read first, so that nothing of it is taken for something ahead.
PAST_RULES = (
    rule(
        rf"昨[天日晚夜儿]?|大?前[天日](?!后)|上+一?个?(?:{WEEK}{WEEKDAY}?末?|月|季度)(?:{DAY}[号日])?"
        rf"|[去前]年|上[次回]|刚才|刚刚|{_SPAN}多?(?:之|以)?前(?!台|面|后|天)"
        r"|好?几[天周月年]前|[很好]久以?前",
        lambda _: Past(),
    ),
)

SPAN_RULES = (
    rule(
        rf"{NO_NUMBER_BEFORE}(?P<n>{NUMBER})个?工作日(?:{_WITHIN}|{_AFTER})?",
        lambda m: InWorkingDays(number_of(m["n"]), is_limit="内" in m[0]),
    ),
    rule(rf"{NO_NUMBER_BEFORE}{_SPAN}{_WITHIN}", _limit),
    rule(rf"(?:未来|接下来|今后|往后|后)的?{_SPAN}{_WITHIN}?(?!后)", _limit),
    rule(rf"(?:再过|过了?|再等|等|晚|(?<!每)(?P<apart>隔)){_SPAN}{_AFTER}?", _later),
    rule(rf"{NO_NUMBER_BEFORE}{_SPAN}{_AFTER}", _later),
    rule(r"明后[两二]?[天日]", lambda _: InDays(1, 2)),
    rule(r"今明[两二]?[天日]|这[两几]天", lambda _: InDays(0, 2)),
    rule(r"(?P<day>大大后|大后|(?<![以之天然])后|今|明|听|当)(?:天|日(?!本|语)|儿个?)", _today),
    rule(r"(?P<day>今|明|当)(?=[早晚夜]|[上中下]午|傍晚|凌晨)", _today),
)

VAGUE_RULES = (
    rule(
        r"(?<![早飞机车班次铁航了])(?:晚一?点儿?|晚些(?:时候)?|迟一?点|稍晚)(?![了名吗评钟半])",
        lambda _: _LATE,
    ),
    rule(
        r"(?:过一?会儿?|待会儿?|等会儿?|稍后)|一会儿?(?=再|给|打|联系|就|我|说|聊|回)",
        lambda _: _SOON,
    ),
)
