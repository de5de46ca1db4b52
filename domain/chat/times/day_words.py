"""Words for days of any year: 2019年7月25日, 去年国庆, 上上周末, 今年后半年."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from domain.chat.numerals import DIGITS, to_int
from domain.chat.times.model import DaysSaid
from domain.chat.when.almanac import feast, lunar_day
from domain.chat.when.days import make_date, monday_of, month_of
from domain.chat.when.model import Days, Grain
from domain.chat.when.words.feasts import FEASTS_BY_WORD
from domain.chat.when.words.said import CN, DAY, MONTH, WEEK, WEEKDAYS, Later, number
from domain.chat.when.words.table import said_at

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SATURDAY = 5
_CENTURY, _TWO_DIGITS, _PIVOT = 100, 100, 50
_HAN_DIGITS = "零〇一二三四五六七八九"
_YEAR4 = (
    rf"(?:[12]\d{{3}}|[一二][{_HAN_DIGITS}]{{3}}"
    r"|两千(?:零?[一二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?)?)"
)
_YEAR = (
    rf"(?<!\d)(?:(?P<y4>{_YEAR4})\s?年"
    rf"|(?P<y2>\d{{2}}(?=年\s?(?:{MONTH}月|$))|[09]\d(?=年(?!代))|[零〇九][{_HAN_DIGITS}](?=年))年"
    r"|(?P<yrel>大前|今|明|去|前|后|本)年)\s?的?\s?"
)
_YEARS = {"今": 0, "本": 0, "明": 1, "去": -1, "前": -2, "后": 2, "大前": -3}
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_PARTS_OF_MONTH = {
    "初": (1, 1),
    "中": (15, 15),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
}
_NO_NUMBER = rf"(?<![\d.{CN}两第])"
_NOT_COUNTED = r"(?![次节遍天周年岁]|个(?!电话)|课时)"
_FEAST = "|".join(f"(?:{word})" for word in sorted(FEASTS_BY_WORD, key=len, reverse=True))

Build = Callable[[re.Match[str], date], DaysSaid | None]


def year_of(found: re.Match[str], today: date) -> int | None:
    """Return the year that a match names, None when it names none."""
    groups = found.groupdict()
    if groups.get("y4"):
        return number(groups["y4"])
    if groups.get("y2"):
        short = number(groups["y2"])
        this_century = today.year - today.year % _CENTURY
        return this_century + short - (_CENTURY if short > today.year % _CENTURY + _PIVOT else 0)
    return today.year + _YEARS[groups["yrel"]] if groups.get("yrel") else None


def _one(day: date | None, found: re.Match[str], *, can_shift: bool = False) -> DaysSaid:
    """Return a single day."""
    return DaysSaid(day, day + _DAY if day else None, found.end(), can_shift=can_shift)


def _span(days: Days, found: re.Match[str], *, can_shift: bool = False) -> DaysSaid:
    """Return a row of days."""
    return DaysSaid(days.start, days.end, found.end(), days.grain, can_shift)


def _date(found: re.Match[str], today: date) -> DaysSaid:
    """Build a day by year, month and number."""
    year = year_of(found, today) or number(found["y"])
    return _one(make_date(year, number(found["month"]), number(found["day"])), found)


def _month_day(found: re.Match[str], today: date) -> DaysSaid:
    """Build the next such day, today included."""
    month, day = number(found["month"]), number(found["day"])
    dates = (make_date(today.year + ahead, month, day) for ahead in range(9))
    return _one(next((d for d in dates if d and d >= today), None), found, can_shift=True)


def _month(found: re.Match[str], today: date) -> DaysSaid:
    """Build a month, of the year said or the next to come."""
    year, month = year_of(found, today), number(found["month"])
    if year is not None:
        return _span(month_of(year, month), found)
    return _span(month_of(today.year + (month < today.month), month), found, can_shift=True)


def _year(found: re.Match[str], today: date) -> DaysSaid:
    """Build a year or its half, quarter or season."""
    year = year_of(found, today)
    first, months = 1, 12
    groups = found.groupdict()
    if groups.get("half"):
        first, months = (1 if groups["half"] in "上前" else 7), 6
    elif groups.get("quarter"):
        first, months = 3 * number(groups["quarter"]) - 2, 3
    elif groups.get("first_months"):
        months = number(groups["first_months"]) * (3 if groups["of"] == "季度" else 1)
    elif groups.get("season"):
        first, months = _SEASONS[groups["season"]], 3
    elif groups.get("nth_month"):
        first, months = number(groups["nth_month"]), 1
    base = year if year is not None else today.year
    days = Days(month_of(base, first).start, month_of(base, first + months).start, Grain.MONTH)
    return _span(days, found)


def _decade(found: re.Match[str], today: date) -> DaysSaid:
    """Build ten years; without a century those that are not ahead."""
    decade, said = number(found["decade"]), found["century"]
    this = today.year - today.year % _CENTURY
    if said in {"上", "本", None}:
        is_last = said == "上" or (said is None and this + decade > today.year)
        first = this + decade - (_CENTURY if is_last else 0)
    else:
        first = (number(said) - 1) * _CENTURY + decade
    return _span(Days(date(first, 1, 1), date(first + 10, 1, 1), Grain.MONTH), found)


def _day_of_same_month(found: re.Match[str], today: date) -> DaysSaid:
    """Build the end of 一月十日到十二日."""
    return _one(make_date(today.year, today.month, number(found["day"])), found)


def _shifted_quarter(found: re.Match[str], today: date) -> DaysSaid:
    """Build a quarter before, this or ahead."""
    first = (today.month - 1) // 3 * 3 + 1 + 3 * _ahead(found)
    start, end = month_of(today.year, first).start, month_of(today.year, first + 3).start
    return _span(Days(start, end, Grain.MONTH), found)


def _week_of_year(found: re.Match[str], today: date) -> DaysSaid | None:
    """Build the n-th week of a year (ISO 8601: the first holds the first Thursday)."""
    year = year_of(found, today) or today.year
    try:
        start = date.fromisocalendar(year, number(found["week"]), 1)
    except ValueError:
        return None
    return _span(Days(start, start + _WEEK, Grain.WEEK), found)


def _ahead(found: re.Match[str]) -> int:
    """Return how many weeks or months ahead 上, 这 or 下 point."""
    return len(found["later"] or "") - len(found["past"] or "")


def _week(found: re.Match[str], today: date) -> DaysSaid:
    """Build a week, its weekend (the Saturday) or one of its days."""
    start = monday_of(today) + _ahead(found) * _WEEK
    if found["weekend"]:
        return _one(start + _SATURDAY * _DAY, found)
    if found["weekday"]:
        return _one(start + WEEKDAYS[found["weekday"]] * _DAY, found)
    return _span(Days(start, start + _WEEK, Grain.WEEK), found)


def _shifted_month(found: re.Match[str], today: date) -> DaysSaid:
    """Build a month before, this or ahead; a day or a third of it."""
    month = month_of(today.year, today.month + _ahead(found))
    if found["day"]:
        return _one(make_date(month.start.year, month.start.month, number(found["day"])), found)
    if found["third"] and found["third"] in "底末":
        return _one(month.end - _DAY, found)
    if found["third"]:
        first, last = _PARTS_OF_MONTH[found["third"]]
        end = min(month.end, month.start + last * _DAY)
        return _span(Days(month.start + (first - 1) * _DAY, end), found)
    return _span(month, found)


def _lunar(found: re.Match[str], today: date) -> DaysSaid | None:
    """Build the solar day of a lunar one of a named year."""
    year = year_of(found, today) or today.year
    month = _LUNAR_MONTHS.get(found["lunar"]) or number(found["lunar"])
    day = DIGITS.get(found["first"] or "") or number(found["first"] or found["day"])
    return _one(lunar_day(year, month, day), found)


def _feast(found: re.Match[str], today: date) -> DaysSaid | None:
    """Build a feast of a named year."""
    name = next(n for word, n in FEASTS_BY_WORD.items() if re.fullmatch(word, found["feast"]))
    day = feast(name, year_of(found, today) or today.year)
    return _one(day, found) if day else None


_LUNAR_MONTH = rf"(?P<lunar>正|腊|冬|{MONTH})月"
_FIRST = r"初(?P<first>[一二三四五六七八九十])"
_M, _D = r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12]\d|0?[1-9])"
_THIRD = r"(?P<third>上旬|中旬|下旬|初(?![一二三四五六七八九十])|中(?![考国班学午心间])|底|末)"
_SHIFT = r"(?:(?P<past>上+)|(?P<later>下+)|这|本|今)"
_DATE_TAIL = r"\s?(?P<month>{m})\s?月\s?(?:份的?)?(?P<day>{d})(?:\s?[日号]|(?![\d{cn}个天月次点]))"
_MD = _DATE_TAIL.format(m=MONTH, d=DAY, cn=CN)

RULES: tuple[tuple[re.Pattern[str], Build], ...] = tuple(
    (re.compile(pattern), build)
    for pattern, build in (
        (rf"(?:农历|阴历|旧历)\s?(?:{_YEAR})?{_LUNAR_MONTH}(?:{_FIRST}|(?P<day>{DAY})日?)", _lunar),
        (rf"{_YEAR}(?:农历|阴历)?{_LUNAR_MONTH}{_FIRST}(?P<day>)", _lunar),
        (rf"{_YEAR}(?P<lunar>正|腊)月(?P<first>)(?P<day>{DAY})", _lunar),
        (rf"{_YEAR}(?P<feast>{_FEAST})(?:节|当天|那天)?", _feast),
        (rf"{_YEAR}{_MD}", _date),
        (
            rf"(?<![\d.])(?P<y>{_YEAR4})\s?[-/.]\s?{_M}\s?[-/.]\s?{_D}(?!\d)[日号]?",
            _date,
        ),
        (
            rf"(?<![\d./]){_D}/{_M}/(?P<y>[12]\d{{3}})(?!\d)",
            _date,
        ),
        (rf"{_YEAR}第(?P<week>[\d{CN}]{{1,3}})个?(?:周|星期|礼拜)", _week_of_year),
        (rf"{_YEAR}第(?P<nth_month>[\d{CN}]{{1,2}})个月", _year),
        (rf"{_YEAR}(?P<half>[上下前后])半年", _year),
        (rf"{_YEAR}第?(?P<quarter>[1-4一二三四])季度", _year),
        (rf"{_YEAR}前(?P<first_months>[\d{CN}两]{{1,2}})个?(?P<of>季度|月)", _year),
        (rf"{_SHIFT}一?个?季度", _shifted_quarter),
        (rf"{_YEAR}(?P<season>[春夏秋冬])(?:天|季)", _year),
        (rf"{_YEAR}(?P<month>{MONTH})月份?(?![初底末中上下]|的?第)", _month),
        (r"(?<!年)(?P<half>[上下])半年", _year),
        (
            rf"{_SHIFT}一?个?月(?:的?(?P<day>{DAY})[号日]|的?{_THIRD})?(?!的?第)",
            _shifted_month,
        ),
        (
            rf"{_SHIFT}一?个?{WEEK}(?:(?P<weekend>末)|的?(?P<weekday>[一二三四五六日天]){_NOT_COUNTED})?",
            _week,
        ),
        (
            r"(?P<day>大前|前|昨|今|当|明|大后|(?<![以之])后)(?:[天日](?!本|语|头条)|(?=[早晚夜]|[上下中]午|凌晨|傍晚))",
            lambda m, today: _one(today + _DAYS[m["day"]] * _DAY, m),
        ),
        (_NO_NUMBER + _MD, _month_day),
        (rf"{_NO_NUMBER}(?P<month>{MONTH})月(?:份|(?=\s?[到至~-]|和[^,。]{{1,4}}月))", _month),
        (rf"{_YEAR}(?!级|{MONTH}月)", _year),
        (
            rf"(?:(?P<century>上|本|\d{{2}}|[一二]?十[一二三四五六七八九]?)世纪)?(?P<decade>[1-9]0|[{CN}]?十)年代",
            _decade,
        ),
    )
)


def days_at(text: str, position: int, today: date, *, like: Grain | None = None) -> DaysSaid | None:
    """Return the days named at ``position`` of folded ``text``.

    ``like``: the grain of the first point where they may end a range; ``today`` is its day.
    """
    for pattern, build in (*RULES, *(_ENDS[grain] for grain in _ENDS if grain is like)):
        found = pattern.match(text, position)
        if found:
            said = build(found, today)
            if said:
                end = said.stop - (len(found[0]) - len(found[0].rstrip(" 的")))
                return DaysSaid(said.start, said.end, end, said.grain, said.can_shift)
    other = said_at(text, position)
    if other is None or isinstance(other[0], Later):
        return None
    days = other[0].days(today)
    return DaysSaid(days.start, days.end, other[1], days.grain, can_shift=True) if days else None


#: What may end a range whose first point said the rest (三月到五月, 一月十日到十二日).
_ENDS: dict[Grain, tuple[re.Pattern[str], Build]] = {
    Grain.MONTH: (re.compile(rf"(?P<month>{MONTH})月(?![\d{CN}])"), _month),
    Grain.DAY: (re.compile(rf"(?P<day>{DAY})[日号]"), _day_of_same_month),
}


def year_number(text: str) -> int | None:
    """Return a bare year (``2019``), as the first of two: 1995-1997年."""
    return to_int(text) if re.fullmatch(_YEAR4, text) else None
