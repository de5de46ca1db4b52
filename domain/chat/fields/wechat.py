"""WeChat ids, as written; ``微信同号`` stands for the phone number of the message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.settle import settle
from domain.chat.passage import Passage, Span

#: Platform rule: 6–20 signs, a letter first; old ids are a QQ or phone number.
_ID = r"(?:[A-Za-z][A-Za-z0-9_\-]{5,19}|\d{5,12})"
_ID_ENDS = r"(?![A-Za-z0-9_\-@]|\.[A-Za-z])"
_WORD = (
    r"(?:微\s?信|威信|薇信|维信|微芯|薇芯|卫星|微❤|❤.?信|徽信|葳信|(?<=加)[薇徽威]|wei\s?xin|we\s?chat"
    r"|(?<![a-z])[vw]x(?!id_)|(?<![a-z])v信)"
)
_LABEL = rf"(?:{_WORD}|(?<![a-z0-9])(?:加|\+|➕)\s?v(?![a-z])|(?<![a-z0-9])v(?=\s?:))"
_LABELLED = re.compile(
    rf"{_LABEL}(?:号码?|账号|id)?(?:不是)?(?:[\s:=]|就是|也是|是|为|叫|用|搜索?|添加|我|的|qq号?)*({_ID}){_ID_ENDS}",
    re.IGNORECASE,
)
#: Further away from the word the id must look like one: 加微信聊吧，我的是 lilei_88.
_LOOSELY_LABELLED = re.compile(
    rf"{_WORD}[^A-Za-z0-9\n]{{0,14}}?(?:我的?是?|号是|id是|:)\s?((?=[A-Za-z_\-]{{0,19}}\d)[A-Za-z][A-Za-z0-9_\-]{{5,19}}){_ID_ENDS}",
    re.IGNORECASE,
)
_NAMED_BEHIND = re.compile(
    rf"(?<![A-Za-z0-9_\-@.])({_ID})[\s,]*(?:这个?|就?是|为|我|本人|的){{1,4}}{_WORD}",
    re.IGNORECASE,
)
_PLATFORM_ID = re.compile(r"(?<![A-Za-z0-9_])(wxid_[a-z0-9]{6,20})(?![A-Za-z0-9_])")
_CORRECTED = re.compile(
    rf"[\s,。]*(?:打错了?|写错了?|错了|不对|更正|[哦啊]不|不)?[\s,。]*(?:应该)?(?:是|改成|换成)\s?({_ID}){_ID_ENDS}"
)
_PHONE_WORD = r"(?:手机|电话|号码?)号?"
_SAME = re.compile(
    rf"{_WORD}号?(?:和|跟|与)?(?:{_PHONE_WORD})?(?:也|都)?(?:是)?"
    rf"(?:同(?!意|学|事|时)|一样|一致|就是{_PHONE_WORD}|也?是(?:这个|同一个|{_PHONE_WORD})|{_PHONE_WORD}同)"
    rf"|{_PHONE_WORD}(?:也|就)?(?:是|同){_WORD}|同{_WORD}|(?<![a-z])v同(?!意)|同v(?![a-z])"
    rf"|(?:手机|电话)号?\s?[/、&+(]\s?{_WORD}\)?|{_WORD}号?\s?[/、&+]\s?(?:手机|电话)",
    re.IGNORECASE,
)
_NOT_SAME = re.compile(r"不|没|吗|\?|么")


def find_wechats(passage: Passage, phones: Findings[str]) -> Findings[str]:
    """Return WeChat ids as written (equal ids ignore case).

    ``phones`` are the numbers found in the same message: 微信同号 yields the first one,
    in E.164, with the words that say so as evidence.
    """
    return settle(passage, _candidates(passage, phones), key=str.casefold)


def _candidates(passage: Passage, phones: Findings[str]) -> Iterator[Candidate[str]]:
    """Yield ids with a label before or behind, corrected ones, and 微信同号."""
    same = _same_as_phone(passage) if phones else None
    if same:
        yield Candidate(phones[0].value, same, phones[0].confidence, phones[0].owner)
    for pattern in (_LABELLED, _LOOSELY_LABELLED, _NAMED_BEHIND, _PLATFORM_ID):
        for found in pattern.finditer(passage.text):
            if same and any(phone.value.endswith(found[1]) for phone in phones):
                continue
            yield _candidate(passage, found)
            corrected = _CORRECTED.match(passage.text, found.end(1))
            if corrected:
                yield _candidate(passage, corrected)


def _candidate(passage: Passage, found: re.Match[str]) -> Candidate[str]:
    """Return the id in group 1 as it was typed."""
    span = Span(*found.span(1))
    return Candidate(span.cut(passage.text), span)


def _same_as_phone(passage: Passage) -> Span | None:
    """Return where the message says that the WeChat id is the phone number."""
    for found in _SAME.finditer(passage.text):
        around = found[0] + passage.after(found.end(), 2)
        if not _NOT_SAME.search(around) and passage.before(found.start(), 1) != "不":
            return Span(*found.span())
    return None
