"""Words for dates and months: 12月3号, 2026-12-03, 12.3, 下个月5号, 月底."""

from __future__ import annotations

import re

from domain.chat.when.days import DayOfMonth, Month, MonthPart, PartOfMonth, Through
from domain.chat.when.feast_days import Season
from domain.chat.when.words.said import CN, DAY, MONTH, NO_NUMBER_BEFORE, Rule, Said, number, rule

_SHIFTED = r"(?:(?P<later>下+)一?个?|(?:这个?|今个?|本|当))月"
_YEAR = (
    r"(?:(?P<year>\d{4}|[零〇一二三四五六七八九]{4}|(?<!\d)\d{2}(?=年))年"
    r"|(?P<ahead>今|明|后|下)年)的?"
)
_YEARS_AHEAD = {"今": 0, "明": 1, "下": 1, "后": 2}
_CENTURY = 2000
_FOUR_DIGITS = 1000
_PARTS = {
    "初": MonthPart.BEGINNING,
    "中": MonthPart.MIDDLE,
    "底": MonthPart.END,
    "末": MonthPart.END,
    "上旬": MonthPart.FIRST_THIRD,
    "中旬": MonthPart.SECOND_THIRD,
    "下旬": MonthPart.LAST_THIRD,
}
_PART = r"月?(?P<part>上旬|中旬|下旬|初(?![一二三四五六七八九十])|中(?!考|国|班|学|午|心|间)|底|末)"
#: A number with 号 that is no date: a building, a line, a table.
_NO_DATE = r"(?![线楼院机位桌门口码店厂馆车座台柜会员单仓库校教选手字])"
_ALONE = rf"(?<![\d.{CN}两百第月年/])"
#: A dotted date needs something that makes it one: a verb, a part of the day, an end.
_DATE_BEHIND = (
    r"(?=[号日]|\s?(?:上午|下午|晚|早|中午|周|星期|联系|见|去|来|到|提醒|回访|之?前|之?后|以|再|给|打|试|约"
    r"|[(]|[,。!?\s]|$))"
)
_QUANTITY_BEHIND = r"(?!\s?(?:小时|万|千|百|折|分(?!校)|元|块|倍|米|公里|kg|版|岁|寸|升|个|天|的))"


def _month(found: re.Match[str]) -> Month:
    """Build a month by number, of a year if the match names one."""
    groups = found.groupdict()
    year = number(groups["year"]) if groups.get("year") else None
    if year is not None and year < _FOUR_DIGITS:
        year += _CENTURY
    ahead = _YEARS_AHEAD[found["ahead"]] if groups.get("ahead") else None
    return Month(number(found["month"]), year=year, years_ahead=ahead)


def _shifted(found: re.Match[str]) -> Month:
    """Build 这个月, 下个月, 下下个月."""
    return Month(ahead=len(found["later"]) if found["later"] else 0)


def _day(found: re.Match[str]) -> Said:
    """Build a day of a month by number."""
    return DayOfMonth(number(found["day"]), _month(found))


def _part(found: re.Match[str]) -> Said:
    """Build a part of a month by number."""
    return PartOfMonth(_PARTS[found["part"]], _month(found))


def _through(found: re.Match[str]) -> Said:
    """Build ``20-22号``."""
    return Through(DayOfMonth(number(found["first"])), DayOfMonth(number(found["last"])))


DATE_RULES: tuple[Rule, ...] = (
    rule(
        rf"(?<![\d.])(?P<year>\d{{4}})\s?[-/.年]\s?(?P<month>{MONTH})\s?[-/.月]\s?(?P<day>{DAY})(?!\d)[号日]?",
        _day,
    ),
    rule(rf"{NO_NUMBER_BEFORE}{_YEAR}(?P<month>{MONTH})月份?{_PART}", _part),
    rule(rf"{NO_NUMBER_BEFORE}{_YEAR}(?P<month>{MONTH})月(?P<day>{DAY})[号日]?", _day),
    rule(rf"{NO_NUMBER_BEFORE}{_YEAR}(?P<month>{MONTH})月份?", _month),
    rule(
        rf"{NO_NUMBER_BEFORE}(?P<month>{MONTH})月(?P<day>{DAY})"
        rf"(?:[号日]|(?![\d{CN}个天月次点:.折%万千百年岁]))",
        _day,
    ),
    rule(rf"{NO_NUMBER_BEFORE}(?P<month>{MONTH})月份?{_PART}", _part),
    rule(
        rf"{_SHIFTED}的?(?P<day>{DAY})[号日]",
        lambda m: DayOfMonth(number(m["day"]), _shifted(m)),
    ),
    rule(rf"{_SHIFTED}{_PART}", lambda m: PartOfMonth(_PARTS[m["part"]], _shifted(m))),
    rule(_SHIFTED, _shifted),
    rule(
        rf"(?<![\d{CN}个上下这本每])月(?P<part>初|中旬?|底|末|上旬|下旬)(?![{CN}考])",
        lambda m: PartOfMonth(_PARTS[m["part"]]),
    ),
    rule(r"明年年?(?:底|末)", lambda _: PartOfMonth(MonthPart.END, Month(12, years_ahead=1))),
    rule(r"(?<![去前])年(?:底|末)", lambda _: PartOfMonth(MonthPart.END, Month(12))),
    rule(r"[明下]年年?初", lambda _: Month(1, years_ahead=1)),
    rule(r"[明下]年", lambda _: Season(1, 12, 1)),
    rule(r"下半年", lambda _: Season(7, 6)),
    rule(
        rf"{NO_NUMBER_BEFORE}(?P<month>1[0-2]|0?[1-9])月份?(?![\d{CN}个大龄])",
        _month,
    ),
    rule(
        rf"{NO_NUMBER_BEFORE}(?P<month>{MONTH})月(?:份|(?=[,。!?;\s再就开去来左前后之以]|$))",
        _month,
    ),
    rule(rf"{_ALONE}(?P<first>{DAY})\s?[-~到至]\s?(?P<last>{DAY})号{_NO_DATE}", _through),
    rule(rf"{_ALONE}(?P<day>{DAY})号{_NO_DATE}", lambda m: DayOfMonth(number(m["day"]))),
    rule(
        r"(?<![\d.月年/])(?P<day>3[01]|[12]\d|[1-9])日(?!元|语|本|均|活)",
        lambda m: DayOfMonth(number(m["day"])),
    ),
    rule(
        r"(?<![\d./\-:$¥])(?P<month>1[0-2]|0?[1-9])[./](?P<day>3[01]|[12]\d|0?[1-9])(?![\d./:%*])"
        rf"{_DATE_BEHIND}{_QUANTITY_BEHIND}[号日]?",
        _day,
    ),
)
