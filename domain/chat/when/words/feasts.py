"""Words for feasts, holidays, solar terms and lunar dates: 中秋, 国庆后, 正月初五."""

from __future__ import annotations

import re

from domain.chat.numerals import DIGITS
from domain.chat.when.almanac import HOLIDAYS, SOLAR_TERMS
from domain.chat.when.days import DayExpression
from domain.chat.when.feast_days import (
    AfterHoliday,
    AfterNextHoliday,
    Feast,
    Holiday,
    InYear,
    LunarDay,
    NewYearPeriod,
    Season,
)
from domain.chat.when.words.said import CN, DAY, MONTH, NO_NUMBER_BEFORE, Rule, Said, number, rule

_FEASTS = {
    "元旦": "元旦 阳历新年",
    "春节": "春节 过年 大年初一 农历新年 新春 过大年",
    "除夕": "除夕 大年三十 年三十 大年夜",
    "元宵": "元宵节 元宵 正月十五",
    "清明": "清明节 清明",
    "五一": "五一劳动节 五一 劳动节",
    "端午": "端午节 端午",
    "七夕": "七夕节 七夕",
    "中元": "中元节",
    "中秋": "中秋节 中秋 八月十五(?![号日])",
    "国庆": "国庆节 国庆 十一国庆",
    "重阳": "重阳节 重阳",
    "腊八": "腊八节 腊八",
    "小年": "小年夜 (?<![大多少])小年(?![轻级纪龄])",
    "龙抬头": "龙抬头 二月二(?![十号日])",
    "情人节": "情人节",
    "妇女节": "妇女节 三八节 女神节",
    "植树节": "植树节",
    "消费者权益日": "消费者权益日 315晚会",
    "愚人节": "愚人节",
    "青年节": "青年节 五四青年节",
    "儿童节": "儿童节 六一儿童节 六一",
    "建党节": "建党节 七一建党节",
    "建军节": "建军节 八一建军节",
    "教师节": "教师节",
    "万圣节": "万圣节",
    "双十一": "双十一 双11",
    "双十二": "双十二 双12",
    "平安夜": "平安夜",
    "圣诞": "圣诞节 圣诞",
    "六一八": "618大促 618",
    "母亲节": "母亲节",
    "父亲节": "父亲节",
    "感恩节": "感恩节",
}
#: 大雪 is weather unless the sentence says 那天 or 节.
_WEATHER = frozenset({"大雪", "小雪", "白露", "霜降", "雨水"})
_TERM_LENGTH = 2
_BY_WORD = {word: name for name, words in _FEASTS.items() for word in words.split()} | {
    term + ("(?=那天|节|当天|前|后)" if term in _WEATHER else ""): term
    for term in SOLAR_TERMS - {"清明"}
}
#: The words that need no look around them, for feasts of a named year.
FEASTS_BY_WORD = {word: name for word, name in _BY_WORD.items() if word.isalnum()}
_WORDS = sorted(_BY_WORD, key=lambda word: (-len(word), word))
_LOOKBEHIND = re.compile(r"^\(\?<!.*?\)")
#: The characters with which a feast can begin.
FEAST_INITIALS = "".join(sorted({_LOOKBEHIND.sub("", word)[0] for word in _WORDS}))
_ANY_FEAST = "|".join(f"(?P<f{index}>{word})" for index, word in enumerate(_WORDS))
_TAIL = (
    r"(?:节(?!课|约|目|省))?(?P<period>假期|期间|长假|小长假|放假(?:期间)?|黄金周|假)?(?:当天|那天|这天)?"
    r"(?P<after>之后|以后|过后|过完|回来|后(?!天|面|来))?"
)
_YEAR = r"(?:(?P<year>\d{4})年|(?P<ahead>今|明|后)年)的?"
_YEARS_AHEAD = {"今": 0, "明": 1, "后": 2}
_NO_SPAN_BEFORE = r"(?<![\d一二两三四五六七八九十百几半多明今去后])"
_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def _feast(found: re.Match[str]) -> Said:
    """Build a feast, its days off, or what comes after it; of a year, if one is named."""
    index = next(index for index in range(len(_WORDS)) if found[f"f{index}"])
    expression = _named(_BY_WORD[_WORDS[index]], found)
    groups = found.groupdict()
    if groups.get("year"):
        return InYear(expression, year=int(found["year"]))
    if groups.get("ahead"):
        return InYear(expression, years_ahead=_YEARS_AHEAD[found["ahead"]])
    return expression


def _named(name: str, found: re.Match[str]) -> DayExpression:
    """Build what the tail behind a feast's name makes of it."""
    if found["after"]:
        return AfterHoliday(name)
    return Holiday(name) if found["period"] and name in HOLIDAYS else Feast(name)


def _lunar(found: re.Match[str]) -> Said:
    """Build a lunar day; 初五 alone is in the first month."""
    groups = found.groupdict()
    month = groups.get("month") or "正"
    day = groups.get("first") or groups.get("day") or ""
    return LunarDay(_LUNAR_MONTHS.get(month) or number(month), DIGITS.get(day) or number(day))


_FIRST = r"初(?P<first>[一二三四五六七八九十])"

FEAST_RULES: tuple[Rule, ...] = (
    rule(
        rf"(?:农历|阴历|旧历)\s?(?P<month>正|腊|冬|{MONTH})月(?:{_FIRST}|(?P<day>{DAY}))[号日]?",
        _lunar,
    ),
    rule(rf"(?P<month>正|腊|冬)月(?:{_FIRST}|(?P<day>{DAY}))[号日]?", _lunar),
    rule(rf"{NO_NUMBER_BEFORE}(?P<month>{MONTH})月{_FIRST}", _lunar),
    rule(rf"(?:大年|过年|(?<!\w)年){_FIRST}", _lunar),
    rule(r"(?<!\w)初(?P<first>[四五六七八九十])(?![级中一二三四五六七八九])", _lunar),
    rule(rf"{_YEAR}(?:{_ANY_FEAST}){_TAIL}(?![{CN}])", _feast),
    rule(rf"(?<![\d{CN}初])(?:{_ANY_FEAST}){_TAIL}(?![{CN}])", _feast),
    rule(
        rf"(?<![\d{CN}初第双])十一"
        rf"(?![{CN}点月岁号个日课年天分楼级人万千百块元名班时次条位周届章集国线中事]){_TAIL}",
        lambda m: _named("国庆", m),
    ),
    rule(
        rf"过完年(?:后|之后|以后)?|{_NO_SPAN_BEFORE}年后", lambda _: NewYearPeriod(is_before=False)
    ),
    rule(rf"{_NO_SPAN_BEFORE}年前", lambda _: NewYearPeriod(is_before=True)),
    rule(r"(?<!\w)节后|假期[之以]?后|放完假(?:后)?", lambda _: AfterNextHoliday()),
    rule(r"暑假(?!班|作业|工)", lambda _: Season(7, 2)),
    rule(r"寒假(?!班|作业|工)", lambda _: Season(1, 2)),
)
