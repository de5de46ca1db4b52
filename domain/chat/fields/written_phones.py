"""Numbers written like a phone number, whether or not anybody can be reached under them.

A customer who leaves out a digit, or writes the number of another country without its
code, still meant to leave a phone. :func:`domain.chat.fields.phones.find_phones` rightly
refuses those; here they are found by their shape, so that a rep can ask again.
"""

from __future__ import annotations

import re

from domain.chat.fields.finding import Finding, Findings
from domain.chat.fields.number_context import Label, label_of
from domain.chat.passage import Passage, Span

_SIGN = r"(?<![\d.])(?<!\d[-/:,])(?<![A-Za-z_$¥€£#])(?<![A-Za-z]-)(?<!\)\+)"
_COUNTRY = r"(?:\(\s?\+\s?\d{1,3}\s?\)|\+\s?\d{1,4}|\(00\d{1,3}\)|00\s\d{1,3})"
_AREA = r"\(\s?\d{1,5}\s?\)"
_GAP = r"[ \-./]{0,2}"
_NUMBER = re.compile(
    rf"{_SIGN}(?:{_COUNTRY}{_GAP})?(?:\d{{1,4}}{_GAP}(?=\())?(?:{_AREA}{_GAP}){{0,2}}"
    rf"\d{{1,14}}(?:{_GAP}\d{{1,12}}){{0,7}}(?:\s?(?:ext\.?|x|转)\s?\d{{2,6}})?",
    re.IGNORECASE | re.ASCII,
)
#: What else is written with digits and separators.
_OTHER_SHAPES = re.compile(
    r"\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2\d{4}"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+|\d{1,2}[-/]\d{1,2}|\d{4}-\d{4}|0\d{7}-\d",
    re.ASCII,
)
_OTHER_BEHIND = re.compile(
    r"\s?[%°℃]|[-/:,._]?\d|\.\d|[A-Za-z_@]|\s?(?:元|块|万|千|亿|米|公里|斤|公斤|个|人|条|年|月|日|分|秒|号(?!码)|点)"
)
#: The writer denies it, or the digits go on in another notation (hexadecimal).
_DENIED = re.compile(
    r"\s?(?:看起来|好像)?(?:并?不是|不像)(?:是|个)*[^,。]{0,3}(?:电话|手机)|\s[0-9A-F]{2}\s[0-9A-F]{2}\b"
)
_EXTENSION = re.compile(r"\s?(?:ext\.?|x|转)\s?\d{2,6}$", re.IGNORECASE)
_NAMED_REACH = 12
_DIGITS = re.compile(r"\d", re.ASCII)
#: E.164 allows fifteen digits; a carrier or exit code may stand before them.
_SHORTEST, _LONGEST = 7, 18
#: Digits without any grouping are a phone when they are of a usual length.
_PLAIN_LENGTHS = range(7, 13)
_SURE, _NAMED, _SHAPED = 0.9, 0.6, 0.4


def find_written_phones(passage: Passage, phones: Findings[str] = ()) -> Findings[str]:
    """Return what is written like a phone number, as typed, in the order of the text.

    ``phones`` are the numbers :func:`find_phones` has found in the same message; they come
    first-hand and keep their confidence. The others have 0.6 where the words around call
    them a phone and 0.4 where only their shape does: show them, do not dial them.
    """
    taken = [Finding(p.span.cut(passage.text), p.span, p.confidence, p.owner) for p in phones]
    found = list(taken)
    for match in _NUMBER.finditer(passage.text):
        span = _trimmed(passage, Span(*match.span()))
        inside = [phone for phone in taken if phone.span.overlaps(span)]
        if not _is_phone_shaped(passage, span):
            continue
        if inside and not _may_replace(inside, span):
            continue
        found = [finding for finding in found if finding not in inside]
        label = label_of(passage, span)
        found.append(Finding(span.cut(passage.text), span, _confidence(label, inside)))
    return tuple(sorted(found, key=lambda finding: finding.span))


def _confidence(label: Label, inside: list[Finding[str]]) -> float:
    """Return how sure we are that a phone was meant."""
    if inside:
        return max(finding.confidence for finding in inside)
    return _NAMED if label is Label.PHONE else _SHAPED


def _may_replace(inside: list[Finding[str]], span: Span) -> bool:
    """Tell whether ``span`` is the same number with its brackets or extension."""
    return (
        len(inside) == 1 and span.start <= inside[0].span.start and inside[0].span.end <= span.end
    )


def _trimmed(passage: Passage, span: Span) -> Span:
    """Return ``span`` without separators at its ends."""
    text = span.cut(passage.text)
    end = span.start + len(text.rstrip(" -./"))
    return Span(span.start, end)


def _is_phone_shaped(passage: Passage, span: Span) -> bool:
    """Tell whether the digits are grouped like a phone and nothing calls them otherwise."""
    text = _EXTENSION.sub("", span.cut(passage.text))
    count = len(_DIGITS.findall(text))
    if not _SHORTEST <= count <= _LONGEST or _OTHER_SHAPES.fullmatch(text):
        return False
    if text.isdigit() and count not in _PLAIN_LENGTHS:
        return False
    if _OTHER_BEHIND.match(passage.after(span.end, 3)):
        return False
    if _DENIED.match(passage.after(span.end, 16)):
        return False
    return label_of(passage, span) is not Label.OTHER_NUMBER
