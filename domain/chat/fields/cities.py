"""The city people live in: without 市, nicknames resolved, travel and street names left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.settle import settle
from domain.chat.lexicon import Lexicon
from domain.chat.passage import Passage, Span
from domain.chat.words.cities import EVERYDAY_WORDS, LONGEST_CITY
from domain.cleaning.words import any_word

_SHORTEST = 2
#: The city is part of another word: 南京路, 北京大学, 重庆火锅, 大连锁.
_LARGER_WORD = re.compile(
    any_word(
        """
        路 街 大道 大学 学院 火锅 烤鸭 话 方言 菜 小吃 时间 银行 人寿 证券 晚报 日报 卫视 队 动物园
        锁 机场 烧烤 米粉 牌 户口 户籍 牛肉 拉面 啤酒 大厦 科技 有限 集团 师范 理工 交大 财经 医院
        中学 小学
        """
    )
)
_RESIDENCE = re.compile(
    r"(?:在|住|坐标|位于|定居|来自|城市[是:\s]*|我是|我们是?|家|人在|老家|地址[是:\s]*|:|^|\s|[/、])(?:[\u4e00-\u9fff]{2,3}省?)?$"
)
#: Somebody else's place: the seller's, a teacher's.
_THEIRS = re.compile(r"(?:你们?|您们?|贵司|贵公司|公司|总部|老师|机构|外教)[^,。我]{0,5}$")
_BEEN_TO = re.compile(r"(?:去过|到过|玩过|去了)[^,。]{0,4}$")
_TRAVEL_BEFORE = re.compile(r"(?:去|到|飞|回|前往|寄到?|发到?|经过)$")
_TRAVEL_BEHIND = re.compile(
    r"市?(?:出差|旅游|旅行|玩|开会|考察|度假|看看朋友|办事|的(?:机票|车票|航班))"
)
_MOVED_FROM = re.compile(r"从(?:老家)?$")
_MOVED = re.compile(r"市?(?:搬|来|到|回|过来)")


def find_cities(passage: Passage, companies: Findings[str], lexicon: Lexicon) -> Findings[str]:
    """Return the cities of a message, the present one first.

    Cities inside ``companies`` (found in the same message), streets, dishes and schools,
    destinations of a trip and the seller's own place do not count.
    """
    taken = [company.span for company in companies]
    found = (c for c in _candidates(passage, lexicon) if not any(c.span.overlaps(s) for s in taken))
    return settle(passage, found)


def _candidates(passage: Passage, lexicon: Lexicon) -> Iterator[Candidate[str]]:
    """Yield every spelling of a city, the longest at each place."""
    position = 0
    while position < len(passage.text):
        span = _longest_at(passage.text, position, lexicon)
        if span and _counts(passage, span):
            name = lexicon.cities[span.cut(passage.text)]
            yield Candidate(name, span, 0.9 if name == span.cut(passage.text) else 0.8)
        position = span.end if span else position + 1


def _longest_at(text: str, position: int, lexicon: Lexicon) -> Span | None:
    """Return the longest city name at ``position``."""
    for length in range(LONGEST_CITY, _SHORTEST - 1, -1):
        if text[position : position + length] in lexicon.cities:
            return Span(position, min(position + length, len(text)))
    return None


def _counts(passage: Passage, span: Span) -> bool:
    """Tell whether the city is where somebody is at home."""
    before = passage.clause_before(span.start, 12)
    behind = passage.after(span.end, 8)
    if _LARGER_WORD.match(behind) or _THEIRS.search(before):
        return False
    if _BEEN_TO.search(before):
        return False
    if _TRAVEL_BEFORE.search(before) and _TRAVEL_BEHIND.match(behind):
        return False
    if _MOVED_FROM.search(before) and _MOVED.match(behind):
        return False
    is_everyday = span.cut(passage.text) in EVERYDAY_WORDS
    return not is_everyday or behind.startswith("市") or bool(_RESIDENCE.search(before))
