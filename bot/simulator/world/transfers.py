"""Handing customers over to another member (fact sheet 3.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from bot.simulator.world.windows import Message


class TransferStatus(IntEnum):
    """``status`` of transfer_result."""

    DONE = 1
    WAITING = 2
    REFUSED = 3
    LIMIT = 4
    NONE = 5


@dataclass(slots=True)
class Transfer:
    """One customer on the way to ``takeover``; at ``due_at`` they are there unless they refuse.

    ``offer`` is what the customer sees of it meanwhile.
    """

    handover: str
    takeover: str
    external_userid: str
    due_at: datetime
    is_resigned: bool
    status: TransferStatus = TransferStatus.WAITING
    decided_at: datetime | None = None
    offer: Message | None = None

    def decide(self, status: TransferStatus, now: datetime) -> None:
        """End the waiting."""
        self.status, self.decided_at = status, now


@dataclass(slots=True)
class Transfers:
    """All transfers, oldest first."""

    all: list[Transfer] = field(default_factory=list)

    def waiting(self, external_userid: str) -> Transfer | None:
        """Return the customer's transfer that is under way, or None."""
        found = (t for t in self.all if t.external_userid == external_userid)
        return next((t for t in found if t.status is TransferStatus.WAITING), None)

    def due(self, now: datetime) -> list[Transfer]:
        """Return the transfers whose waiting is over."""
        return [t for t in self.all if t.status is TransferStatus.WAITING and t.due_at <= now]

    def between(self, handover: str, takeover: str) -> list[Transfer]:
        """Return the transfers from one member to another; userids ignore case."""
        wanted = (handover.casefold(), takeover.casefold())
        return [t for t in self.all if (t.handover.casefold(), t.takeover.casefold()) == wanted]

    def done_since(self, external_userid: str, since: datetime) -> int:
        """Return how often a customer was handed over by members in service since then."""
        return sum(
            t.external_userid == external_userid
            and not t.is_resigned
            and t.status is TransferStatus.DONE
            and t.decided_at is not None
            and t.decided_at > since
            for t in self.all
        )
