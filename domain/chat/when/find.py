"""(text, now) → time: the appointment, deadline or repetition that a message names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from domain.chat.passage import Passage, Span
from domain.chat.when.mention import Mention, find_mentions, inherit_day
from domain.chat.when.model import When
from domain.chat.when.refusal import is_refused, is_replaced
from domain.chat.when.resolve import Resolved, resolve
from domain.values import BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time expression that is meant: what it is, and where it stands."""

    mention: Mention
    span: Span


def find_when(text: str, now: datetime, zone: tzinfo = BUSINESS_ZONE) -> When | None:
    """Return the first time in ``text`` that is meant and lies ahead of ``now``, or None.

    ``now`` is any aware datetime; the result is in ``zone``, whose calendar and clock the
    words follow. Times that are refused (``周三没空``), excluded, replaced by a later one
    or past do not count, nor does a promise without a date (改天, 有空).
    """
    return next((when for _, when in find_all(text, now, zone)), None)


def find_all(
    text: str, now: datetime, zone: tzinfo = BUSINESS_ZONE
) -> Iterator[tuple[SaidTime, When]]:
    """Yield every time in ``text`` that is meant and lies ahead, in the order of the text."""
    local = now.astimezone(zone).replace(tzinfo=None)
    for said in said_times(text):
        resolved = resolve(said.mention, local)
        if resolved:
            yield said, _aware(resolved, said.span, zone)


def said_times(text: str) -> Iterator[SaidTime]:
    """Yield the time expressions that are meant, before any *now*: for their place alone.

    An hour that adds to a day named shortly before (``明天吧，三点``) makes one with it.
    """
    last: SaidTime | None = None
    for said in _meant(Passage.of(text)):
        if last and last.span.start != said.span.start:
            yield last
        last = said
    if last:
        yield last


def _meant(passage: Passage) -> Iterator[SaidTime]:
    """Yield what is neither refused nor replaced, with the days that hours inherit."""
    mentions = list(find_mentions(passage.text))
    before: Mention | None = None
    before_refused = False
    for index, raw in enumerate(mentions):
        refused = is_refused(passage, raw.span)
        following = mentions[index + 1] if index + 1 < len(mentions) else None
        if following and is_replaced(passage, raw.span, following.span):
            refused = True
        can_inherit = not before_refused or (before is not None and _has_hours(before))
        mention = inherit_day(passage.text, before if can_inherit else None, raw)
        if not refused:
            joins = mention is not raw and before is not None and not before_refused
            start = before.span.start if joins and before else raw.span.start
            yield SaidTime(mention, Span(start, raw.span.end))
        if raw.names_day or before is None:
            before, before_refused = mention, refused


def _has_hours(mention: Mention) -> bool:
    """Tell whether only a part of the day was named: refusing it leaves the day."""
    return mention.part is not None or mention.clock is not None


def _aware(resolved: Resolved, span: Span, zone: tzinfo) -> When:
    """Return the result in ``zone``."""
    end = resolved.end.replace(tzinfo=zone) if resolved.end else None
    return When(resolved.start.replace(tzinfo=zone), end, resolved.grain, span, resolved.recurring)
