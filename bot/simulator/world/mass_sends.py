"""Mass-send tasks: what the corp asks members to send, and what came of it (fact sheet 3.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.simulator.config import Limits
from bot.simulator.world.windows import Message, Said

DAY, MONTH = timedelta(days=1), timedelta(days=30)


class ChatType(StrEnum):
    """Whom a task goes to: customers one by one, or customer groups."""

    SINGLE = "single"
    GROUP = "group"


class SendStatus(IntEnum):
    """``status`` of get_groupmsg_send_result."""

    UNSENT = 0
    SENT = 1
    NOT_A_CONTACT = 2
    GOT_OTHERS = 3


@dataclass(slots=True)
class Target:
    """A customer (or a group, named by ``chat_id``) on a member's list."""

    external_userid: str = ""
    chat_id: str = ""
    status: SendStatus = SendStatus.UNSENT


@dataclass(slots=True)
class Assignment:
    """A member's share of a task; ``offer`` is what they see of it."""

    userid: str
    targets: list[Target]
    sent_at: datetime | None = None
    offer: Message | None = None


@dataclass(slots=True)
class MassSend:
    """A task; nothing is sent before its members confirm.

    ``attachments`` is their wire form, ``shown`` how windows show them.
    """

    msgid: str
    chat_type: ChatType
    text: str
    attachments: list[Mapping[str, object]]
    shown: list[Said]
    created_at: datetime
    assignments: dict[str, Assignment]
    is_cancelled: bool = False
    reminded: list[datetime] = field(default_factory=list)

    @property
    def open_assignments(self) -> list[Assignment]:
        """Shares that wait for their member; none once the task is cancelled."""
        shares = self.assignments.values()
        return [] if self.is_cancelled else [one for one in shares if one.sent_at is None]


@dataclass(slots=True)
class MassSends:
    """All tasks by msgid, and what each receiver got, which limits what they get next."""

    tasks: dict[str, MassSend] = field(default_factory=dict)
    _got: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def take(self, receiver: str, limits: Limits, now: datetime) -> bool:
        """Count a message to a receiver; False when they had their share already."""
        got = self._got[receiver]
        in_day = sum(now - at < DAY for at in got)
        in_month = sum(now - at < MONTH for at in got)
        if in_day >= limits.mass_sends_per_day or in_month >= limits.mass_sends_per_month:
            return False
        got.append(now)
        return True
