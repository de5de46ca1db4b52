"""The child's grade (``三年级``, ``高一``, ``大班``) and ages in whole years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.changing import replace
from domain.chat.fields.finding import Candidate, Findings, Owner
from domain.chat.fields.settle import settle
from domain.chat.numerals import DIGITS, to_int
from domain.chat.passage import Passage, Span

_NUMERALS = "零一二三四五六七八九"
_ONE_TO_NINE = "一二三四五六七八九1-9"
_ONE_TO_THREE = "一二三1-3"
_GRADE = re.compile(
    rf"(?:(?<=老[一二三])|(?<![\d一二三四五六七八九几\-~至到]))(?P<school>初中|高中|小学)?(?P<year>[{_ONE_TO_NINE}])年级(?!以上|以下)"
    rf"|(?<![大最当起月年腊正])(?P<junior>初)(?P<jyear>[{_ONE_TO_THREE}])(?![十\d级步]|[到至-]初|就关)"
    rf"|(?<![提最很更增身太比较偏再])(?P<senior>高)(?P<syear>[{_ONE_TO_THREE}])(?![点些下个度米层等档\d]|分)"
)
_LUNAR = re.compile(r"(?:大年|正月|腊月|农历|阴历|旧历|[一二三四五六七八九十]月)\s?$")
_PRIMARY_SHORT = re.compile(
    r"(?:读|上|念|孩子|儿子|女儿|娃|今年|现在|升|宝宝)小([一二三四五六1-6])(?!时|班|点|个|[\u4e00-\u9fff]{0,1}岁)"
)
_NURSERY = re.compile(r"(?P<class>[小中大])班")
_NURSERY_CONTEXT = re.compile(
    r"(?:幼儿园|孩子|儿子|女儿|娃|宝宝|闺女|老大|老二|读|念|上|今年|升|在读|岁半?)[^。!?]{0,8}$"
)
_CLASS_SIZE = re.compile(r"(?:课|制|教学|授课|上课|还是|直播|的课|化|额|型|里)")
_JUNIOR_OFFSET = 6

_AGE = re.compile(
    rf"(?P<age>(?<![\d\-~至到.])\d{{1,3}}|(?<![{_NUMERALS}十两百\-~至到几])[{_NUMERALS}十两百]{{1,4}})"
    r"\s?多?(?:周|虚)?岁(?!看|月(?!龄))"
)
_MONTHS = re.compile(
    rf"(?:(?:宝宝|孩子|娃|儿子|女儿)[^,。\d]{{0,4}}?)(?P<a>\d{{1,2}}|[{_NUMERALS}十两]{{1,3}})个月"
    rf"|(?<![\d{_NUMERALS}十])(?P<b>\d{{1,2}}|[{_NUMERALS}十两]{{1,3}})个月(?:大|的宝宝|的孩子|的娃|宝宝)"
)
_THIS_YEAR = re.compile(
    rf"今年(?:刚满?|已经|都|才|快|也|满)?(?P<age>\d{{1,2}}|[{_NUMERALS}十]{{1,4}})(?=[,。!?\s了]|$)"
)
_LIMIT = re.compile(r"\s?(?:以上|以下|以内|及|起|到|至|-|~|往上|开始)")
_OLDEST = 120
_MONTHS_OF_YEAR = 12


def find_grades(passage: Passage) -> Findings[str]:
    """Return grades in one spelling: 小班–大班, 一年级–九年级 (初一 = 七年级), 高一–高三."""
    found = [*_school_grades(passage), *_nursery_grades(passage)]
    return settle(passage, (replace(c, owner=Owner.CHILD) for c in found))


def _school_grades(passage: Passage) -> Iterator[Candidate[str]]:
    """Yield grades of primary, junior and senior school."""
    for found in _GRADE.finditer(passage.text):
        if found["junior"] and _LUNAR.search(passage.before(found.start(), 4)):
            continue
        yield Candidate(_grade(found), Span(*found.span()))
    for found in _PRIMARY_SHORT.finditer(passage.text):
        span = Span(found.start(1) - 1, found.end(1))
        yield Candidate(f"{_NUMERALS[DIGITS[found[1]]]}年级", span, 0.8)


def _grade(found: re.Match[str]) -> str:
    """Return the one spelling of a matched grade."""
    year = DIGITS[found["year"] or found["jyear"] or found["syear"]]
    if found["senior"] or found["school"] == "高中":
        return f"高{_NUMERALS[year]}"
    if found["junior"] or found["school"] == "初中":
        year = year if year > _JUNIOR_OFFSET else year + _JUNIOR_OFFSET
    return f"{_NUMERALS[year]}年级"


def _nursery_grades(passage: Passage) -> Iterator[Candidate[str]]:
    """Yield 小班, 中班 and 大班 of a nursery; as sizes of a class they mean nothing."""
    for found in _NURSERY.finditer(passage.text):
        before = passage.before(found.start(), 18)
        if _NURSERY_CONTEXT.search(before) and not _CLASS_SIZE.match(passage.after(found.end(), 3)):
            yield Candidate(f"{found['class']}班", Span(*found.span()))


def find_ages(passage: Passage) -> Findings[int]:
    """Return ages in whole years, the writer's own first; age limits of a course are none."""
    return settle(passage, _ages(passage))


def _ages(passage: Passage) -> Iterator[Candidate[int]]:
    """Yield ages given in years, in months, or as ``今年二十八``."""
    for found in _AGE.finditer(passage.text):
        age = to_int(found["age"])
        is_limit = _LIMIT.match(passage.after(found.end(), 4)) is not None
        if age is not None and age <= _OLDEST and not is_limit:
            yield Candidate(age, Span(*found.span()))
    for found in _MONTHS.finditer(passage.text):
        group = "a" if found["a"] else "b"
        months = to_int(found[group])
        if months is not None:
            span = Span(found.start(group), found.end())
            yield Candidate(months // _MONTHS_OF_YEAR, span, 0.8)
    for found in _THIS_YEAR.finditer(passage.text):
        age = to_int(found["age"])
        if age is not None and age <= _OLDEST:
            yield Candidate(age, Span(*found.span("age")), 0.7)
