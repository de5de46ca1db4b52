"""From raw matches to findings: withdrawn values go, repeats go, own ones come first.

People correct themselves (不对，是…), speak of the past (以前在北京) and give other
people's numbers; the rules for that are the same for every field and live here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from itertools import pairwise

from domain.chat.fields.finding import Candidate, Finding, Findings, Owner, Value
from domain.chat.passage import Passage, Span
from domain.cleaning.words import any_word

#: More values of one field than anyone gives in a message; the rest is noise or an attack.
MAX_FINDINGS = 20

_LABEL = (
    r"(?:我的?|这个|那个|原来|以前|之前|手机号?码?|电话号?码?|号码?|微信号?|邮箱|名字|公司|孩子|用的?"
    r"|上|读)"
)
_WITHDRAWN_BEFORE = re.compile(
    r"(?:(?<!是)不是|并非|不叫|不在|没在|别打|不要打|不用打|别加|不要加|别发"
    r"|以前|之前|原来|原先|曾经|过去|旧的?|老的?号|错的)"
    rf"{_LABEL}{{0,3}}(?:是|叫|在|用|住|为|:|的)?\s*$"
)
_WITHDRAWN_AFTER = re.compile(
    r"[)」\"'\s,]{0,3}(?:这个|那个|号码?|的|它)?(?:已经|早就?|现在|都|是)?"
    r"(?:不用了|不用(?=[,。;\s]|$)|停机|停用|作废|换了(?!\d)|换掉|不要了|不要(?=[,。;\s]|$)"
    r"|打错|写错|输错|发错|说错|填错|错了|注销|空号|不对|过期)"
)
_CORRECTED = re.compile(
    r"不对|错了|打错|写错|说错|填错|口误|更正|纠正|应该是|[哦啊噢呃]不|不不|[,。\s]不[,。\s]"
    r"|改成|改为|换成|换到|搬到|搬来|而是|现在(?:换|改)"
)
_CORRECTION_REACH = 24

_CHILD = any_word(
    """
    孩子 儿子 女儿 娃 宝宝 宝贝 闺女 老大 老二 老三 小朋友 小孩 大宝 二宝 小宝 学生 学员 弟弟 妹妹
    """
)
_OTHERS = any_word(
    """
    老公 老婆 爱人 丈夫 妻子 爷爷 奶奶 外公 外婆 姥姥 姥爷 朋友 同事 同学 秘书 助理 闺蜜 邻居 亲戚
    哥哥 姐姐 家人 我爸 我妈 她爸 他爸 她妈 他妈 孩子爸 孩子妈 孩他爸 孩他妈 娃他爸 娃他妈
    他爸爸 她爸爸
    他妈妈 她妈妈 孩子爸爸 孩子妈妈
    """
)
_WHOSE = re.compile(
    r"(?P<self>我是(?:[^,。]{0,6}的)?[^,。]{0,4}(?:妈妈?|爸爸?|家长)|我的|我自己|自己的?|本人)"
    rf"|(?P<other>{_OTHERS}|[她他](?=的?(?:电话|手机|号|微信)))|(?P<child>{_CHILD})|(?P<me>我)"
)
#: 13900139000是我老公的: whose it is follows the value.
_WHOSE_BEHIND = re.compile(
    rf"[\s,]?(?:这个|那个)?是(?:我|孩子)?(?:{_OTHERS}|(?P<child>{_CHILD}))的"
)
_WHOSE_REACH = 14
_PREFERRED = re.compile(
    r"(?:最好|优先|主要|常用|平时|一般|现在|目前|如今|常住|坐标|现居|家住|定居)[^,。]{0,6}$"
)
_SECONDARY = re.compile(r"[)\s]{0,2}(?:是)?(?:不常用|不怎么用|备用|备选|不太用)")


def settle(
    passage: Passage,
    candidates: Iterable[Candidate[Value]],
    *,
    key: Callable[[Value], Hashable] | None = None,
    withdrawn_after: re.Pattern[str] | None = None,
) -> Findings[Value]:
    """Return the values that stand, own or preferred first, each once.

    ``key`` says when two values are the same (equal, by default); ``withdrawn_after`` adds
    words behind a value that take it back in this field (``数学不报``).
    """
    found = sorted(candidates, key=lambda c: c.span)[: MAX_FINDINGS * 2]
    if not found:  # most fields of most messages
        return ()
    kept = [c for c in _uncorrected(passage, found) if not _is_withdrawn(passage, c.span)]
    if withdrawn_after:
        kept = [c for c in kept if not withdrawn_after.match(passage.after(c.span.end, 12))]
    kept.sort(key=lambda c: (_rank(passage, c), c.span))
    unique: dict[Hashable, Finding[Value]] = {}
    for c in kept:
        owner = c.owner or owner_of(passage, c.span)
        unique.setdefault(
            key(c.value) if key else c.value, Finding(c.value, c.span, c.confidence, owner)
        )
    return tuple(unique.values())[:MAX_FINDINGS]


def _uncorrected(passage: Passage, found: list[Candidate[Value]]) -> Iterable[Candidate[Value]]:
    """Yield the candidates that no later one replaces."""
    for earlier, later in pairwise(found):
        between = passage.text[earlier.span.end : later.span.start]
        is_near = len(between) <= _CORRECTION_REACH
        if not (is_near and _CORRECTED.search(between)):
            yield earlier
    yield from found[-1:]


def _is_withdrawn(passage: Passage, span: Span) -> bool:
    """Tell whether the words around the value take it back or put it into the past."""
    if _WITHDRAWN_BEFORE.search(passage.clause_before(span.start, 16)):
        return True
    return _WITHDRAWN_AFTER.match(passage.after(span.end, 16)) is not None


def owner_of(passage: Passage, span: Span) -> Owner:
    """Return whose value it is by the nearest word before it in the clause."""
    behind = _WHOSE_BEHIND.match(passage.after(span.end, _WHOSE_REACH))
    if behind:
        return Owner.CHILD if behind["child"] else Owner.OTHER
    found = list(_WHOSE.finditer(passage.clause_before(span.start, _WHOSE_REACH)))
    nearest = found[-1].lastgroup if found else "self"
    return Owner.SELF if nearest in {"self", "me", None} else Owner(nearest)


def _rank(passage: Passage, candidate: Candidate[Value]) -> int:
    """Return the place of a value: preferred, own, somebody else's or for emergencies."""
    if _PREFERRED.search(passage.clause_before(candidate.span.start, _WHOSE_REACH)):
        return -1
    if _SECONDARY.match(passage.after(candidate.span.end, 8)):
        return 2
    owner = candidate.owner or owner_of(passage, candidate.span)
    return 0 if owner is Owner.SELF else 1
