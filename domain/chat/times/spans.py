"""Words for durations and rhythms: 两年, 8天又20个小时, 三天内, 每周."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.chat.numbers import plain_number
from domain.chat.times.model import Length
from domain.chat.when.model import Grain

_NUMBER = r"(?:\d{1,4}(?:\.\d{1,2})?|[一二两三四五六七八九十百千零廿卅半几]{1,5})"
_UNIT = (
    r"(?:年(?!级|代|前后|纪|龄|轻|底|初|月|度|会|味|货|糕|卡)|(?:个\s?)?月(?!份|[底初末中饼子亮薪租卡票考])"
    r"|个?(?:星期|礼拜)(?![一二三四五六日天])|周(?![一二三四五六日末岁年])|天(?![气津河空使上下])|日(?!元|语|本|[期常])"
    r"|个?季度|个?半?(?:小时|钟头)|刻钟|分钟|秒钟?|分(?!之|[店校之钱公期班数])|个?工作日)"
)
_ONE = re.compile(
    rf"(?P<n>{_NUMBER})\s?(?P<many>多)?\s?(?P<ge>个)?(?P<half>半)?(?:多)?\s?(?P<unit>{_UNIT})(?P<half_after>半)?"
)
_JOIN = re.compile(r"\s?[又零余多]?\s?")
#: 三日, 十月, 09年 and 5分 alone name a date or a score, not a length.
_NEVER_ALONE = re.compile(r"\d{1,2}日|[一二三四五六七八九十]{1,3}日|.*分")
_YEAR_LIKE = re.compile(r"(?:\d{4}|0\d)\s?年|[零〇].*年")
_MONTH_LIKE = re.compile(rf"{_NUMBER}\s?月")
_MONTHS = {"年": 12, "月": 1, "季度": 3}
_TIMES = {
    "周": timedelta(days=7),
    "星期": timedelta(days=7),
    "礼拜": timedelta(days=7),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "工作日": timedelta(days=1),
    "小时": timedelta(hours=1),
    "钟头": timedelta(hours=1),
    "刻钟": timedelta(minutes=15),
    "分钟": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "秒": timedelta(seconds=1),
    "秒钟": timedelta(seconds=1),
}
_HALF_DAY = timedelta(hours=12)
#: 几 stands for three (chat conventions: 过几天).
_FEW = 3
_RHYTHM = re.compile(
    rf"每(?:隔|逢)?(?P<n>{_NUMBER})?\s?个?\s?(?P<unit>年|月|季度|周|星期|礼拜|天|日|小时|分钟)"
    r"(?![一二三四五六日天末])"
)
_GRAINS = {"年": Grain.MONTH, "月": Grain.MONTH, "季度": Grain.MONTH}


def length_at(text: str, position: int) -> tuple[Length, Grain, int] | None:
    """Return a duration, its finest grain and where it ends."""
    total, grain, end = Length(), Grain.DAY, position
    while True:
        joined = _JOIN.match(text, end) if end > position else None
        found = _ONE.match(text, joined.end() if joined else end)
        if not found or not _may_count(text, found, is_first=end == position):
            break
        total, end = total + _length(found), found.end()
        grain = _grain(_bare_unit(found))
    return (total, grain, end) if end > position else None


def _may_count(text: str, found: re.Match[str], *, is_first: bool) -> bool:
    """Tell whether the words are a length and no date (2019年, 三日, 10月)."""
    said = found[0]
    if _MONTH_LIKE.fullmatch(said) or _YEAR_LIKE.fullmatch(said):
        return False
    if is_first and (
        _NEVER_ALONE.fullmatch(said) or text[found.start() - 1 : found.start()] == "第"
    ):
        return False
    return found["n"] != "半" or found["ge"] is not None or found["unit"][0] in "年天小分个钟"


def _bare_unit(found: re.Match[str]) -> str:
    """Return the unit without its measure word."""
    return found["unit"].replace("个", "").replace("半", "").strip()


def _length(found: re.Match[str]) -> Length:
    """Return the length of one number and unit."""
    number = (
        0.5 if found["n"] == "半" else float(_FEW if found["n"] == "几" else _value(found["n"]))
    )
    if found["half"] or found["half_after"] or "半" in found["unit"]:
        number += 0.5
    unit = _bare_unit(found)
    if unit in _MONTHS:
        return Length(months=number * _MONTHS[unit])
    return Length(time=number * _TIMES[unit])


def _value(text: str) -> float:
    """Return the number said."""
    return float(plain_number(text) or 0)


def _grain(unit: str) -> Grain:
    """Return how exactly a length in ``unit`` is meant."""
    if unit in _GRAINS:
        return _GRAINS[unit]
    if unit in {"小时", "钟头"}:
        return Grain.HOUR
    return Grain.DAY if _TIMES[unit] >= timedelta(days=1) else Grain.MINUTE


def rhythm_at(text: str, position: int) -> tuple[Length, int] | None:
    """Return what repeats without a fixed day or hour (每周, 每两年), and where it ends."""
    found = _RHYTHM.match(text, position)
    if not found:
        return None
    number = _value(found["n"]) if found["n"] else 1
    unit = found["unit"]
    if unit in _MONTHS:
        return Length(months=number * _MONTHS[unit]), found.end()
    return Length(time=number * _TIMES[unit]), found.end()
