"""The subject or skill people ask for, in one word each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Findings, Owner
from domain.chat.fields.settle import settle
from domain.chat.lexicon import Lexicon
from domain.chat.passage import Passage, Span

_LATIN = re.compile(r"[a-z0-9+#]")
#: The word is meant otherwise: 化学反应, 地理位置, 英语怎么说.
_OTHERWISE = re.compile(
    r"反应|位置|原因|上的|钟(?!点)|垃圾|怎么说|怎么讲|单词(?!课|班)|遗留|新高|最低|性质|作业帮|老师(?:一|两)枚"
)
_OWN_TRADE = re.compile(r"(?:我是|我教|我当|我做)[^,。]{0,6}$")
_TEACHER = re.compile(r"老师|教师")
_NOT_LIKED = re.compile(
    r"(?:不喜欢|不想学?|不学|不报|不补|不爱|不用报|不用学|讨厌|没兴趣学)(?:学|上|弹|补|报|打)?$"
)
_NOT_WANTED = re.compile(
    r"(?:课|班)?(?:就|先|暂时|已经)?(?:不用|不报|不学|不补|不需要|不要|不考虑|报过|报了别|学过了)"
)


def find_subjects(passage: Passage, lexicon: Lexicon) -> Findings[str]:
    """Return subjects by the word of the lexicon, in the order in which they are named."""
    return settle(passage, _candidates(passage, lexicon), withdrawn_after=_NOT_WANTED)


def _candidates(passage: Passage, lexicon: Lexicon) -> Iterator[Candidate[str]]:
    """Yield every spelling of a subject, the longest at each place."""
    text = passage.text.lower()
    position = 0
    while position < len(text):
        end = position + 1
        if longest := lexicon.subject_lengths.get(text[position]):
            end = _end_at(text, position, longest, lexicon) or end
        span = Span(position, end)
        names = lexicon.subjects.get(span.cut(text), ())
        if names and _counts(passage, span):
            yield from (Candidate(name, span, owner=Owner.SELF) for name in names)
        position = end


def _end_at(text: str, position: int, longest: int, lexicon: Lexicon) -> int | None:
    """Return where the longest subject at ``position`` ends."""
    for length in range(min(longest, len(text) - position), 0, -1):
        end = position + length
        if text[position:end] in lexicon.subjects and not _inside_word(text, position, end):
            return end
    return None


def _inside_word(text: str, start: int, end: int) -> bool:
    """Tell whether a Latin subject is only a part of a longer Latin word."""
    return bool(
        (_LATIN.match(text[start]) and _LATIN.match(text[start - 1 : start]))
        or (_LATIN.match(text[end - 1]) and _LATIN.match(text[end : end + 1]))
    )


def _counts(passage: Passage, span: Span) -> bool:
    """Refuse subjects that are the writer's trade or meant otherwise."""
    if _OTHERWISE.match(passage.after(span.end, 4)):
        return False
    before = passage.clause_before(span.start, 12)
    if _NOT_LIKED.search(before) or before.endswith("我教"):
        return False
    is_trade = _OWN_TRADE.search(before) is not None
    return not (is_trade and _TEACHER.match(passage.after(span.end, 2)))
