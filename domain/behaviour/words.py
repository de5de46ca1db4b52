"""The words of the language: for every meaning a Chinese and an English one, and synonyms.

The first word of each language is the one that :mod:`domain.behaviour.showing.show` writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.behaviour.syntax import Relation, Unit


class Language(StrEnum):
    """In which words an expression is written out."""

    CHINESE = "zh"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one meaning."""

    chinese: tuple[str, ...]
    english: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        """Tell whether ``word``, in lower case, is one of them."""
        return word in self.chinese or word in self.english

    def all(self) -> tuple[str, ...]:
        """Return all of them."""
        return (*self.chinese, *self.english)

    def of(self, language: Language) -> str:
        """Return the canonical word of a language."""
        return (self.chinese if language is Language.CHINESE else self.english)[0]


class Call(StrEnum):
    """What is written as a word with arguments in parentheses."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MAX = "max"
    MIN = "min"
    DISTINCT = "distinct"
    DAYS = "days"
    FIRST = "first"
    LAST = "last"
    AGE = "age"
    TOP = "top"
    DONE = "done"
    NOT_DONE = "not_done"
    SEQUENCE = "sequence"
    NOT_FOLLOWED = "not_followed"


CALLS: Mapping[Call, Words] = {
    Call.COUNT: Words(("次数", "计数"), ("count",)),
    Call.SUM: Words(("求和", "总和", "合计"), ("sum",)),
    Call.AVG: Words(("平均", "平均值"), ("avg", "average")),
    Call.MAX: Words(("最大", "最大值"), ("max",)),
    Call.MIN: Words(("最小", "最小值"), ("min",)),
    Call.DISTINCT: Words(("去重", "去重数"), ("distinct",)),
    Call.DAYS: Words(("活跃天数", "天数"), ("days",)),
    Call.FIRST: Words(("首次", "第一次"), ("first",)),
    Call.LAST: Words(("末次", "最近一次", "最后一次"), ("last",)),
    Call.AGE: Words(("距今",), ("age",)),
    Call.TOP: Words(("偏好",), ("top",)),
    Call.DONE: Words(("做过",), ("done",)),
    Call.NOT_DONE: Words(("未做", "没做", "未做过", "没做过"), ("not_done",)),
    Call.SEQUENCE: Words(("依次", "序列", "依次做过"), ("sequence",)),
    Call.NOT_FOLLOWED: Words(("做后未做",), ("not_followed",)),
}

#: The kind that stands for every kind that counts as interaction.
ANY_KIND = Words(("任意互动", "互动"), ("any", "any_interaction"))
#: What stands before ``.`` to name a tag, or an attribute whose name something else has.
TAG = Words(("标签",), ("tag",))
ATTRIBUTE = Words(("特征", "属性"), ("attribute",))
#: What stands before ``.`` to name a segment, inside the definition of another.
SEGMENT = Words(("圈选",), ("segment",))
EVER_WORDS = Words(("曾经", "历史", "全部时间"), ("ever", "all_time"))
TODAY = Words(("今天", "今日"), ("today",))

AND = Words(("且", "并且", "而且", "和"), ("and", "&&"))
OR = Words(("或", "或者"), ("or", "||"))
NOT = Words(("非", "不"), ("not", "!"))
TRUE = Words(("是", "真"), ("true", "yes"))
FALSE = Words(("否", "假"), ("false", "no"))
IN = Words(("属于",), ("in",))
NOT_IN = Words(("不属于",), ("not in",))
LACKS = Words(("不包含",), ("not contains",))
KNOWN = Words(("有值",), ("is known", "known"))
MISSING = Words(("没有值", "无值", "为空"), ("is missing", "missing"))
BY = Words(("按",), ("by",))
LAST = Words(("最近", "过去", "近"), ("last", "past"))
FROM = Words(("从", "自"), ("from", "since"))
TO = Words(("到", "至"), ("to", "until", ".."))
SINCE = Words(("起", "以来"), ())
UNTIL = Words(("为止", "止"), ())
AFTER = Words(("之后", "后"), ("after",))
BEFORE = Words(("之前", "前"), ("before",))
WITHIN = Words(("之内", "以内", "内"), ())

RELATIONS: Mapping[Relation, Words] = {
    Relation.EQUAL: Words(("=", "＝", "等于"), ("=", "==")),
    Relation.NOT_EQUAL: Words(("!=", "≠", "！＝", "不等于"), ("!=", "<>")),
    Relation.AT_LEAST: Words((">=", "≥", "＞＝", "大于等于", "不少于", "不小于", "至少"), (">=",)),
    Relation.MORE: Words((">", "＞", "大于", "多于", "超过"), (">",)),
    Relation.AT_MOST: Words(("<=", "≤", "＜＝", "小于等于", "不多于", "不超过", "至多"), ("<=",)),
    Relation.LESS: Words(("<", "＜", "小于", "少于"), ("<",)),
    Relation.CONTAINS: Words(("包含",), ("contains",)),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A word for a length of time: so many of a unit of windows, and as elapsed time."""

    words: Words
    unit: Unit
    times: int
    elapsed: timedelta
    #: How many of which unit half of it is, if 半 is said of it at all.
    half: tuple[int, Unit] | None = None


