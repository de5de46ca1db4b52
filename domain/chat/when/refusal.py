"""Times that are named but not meant: refused, excluded, replaced or over."""

from __future__ import annotations

import re

from domain.chat.passage import Passage, Span

_REFUSED_BEFORE = re.compile(
    r"(?:除了?|除开|(?<!特)别(?!忘|说)(?:在|约|选|安排)?|不要(?!忘|晚)(?:在|约|选|安排)?|不想(?:在|约)?|(?<!是)不是|避开|不约|不能(?:在)?)\s?$"
)
_REFUSED_BEHIND = re.compile(
    r"(?:的话|我|他|她|那天|可能|估计|应该|都|也|又|孩子|家里|公司|已经|[这那]边|[这那]个?时间|就|真的?|实在|得|还|是)*"
    r"(?:没空|没时间|没有空|没有时间|不行|不方便|不在|有事|有课|要开会|有会|在开会|得开会|要上班|得上班|要加班|加班"
    r"|(?:要|得|去)?出差|不可以|不能|不去|去不了|来不了|不来|约了别人|排满|没法|不太方便|不太行|不合适|不得空|很?忙|满了|约满"
    r"|不要|不用|不考虑|太晚|太早|来不及|赶不上|赶不及|冲突|有安排|除外|以外|不算)"
)
_REPLACED_BEHIND = re.compile(
    r"[^。!?;\n]{0,10}?(?:改到|改成|改在|换到|换成|推到|推迟到|延到|延后到|挪到|调到|调成|提前到|改约|不对|应该是|[哦啊]不)"
)
_REPLACED_REACH = 20
_BEHIND_REACH = 14
_BEFORE_REACH = 8


def is_refused(passage: Passage, span: Span) -> bool:
    """Tell whether the words around a time expression rule it out."""
    if _REFUSED_BEFORE.search(passage.clause_before(span.start, _BEFORE_REACH)):
        return True
    return _REFUSED_BEHIND.match(passage.clause_after(span.end, _BEHIND_REACH)) is not None


def is_replaced(passage: Passage, span: Span, later: Span) -> bool:
    """Tell whether ``later`` replaces ``span`` (``周五改到周一``, ``明天，哦不，后天``)."""
    between = passage.text[span.end : later.start]
    if len(between) > _REPLACED_REACH:
        return False
    return _REPLACED_BEHIND.match(between) is not None
