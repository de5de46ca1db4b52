"""A rep's plain sentence → lead, status, note and reminder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from domain.chat.lexicon import Lexicon, default_lexicon
from domain.chat.passage import Passage, Span
from domain.chat.people import PersonName, name_at, titled_in
from domain.chat.when import Grain, When, WorkingHours, find_all, remind_at
from domain.chat.when.find import SaidTime, said_times
from domain.chat.when.reminder import WORKING_HOURS
from domain.chat.words import follow_up as words
from domain.cleaning.text import fold
from domain.lead import Status
from domain.values import BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a rep reports. ``lead``: as written, empty when none is named.

    ``note`` is the sentence in the rep's words. ``when`` is the time of the next step as
    it was understood, ``reminder_at`` the moment to remind of it; both or neither.
    """

    lead: str = ""
    status: Status | None = None
    note: str = ""
    when: When | None = None
    reminder_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing but words was found: ordinary talk."""
        return not self.lead and self.status is None and self.when is None


_OPENING = re.compile(
    r"(?:[\s,。:!]|客户|家长|学员|线索|学生|记一?下|备注|更新|刚才|刚刚|刚|这个|那个|今天|昨天|前天|上午|下午|早上|中午|晚上|的时候|帮我|提醒我|已经?)*"
)
_WITH = re.compile(
    r"(?:跟进(?:了|一下)?|给|跟|和|与|联系(?:了|上了?|过)?|加(?:上|了)?|回访(?:了|过|一下)?|拜访(?:了)?|约(?:了|见)?|陪|见了?|对接(?:了)?"
    r"|打(?:给|了?(?:[一两二三四五几\d]次|电话)?)|找|带|把|帮|问(?:了|问)?|催(?:一下)?)\s?"
)
_WITH_AT_START = re.compile(r"[给跟和与约对把帮找]")
#: Behind a time of today or without a day, these report what already happened.
_DONE = re.compile(
    r"[^,。;!?\s]{0,14}?(?:[^\s,。](?<!再说)了(?!解|吧|吗)|过(?!来|去|两|几|段|年|完)|没接|未接|没打通|没来)"
)


_REACH_OF_TIME = 4
#: 今天 alone dates a report; with one of these it plans something.
_PLANNED = re.compile(r"再|联系|打|回访|跟进|付|交|来|见|试听|签|发|提醒|约|回复|聊|找")


def read_follow_up(
    text: str,
    now: datetime,
    zone: tzinfo = BUSINESS_ZONE,
    *,
    lexicon: Lexicon | None = None,
    hours: WorkingHours = WORKING_HOURS,
) -> FollowUp:
    """Read what a rep says about a lead.

    ``now`` is aware; days and hours are those of ``zone``. Times that tell what already
    happened make no reminder. A sentence without anything to record is ``is_empty``.
    """
    when = _next_step(text, now, zone)
    lead = _lead(text, lexicon or default_lexicon())
    return FollowUp(
        lead=lead.span.cut(text) if lead else "",
        status=_status(fold(text), when if when and when.start >= now else None),
        note=text.strip(),
        when=when,
        reminder_at=remind_at(when, now, hours) if when else None,
    )


def _next_step(text: str, now: datetime, zone: tzinfo) -> When | None:
    """Return the first time that is not part of a report of what was done."""
    passage = Passage.of(text)
    for said, when in find_all(text, now, zone):
        is_today = when.start.date() <= now.astimezone(zone).date()
        may_be_report = is_today or not said.mention.names_day
        is_bare = is_today and when.grain is Grain.DAY and not _PLANNED.search(passage.text)
        if not is_bare and not (may_be_report and _is_report(passage, said)):
            return when
    return None


def _is_report(passage: Passage, said: SaidTime) -> bool:
    """Tell whether the clause behind the time says that it is done."""
    return _DONE.match(passage.after(said.span.end, 20)) is not None


def _lead(text: str, lexicon: Lexicon) -> PersonName | None:
    """Return the person that the sentence is about: its subject, else who was contacted."""
    folded = _without_times(text)
    opening = _OPENING.match(folded)
    start = opening.end() if opening else 0
    if not _WITH_AT_START.match(folded, start):
        subject = name_at(folded, start, lexicon)
        if subject:
            return subject
    for found in _WITH.finditer(folded):
        person = name_at(folded, found.end(), lexicon)
        if person:
            return person
    for clause in re.finditer(r"(?<=[,。;!\s])\s*", folded):
        person = name_at(folded, clause.end(), lexicon)
        if person:
            return person
    return titled_in(folded, lexicon)


def _without_times(text: str) -> str:
    """Return folded text with its time expressions blanked: 周三 is no Mr Zhou."""
    folded = fold(text)
    for said in said_times(text):
        span: Span = said.mention.span
        folded = folded[: span.start] + " " * (span.end - span.start) + folded[span.end :]
    return folded


def _status(text: str, ahead: When | None) -> Status | None:
    """Return the status by the strongest words; being lost comes first."""
    for name, status in words.NAMED:
        if name in text:
            return status
    if not words.NOT_NOW.search(text) and words.LOST.search(text):
        return Status.INVALID
    payment = None if words.NOT_PAID.search(text) else _payment(text, ahead)
    if payment:
        return payment
    for pattern, status in (
        (words.CLEAR, Status.CLEAR),
        (words.UNCLEAR, Status.UNCLEAR),
        (words.NOT_NOW, Status.UNCLEAR),
        (words.TO_FOLLOW, Status.TO_FOLLOW),
        (words.CONTACTING, Status.CONTACTING),
    ):
        if pattern.search(text):
            return status
    return None


def _payment(text: str, ahead: When | None) -> Status | None:
    """Return won when all is paid, payment booked when some of it is still to come."""
    won = words.WON.search(text)
    if not won:
        return Status.PAYMENT_BOOKED if words.PAYMENT.search(text) else None
    is_partial = words.PART_PAID.search(text) and not words.SETTLED.search(text)
    # 月底前付清: the time right before the payment says that it is not made yet.
    is_ahead = ahead is not None and 0 <= won.start() - ahead.span.end <= _REACH_OF_TIME
    return Status.PAYMENT_BOOKED if is_partial or is_ahead else Status.WON
