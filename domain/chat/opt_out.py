"""Does the message ask for silence? The costliest thing to miss, and costly to invent.

A request to stop calls or messages, to be removed, a threat to block or report unless it
stops, or plain anger about being called counts. Asking for another channel or hour
(``别打电话，发微信``) does not: that person wants to go on.
"""

from __future__ import annotations

import re

from domain.chat.passage import Span
from domain.chat.words import opt_out as words

_BOUNDARY = re.compile(r"[,。!?;\n…~、]|(?<=[\u4e00-\u9fff])\s|\s(?=[\u4e00-\u9fff])")
_ANGER_REACH = 24


def find_opt_out(text: str) -> Span | None:
    """Return where folded, lower-case ``text`` asks for silence, or None when it does not."""
    clauses = _clauses(text)
    for index, span in enumerate(clauses):
        clause = span.cut(text)
        found = _plain_request(clause)
        if found is None:
            stop = _stop(clause)
            found = stop if stop and not _is_welcome_elsewhere(text, clauses, index, stop) else None
        if found:
            return Span(span.start + found.start(), span.start + found.end())
    return _threat_or_anger(text)


def _clauses(text: str) -> list[Span]:
    """Return the clauses of ``text``; blanks beside Chinese characters end one too."""
    ends = [*(found.start() for found in _BOUNDARY.finditer(text)), len(text)]
    starts = [0, *(end + 1 for end in ends)]
    return [Span(start, end) for start, end in zip(starts, ends, strict=False) if end > start]


def _plain_request(clause: str) -> re.Match[str] | None:
    """Return words that ask for silence whatever stands around them."""
    if words.ADDRESSED_ELSEWHERE.search(clause):
        return None
    for pattern in (words.UNSUBSCRIBE, words.REMOVE, words.DONE):
        found = pattern.search(clause)
        if found:
            return found
    found = words.DISTURBED.search(clause)
    return found if found and not words.NOT_BY_US.search(clause) else None


def _stop(clause: str) -> re.Match[str] | None:
    """Return ``别再打``, ``不用发`` and the like, said about the writer and not for now only."""
    stops = (*words.STOP.finditer(clause), *words.STOP_LOOSELY.finditer(clause))
    for found in stops:
        behind = clause[found.end() :]
        is_question = words.SOFT_NEGATION.match(found[0]) and words.ASKED_BEHIND.match(behind)
        is_for_now = words.ONLY_NOW.search(clause)
        if not (words.OTHERS_BEHIND.match(behind) or is_question or is_for_now):
            return found
    return None


def _is_welcome_elsewhere(text: str, clauses: list[Span], index: int, stop: re.Match[str]) -> bool:
    """Tell whether another clause, or the rest of this one, asks for contact in another way."""
    rest = clauses[index].cut(text)[stop.end() :]
    others = [span.cut(text) for position, span in enumerate(clauses) if position != index]
    return any(
        words.WELCOME.search(clause) and not words.NEGATED.search(clause)
        for clause in (rest, *others)
    )


def _threat_or_anger(text: str) -> Span | None:
    """Return a threat to report unless it stops, or anger about calls and messages."""
    whole = words.ANNOYED.fullmatch(text)
    if whole:
        return Span(*whole.span())
    for pattern in (words.THREAT, words.TIT_FOR_TAT, words.PLEADING):
        found = pattern.search(text)
        if found:
            return Span(*found.span())
    for anger in words.ANGER.finditer(text):
        around = text[max(0, anger.start() - _ANGER_REACH) : anger.end() + _ANGER_REACH]
        if words.CALLING.search(around) and not words.NOT_BY_US.search(around):
            return Span(*anger.span())
    return None
