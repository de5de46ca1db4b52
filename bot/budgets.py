"""What was sent to whom lately: the send ledger in memory, for the time of a process.

One relay works at a time on a lane, which is one receiver of one account, so a
single process needs nothing else. Where several processes send, a lane reads
its lines of the ledger anew when it is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from bot.limits import LEDGER_SPAN, Sent
from domain.messages import Endpoint, Push
from storage.outbox import Sent as LedgerLine

#: When an attempt was made, and the row of the outbox that it was of.
_Line: TypeAlias = tuple[datetime, int]


class Budgets:
    """Moments of sends by account, receiver and endpoint."""

    def __init__(self) -> None:
        """Start as if nothing had ever been sent."""
        self._sent: dict[tuple[str, str, Endpoint], list[_Line]] = defaultdict(list)

    def rebuild(self, ledger: Iterable[LedgerLine]) -> None:
        """Replace everything by the lines of the ledger."""
        self._sent.clear()
        for line in ledger:
            key = (line.account, line.receiver.casefold(), line.endpoint)
            self._sent[key].append((line.sent_at, line.outbox_id))

    def replace(self, push: Push, ledger: Iterable[LedgerLine]) -> None:
        """Replace what went the way of ``push`` by the lines of the ledger."""
        self._sent[_key(push)] = [(line.sent_at, line.outbox_id) for line in ledger]

    def record(self, push: Push, row_id: int, at: datetime) -> None:
        """Count a send of a row of the outbox, or an attempt that may have been one."""
        self._sent[_key(push)].append((at, row_id))

    def sent(self, push: Push, now: datetime) -> Sent:
        """Return what went the way of ``push`` and can still matter at ``now``: every attempt."""
        return Sent.of(moment for moment, _ in self._lines(push, now))

    def sent_beside(self, push: Push, row_id: int, now: datetime) -> Sent:
        """Return when other rows went the way of ``push``, each once, at its last attempt.

        The platform knows a repeated row by our id, so all its attempts are one message;
        of the row that asks nothing counts, for it needs its place whatever came of it.
        """
        last = dict(sorted((other, moment) for moment, other in self._lines(push, now)))
        last.pop(row_id, None)
        return Sent.of(last.values())

    def _lines(self, push: Push, now: datetime) -> list[_Line]:
        lines = self._sent.get(_key(push))
        if lines is None:
            return []
        kept = [line for line in lines if line[0] > now - LEDGER_SPAN]
        self._sent[_key(push)] = kept
        return kept


def _key(push: Push) -> tuple[str, str, Endpoint]:
    return (push.account, push.receiver.casefold(), push.endpoint)
