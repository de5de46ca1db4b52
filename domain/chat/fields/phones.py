"""Phone numbers in every disguise: blanks, dashes, Chinese digits, split over a sentence.

The message is cut into runs of digits; neighbouring runs are joined when only
separators or filler words (``后面是``) lie between, and a join counts when it is a valid
number and the words around do not call it an order, a card, a QQ or a hotline.
Work per run is bounded, so the whole is linear in the length of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.number_context import Label, label_of
from domain.chat.fields.settle import settle
from domain.chat.numerals import DIGITS
from domain.chat.passage import Passage, Span
from domain.cleaning.phone import Phone, PhoneKind, parse_phone

_CHINESE_DIGITS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_RUN = re.compile(
    rf"(?P<times>(?<!\d)[2-8]|[两三四五六七八])个(?P<digit>[0-9{_CHINESE_DIGITS}])(?![0-9岁])"
    rf"|[0-9{_CHINESE_DIGITS}]+"
)
#: A Chinese digit after or before these belongs to a word: 周一, 第三, 一定, 一下, 三年级.
_WORD_BEFORE = frozenset("周期拜第初十百千万")
_WORD_AFTER = frozenset("定下起般直样些点个年月号位次条日岁层楼切旦共律向")
#: Letters typed for digits (``l38oo138ooo``).
_CONFUSED = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9]{0,10}[oOlI])(?=(?:[oOlI]{0,6}[0-9]){5})[0-9oOlI]{11}(?![A-Za-z0-9])"
)
_LETTER_DIGITS = str.maketrans("oOlI", "0011")
_FOREIGN = re.compile(r"(?:\+|(?<!\d)00)(?!86|\s?86)\s?[1-9][\d\s\-()]{6,18}\d", re.ASCII)
_ADDRESS = re.compile(r"[\w.%+-]{0,64}@[\w.-]{1,64}|https?://\S{1,500}", re.ASCII)

_TIGHT = re.compile(r"[\s\-._·/()—–…+]{0,6}")
_LISTED = re.compile(r"[\s]?[,、]\s?")
_SPOKEN = re.compile(
    r"[\s,、;:.…。—\-~()]*"
    r"(?:(?:然后|后面|后边|接着|再|加上?|跟着?|中间|最后|末尾|尾号|尾数|开头|打头|前面|电话|座机|号码"
    r"|前[三3]位|[后前中]?间?[四八七48七][位个]|空格|横杠|杠|减|就?是|的|呢|嗯|呃|那)"
    r"[\s,、;:.…。—\-~()]*){1,5}"
)
_LONGEST_GAP = 16

_MOBILE_LENGTH = 11
_LANDLINE_LENGTHS = range(10, 13)
_MOST_RUNS = 11
_COUNTRY = frozenset({"86", "086", "0086"})
#: How people group the eleven digits when nothing else says that it is a phone.
_SHORT_HEADS = frozenset({1, 2, 3})
_USUAL_GROUPS = frozenset({(7, 4), (4, 4, 3), (5, 6), (6, 5)})
_COMMA_GROUPS = frozenset({(3, 4, 4), (3, 8), (7, 4)})
_AREA_CODE_LENGTHS = range(3, 5)


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits written without a gap; ``is_plain``: in ASCII."""

    span: Span
    digits: str
    is_plain: bool


@dataclass(frozen=True, slots=True)
class _Match:
    """A valid number, the lengths of the runs it was split into, and whether by words."""

    phone: Phone
    span: Span
    sizes: tuple[int, ...] = ()
    is_spoken: bool = False


def find_phones(passage: Passage) -> Findings[str]:
    """Return the phone numbers of a message in E.164, own or preferred first.

    Mobiles, landlines with area code and numbers with a country code. An obvious fake
    (``13800138000``) is returned with a confidence below 0.5: it was said, but it is no
    identity. Order, tracking, card, ID, QQ, meeting and service numbers are none.
    """
    return settle(passage, _candidates(passage))


def _candidates(passage: Passage) -> Iterator[Candidate[str]]:
    """Yield what looks like a number and is not labelled as something else."""
    text = _ADDRESS.sub(lambda found: "\0" * len(found[0]), passage.text)
    end = 0
    matches = [*_foreign(text), *_confused(text), *_joined(text)]
    for match in sorted(matches, key=lambda m: m.span):
        label = label_of(passage, match.span)
        if match.span.start < end or label is Label.OTHER_NUMBER:
            continue
        if _is_plausible(text, match, label):
            end = match.span.end
            yield Candidate(match.phone.e164, match.span, _confidence(match, label))


def _confidence(match: _Match, label: Label) -> float:
    """Return how sure we are that this is a phone on which its owner can be reached."""
    if match.phone.is_fake:
        return 0.3
    if label is Label.PHONE:
        return 0.98
    if label is Label.WECHAT:
        return 0.7
    return 0.8 if match.is_spoken or len(match.sizes) > 1 else 0.95


def _is_plausible(text: str, match: _Match, label: Label) -> bool:
    """Refuse unusual groupings of digits that nothing calls a phone."""
    if label is Label.PHONE or match.phone.kind is not PhoneKind.MOBILE or len(match.sizes) <= 1:
        return True
    if "," in match.span.cut(text) and not match.is_spoken:
        return match.sizes in _COMMA_GROUPS
    return match.sizes[0] in _SHORT_HEADS or match.sizes in _USUAL_GROUPS


def _foreign(text: str) -> Iterator[_Match]:
    """Yield numbers with a country code other than 86."""
    for found in _FOREIGN.finditer(text):
        phone = parse_phone(found[0])
        if isinstance(phone, Phone) and phone.kind is PhoneKind.FOREIGN:
            yield _Match(phone, Span(*found.span()))