_DAY = timedelta(days=1)
#: A week is 7 days, a month 30 and a year 365: the length of a window never depends on the date.
MEASURES = (
    Measure(Words(("分钟",), ("minutes", "minute", "min")), Unit.MINUTE, 1, timedelta(minutes=1)),
    Measure(
        Words(("小时", "个小时"), ("hours", "hour", "h")),
        Unit.HOUR,
        1,
        timedelta(hours=1),
        (30, Unit.MINUTE),
    ),
    Measure(Words(("天", "日"), ("days", "day", "d")), Unit.DAY, 1, _DAY, (12, Unit.HOUR)),
    Measure(Words(("周", "星期", "个星期"), ("weeks", "week", "w")), Unit.DAY, 7, 7 * _DAY),
    Measure(Words(("个月",), ("months", "month")), Unit.DAY, 30, 30 * _DAY, (15, Unit.DAY)),
    Measure(Words(("年",), ("years", "year", "y")), Unit.DAY, 365, 365 * _DAY),
)
#: The measures of one unit each, by it.
UNITS: Mapping[Unit, Measure] = {measure.unit: measure for measure in MEASURES[:3]}


def measure_of(word: str) -> Measure | None:
    """Return the measure called ``word`` (lower case)."""
    return next((measure for measure in MEASURES if word in measure.words), None)


def call_of(word: str) -> Call | None:
    """Return the call that ``word`` (lower case) names."""
    return next((call for call, words in CALLS.items() if word in words), None)


def relation_of(word: str) -> Relation | None:
    """Return the relation that ``word`` (lower case) names."""
    return next((relation for relation, words in RELATIONS.items() if word in words), None)


#: A moment: year, month, day, then perhaps hour, minute, second, fraction and offset.
MOMENT = re.compile(
    r"(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})?)?"
)


# ── terminals of the grammar ────────────────────────────────────────────────

#: Signs of a whole number in Chinese, and what stands for half of a measure.
_NUMERALS = "零〇一二两三四五六七八九十百千"
HALF = "半"
#: The number of a length of time, and the word of its measure.
LENGTH = re.compile(rf"(\d+|[{_NUMERALS}]+|{HALF})\s*(.+)", re.DOTALL)
#: What may follow a length of time that begins with a numeral, for names begin with one too:
#: 七天无理由 is a name. No letter, or a word that goes on behind it.
_SPAN_ENDS = (
    r"(?=(?:之内|以内|内)?(?:之后|后|之前|前)?\s*"
    r"(?:$|\W|未做|没做|做过|首次|末次|且|并且|而且|或))"
)


def _chinese_span() -> str:
    """Return the pattern of a length of time whose number is written in Chinese."""
    measures = _alternatives([word for measure in MEASURES for word in measure.words.chinese])
    halves = _alternatives(
        [word for measure in MEASURES if measure.half for word in measure.words.chinese]
    )
    return rf"(?:[{_NUMERALS}]+\s*(?:{measures})|{HALF}(?:{halves})){_SPAN_ENDS}"


#: Behind a word that starts an operand: a blank, a parenthesis, nothing of a name.
_ENDS = r"(?!\w)"
_DIGIT = r"(?=\s*\d)"


def terminals() -> str:
    """Return the terminals of the grammar that consist of words."""
    relations = [word for words in RELATIONS.values() for word in words.all()]
    measures = [word for measure in MEASURES for word in measure.words.all()]
    flag_end = f"(?!\\w)|(?={_alternatives([*AND.chinese, *OR.chinese])})"
    lines = [
        _terminal("AND", 2, _alternatives(AND.all())),
        _terminal("OR", 2, _alternatives(OR.all())),
        _terminal("NOT", 2, rf"(?:非|不)(?=[\s(（])|not{_ENDS}|[!！](?![=＝])"),
        _terminal("TRUE", 1, f"(?:{_alternatives(TRUE.all())})(?:{flag_end})"),
        _terminal("FALSE", 1, f"(?:{_alternatives(FALSE.all())})(?:{flag_end})"),
        _terminal("RELATION", 3, _alternatives(relations)),
        _terminal("SPAN", 5, rf"\d+\s*(?:{_alternatives(measures)})(?!级)|{_chinese_span()}"),
        _terminal("LAST", 2, rf"(?:{_alternatives(LAST.all())})(?=\s*(?:\d|{_chinese_span()}))"),
        _terminal("FROM", 2, f"(?:{_alternatives(FROM.all())}){_DIGIT}"),
        _terminal("TO", 2, f"(?:{_alternatives(TO.all())}){_DIGIT}"),
        _terminal("BY", 2, r"按\s*(?=[\w`])|by(?=\s)"),
    ]
    plain = {
        "IN": IN, "NOT_IN": NOT_IN, "LACKS": LACKS, "KNOWN": KNOWN, "MISSING": MISSING,
        "SINCE": SINCE, "UNTIL": UNTIL, "AFTER": AFTER, "BEFORE": BEFORE, "WITHIN": WITHIN,
    }  # fmt: skip
    lines += [_terminal(name, 4, _alternatives(words.all())) for name, words in plain.items()]
    return "\n".join(lines)


def _terminal(name: str, priority: int, pattern: str) -> str:
    return f"{name}.{priority}: /{pattern.replace('/', chr(92) + '/')}/i"


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern of words, the longest first; an English one ends where its letters end."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(_pattern(word) for word in longest_first)


def _pattern(word: str) -> str:
    escaped = r"\s+".join(re.escape(part) for part in word.split(" "))
    return f"{escaped}(?![A-Za-z0-9_])" if word.isascii() and word[-1].isalpha() else escaped


#: Beginnings of names that the lexer would take for something else.
MISREAD = re.compile(
    r"按|(最近|过去|近|从|自|到|至|last|past|from|since|to|until)\d"
    r"|(是|真|否|假)(且|并且|而且|和|或)"
    rf"|(最近|过去|近)?{_chinese_span()}",
    re.IGNORECASE,
)
