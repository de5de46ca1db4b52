"""The corp app's conversations: duplicates, per-member limits, cards (fact sheet 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.simulator.config import Limits
from bot.simulator.moments import SlidingCount
from bot.simulator.world.codes import Codes
from bot.simulator.world.ids import Ids
from bot.simulator.world.windows import Message


class DropReason(StrEnum):
    """Why an accepted message was not shown."""

    MEMBER_LIMIT = "member_limit"
    DUPLICATE = "duplicate"
    #: A fault that was asked for.
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A message the platform swallowed without an error.

    ``userid`` is empty for duplicates; a fault names the window and knows no msgtype.
    """

    at: datetime
    reason: DropReason
    userid: str
    msgtype: str


@dataclass(slots=True)
class Sent:
    """One accepted message/send; ``copies`` maps a member's userid to the message shown."""

    msgid: str
    at: datetime
    task_id: str = ""
    copies: dict[str, Message] = field(default_factory=dict)
    is_recalled: bool = False


class AppChat:
    """What the corp app has sent, and what limits it."""

    def __init__(self, ids: Ids, limits: Limits) -> None:
        """Start with nothing sent."""
        self._minute = SlidingCount(limits.member_per_minute, timedelta(minutes=1))
        self._hour = SlidingCount(limits.member_per_hour, timedelta(hours=1))
        self._seen: dict[str, datetime] = {}
        self._task_ids: set[str] = set()
        self.menu: dict[str, object] | None = None
        self.sent: dict[str, Sent] = {}
        self.dropped: list[Dropped] = []
        self.response_codes: Codes[Sent] = Codes(ids, "RC")

    def is_duplicate(self, fingerprint: str, interval: timedelta, now: datetime) -> bool:
        """Tell whether the same JSON was accepted within ``interval``."""
        last = self._seen.get(fingerprint)
        return last is not None and now - last < interval

    def accepted(self, fingerprint: str, now: datetime) -> None:
        """Remember an accepted JSON for the duplicate check."""
        self._seen[fingerprint] = now

    def may_reach(self, userid: str, now: datetime) -> bool:
        """Count one message to the member; False when it is over 30/min or 1000/h."""
        key = userid.casefold()
        if not (self._minute.has_room(key, now) and self._hour.has_room(key, now)):
            return False
        return self._minute.take(key, now) and self._hour.take(key, now)

    def knows_task(self, task_id: str) -> bool:
        """Tell whether a card with this task_id was ever sent."""
        return task_id in self._task_ids

    def keep(self, sent: Sent) -> None:
        """Record a sent message; its task_id can never be used again."""
        self.sent[sent.msgid] = sent
        if sent.task_id:
            self._task_ids.add(sent.task_id)

    def sent_of(self, message_id: str) -> Sent | None:
        """Return the sending that put this message into a window."""
        for sent in self.sent.values():
            if any(copy.id == message_id for copy in sent.copies.values()):
                return sent
        return None