def _confused(text: str) -> Iterator[_Match]:
    """Yield mobiles with letters for digits."""
    for found in _CONFUSED.finditer(text):
        phone = parse_phone(found[0].translate(_LETTER_DIGITS))
        if isinstance(phone, Phone) and phone.kind is PhoneKind.MOBILE:
            yield _Match(phone, Span(*found.span()))


def _joined(text: str) -> Iterator[_Match]:
    """Yield mobiles and landlines, joined from as many runs as they were split into."""
    runs = list(_runs(text))
    position = free = 0
    while position < len(runs):
        is_glued = position > free and _is_glued(text, runs, position)
        match = None if is_glued else _match_at(text, runs, position)
        position += 1
        if match:
            yield match
            while position < len(runs) and runs[position].span.start < match.span.end:
                position += 1
            free = position


def _runs(text: str) -> Iterator[_Run]:
    """Yield the runs of digits, without Chinese digits that belong to a word."""
    for found in _RUN.finditer(text):
        start, end = found.span()
        if found["times"]:
            yield _Run(
                Span(start, end),
                str(DIGITS[found["digit"]]) * DIGITS[found["times"]],
                is_plain=False,
            )
            continue
        if text[start] in _CHINESE_DIGITS and text[max(0, start - 1) : start] in _WORD_BEFORE:
            start += 1
        if end > start and text[end - 1] in _CHINESE_DIGITS and text[end : end + 1] in _WORD_AFTER:
            end -= 1
        if end > start:
            signs = text[start:end]
            digits = "".join(str(DIGITS[sign]) for sign in signs)
            yield _Run(Span(start, end), digits, signs.isascii())


def _match_at(text: str, runs: list[_Run], first: int) -> _Match | None:
    """Return the number that begins with run ``first``, the longest reading first."""
    has_plus = text[: runs[first].span.start][-1:] == "+"
    begin = first + 1 if runs[first].digits in _COUNTRY else first
    digits, best, is_spoken = "", None, False
    for last in range(begin, min(begin + _MOST_RUNS, len(runs))):
        if last > first:
            gap = text[runs[last - 1].span.end : runs[last].span.start]
            if not _may_join(gap, digits):
                break
            is_spoken = is_spoken or not (_TIGHT.fullmatch(gap) or _LISTED.fullmatch(gap))
        digits += runs[last].digits
        is_spoken = is_spoken or "个" in runs[last].span.cut(text)
        phone = _phone_of(digits, has_country=begin > first or has_plus)
        if phone:
            sizes = tuple(len(run.digits) for run in runs[begin : last + 1])
            span = Span(runs[first].span.start - has_plus, runs[last].span.end)
            best = _Match(phone, span, sizes, is_spoken)
    return best if best and not _has_letters(text, best.span) else None


def _phone_of(digits: str, *, has_country: bool) -> Phone | None:
    """Return the mobile or landline that ``digits`` are, or None."""
    national = digits[2:] if len(digits) > _MOBILE_LENGTH and digits.startswith("86") else digits
    if len(digits) > _MOBILE_LENGTH and digits.startswith("0086"):
        national = digits[4:]
    is_landline = national.startswith("0") or (has_country and not national.startswith("1"))
    if is_landline and len(national.lstrip("0")) + 1 in _LANDLINE_LENGTHS:
        phone = parse_phone("0" + national.lstrip("0"))
        return phone if isinstance(phone, Phone) and phone.kind is PhoneKind.LANDLINE else None
    if len(national) == _MOBILE_LENGTH and national.startswith("1"):
        phone = parse_phone(national)
        return phone if isinstance(phone, Phone) and phone.kind is PhoneKind.MOBILE else None
    if has_country and len(national) == _MOBILE_LENGTH - 1 and national.startswith("10"):
        phone = parse_phone("0" + national)
        return phone if isinstance(phone, Phone) else None
    return None


def _may_join(gap: str, digits: str) -> bool:
    """Tell whether the number may go on behind ``gap``; complete numbers do not."""
    if len(gap) > _LONGEST_GAP or len(digits) >= max(_LANDLINE_LENGTHS):
        return False
    if _TIGHT.fullmatch(gap):
        return True
    begins_mobile = len(digits) < _MOBILE_LENGTH and digits[:1] == "1" and digits[1:2] >= "3"
    begins_landline = digits[:1] == "0" and len(digits) in _AREA_CODE_LENGTHS
    if _LISTED.fullmatch(gap):
        return begins_mobile
    return (begins_mobile or begins_landline) and _SPOKEN.fullmatch(gap) is not None


def _is_glued(text: str, runs: list[_Run], first: int) -> bool:
    """Tell whether the run is the tail of a longer number (``6222 0213…``, ``2026-138…``)."""
    if runs[first - 1].digits in _COUNTRY:
        return False
    before = runs[first - 1]
    gap = text[before.span.end : runs[first].span.start]
    if not _TIGHT.fullmatch(gap) or not before.is_plain:
        return False
    is_whole = len(runs[first].digits) == _MOBILE_LENGTH
    return not (is_whole and (_is_number(before) or not gap.strip()))


def _is_number(run: _Run) -> bool:
    """Tell whether the run alone is a mobile."""
    return len(run.digits) == _MOBILE_LENGTH and run.digits.startswith("1")


def _has_letters(text: str, span: Span) -> bool:
    """Tell whether Latin letters touch the number, other than a word for *phone*."""
    before = re.search(r"[A-Za-z_]+$", text[max(0, span.start - 12) : span.start])
    after = re.match(r"[A-Za-z_]+", text[span.end : span.end + 12])
    names = {"tel", "phone", "mobile", "mob", "call", "wx", "vx", "v"}
    return bool(before and before[0].casefold() not in names) or bool(
        after and after[0].casefold() not in {"x", "ext"}
    )
