"""What people can spend, in yuan: an amount, a range, or a bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.settle import settle
from domain.chat.numerals import to_number
from domain.chat.passage import Passage, Span
from domain.cleaning.words import any_word


@dataclass(frozen=True, slots=True)
class Budget:
    """Yuan, both ends included; equal ends: one amount; None: no bound on that side."""

    low: int | None
    high: int | None


_SIGNS = "一二两三四五六七八九十百千万零〇"
_NUMBER = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}}(?:\.\d{{1,2}})?[千万百kKwW]{{0,2}}\d?|[{_SIGNS}]{{1,9}})"
)
_YUAN = r"(?:元钱?|块钱?|人民币|rmb|RMB|大洋)?"
_AMOUNT = re.compile(
    rf"(?<![\d.])(?P<low>{_NUMBER})\s?{_YUAN}(?:\s?(?:到|至|-|~|—)\s?(?P<high>{_NUMBER})\s?{_YUAN})?"
    r"(?!\s?[\d个名人位岁年月日号天节次点分秒周课小时%折公里米平楼层期线班遍种门科孩学])"
)
#: Two neighbouring digits before a unit are a range: 三五千, 两三千, 一两万.
_PAIR = re.compile(r"([一二两三四五六七八九])([二两三四五六七八九])([百千万])")
_UNIT = re.compile(r"[千万百kKwW]+$")

_EXACT = any_word(
    """
    预算 心理价位 价位 能接受 可以接受 接受 承受 打算花 准备花 想花 愿意花 拿得出 能出 出得起 手头
    只有 拿出 准备了
    """
)
_UPPER = any_word(
    "最多 至多 顶多 不超过 别超过 不高于 上限 控制在 不要超过 不想超过 别超 不超 封顶"
)
_LOWER = any_word("至少 起码 不低于 最少")
_TRIGGER = re.compile(rf"(?P<upper>{_UPPER})|(?P<lower>{_LOWER})|(?P<exact>{_EXACT})")
_TRIGGER_FILLER = re.compile(
    r"(?:是|大概|大约|差不多|就|在|也就|只|能|拿|准备了|到|我|的|出|花|给|左右|:|\s|,|为|[一每]年|每个?月|每节课?|总共|一共|顶多|最多|不超过|控制|接受|有|不多|不高|有限|吧|很|比较|这边)*"
)
_UPPER_BEHIND = re.compile(r"\s?(?:块|元)?(?:以内|之内|以下|封顶|内(?!容))")
_ACCEPTED_BEHIND = re.compile(
    r"\s?(?:左右|上下|以内|之内|之间|一节课|一[个]?月|一年|一学期|的话|都|也|还|是|就)*(?:可以接受|能接受|可以承受|能承受|可以考虑|的?预算)"
)
_BUDGET_NEAR = re.compile(r"预算")
_CORRECTION = re.compile(r"[,。\s]*(?:[哦啊]?不对?|错了|说错了)[,。\s]+(?:应该)?是?$")
_REACH = 16
_SMALLEST = 10
_BARE_UPPER_SMALLEST = 100


def find_budgets(passage: Passage) -> Findings[Budget]:
    """Return budgets; prices asked about, paid or complained of are none."""
    return settle(passage, _candidates(passage))


def _candidates(passage: Passage) -> Iterator[Candidate[Budget]]:
    """Yield amounts that the words around make a budget."""
    last: Span | None = None
    for found in _AMOUNT.finditer(passage.text):
        span = Span(*found.span())
        amounts = _amounts(found)
        if not amounts:
            continue
        budget = _budget(passage, span, *amounts)
        is_correction = last is not None and _CORRECTION.fullmatch(
            passage.text[last.end : span.start]
        )
        if budget is None and is_correction:
            budget = Budget(*amounts)
        if budget:
            last = span
            yield Candidate(budget, span)


def _amounts(found: re.Match[str]) -> tuple[int, int] | None:
    """Return the two ends of the matched amount in yuan."""
    low_text, high_text = found["low"], found["high"]
    pair = _PAIR.fullmatch(low_text)
    if pair and not high_text:
        low_text, high_text = pair[1] + pair[3], pair[2] + pair[3]
    unit = _UNIT.search(high_text) if high_text else None
    if unit and not _UNIT.search(low_text):
        scaled = to_number(low_text + unit[0])
        low = to_number(low_text)
        high = to_number(high_text)
        low = scaled if scaled and high and scaled <= high else low
    else:
        low = to_number(low_text)
        high = to_number(high_text) if high_text else low
    if low is None or high is None or not Decimal(_SMALLEST) <= low <= high:
        return None
    return int(low), int(high)


def _budget(passage: Passage, span: Span, low: int, high: int) -> Budget | None:
    """Return what the words before and behind make of the amount."""
    trigger = _trigger(passage, span)
    has_upper = _UPPER_BEHIND.match(passage.after(span.end, 4)) is not None
    if trigger == "lower":
        return Budget(low, None)
    if trigger == "upper" or (has_upper and (trigger or high >= _BARE_UPPER_SMALLEST)):
        return Budget(None, high)
    is_near = _BUDGET_NEAR.search(passage.after(span.end, _REACH)) is not None
    has_yuan = re.search(r"[元块]", span.cut(passage.text)) is not None
    is_accepted = _ACCEPTED_BEHIND.match(passage.after(span.end, _REACH)) is not None
    if trigger == "exact" or is_accepted or (is_near and has_yuan):
        return Budget(low, high)
    return None


def _trigger(passage: Passage, span: Span) -> str | None:
    """Return the kind of bound that the words right before the amount set."""
    before = passage.before(span.start, _REACH)
    kinds = [
        found.lastgroup
        for found in _TRIGGER.finditer(before)
        if _TRIGGER_FILLER.fullmatch(before, found.end())
    ]
    for kind in ("upper", "lower", "exact"):
        if kind in kinds:
            return kind
    return None
