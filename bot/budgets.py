"""What was sent to whom lately: the send ledger in memory, for the time of a process.

One relay works at a time on a lane, which is one receiver of one account, so a
single process needs nothing else. Where several processes send, a lane reads
its lines of the ledger anew when it is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from bot.limits import LEDGER_SPAN, Sent
from domain.messages import Endpoint, Push
from storage.outbox import Sent as LedgerLine


class Budgets:
    """Moments of sends by account, receiver and endpoint."""

    def __init__(self) -> None:
        """Start as if nothing had ever been sent."""
        self._sent: dict[tuple[str, str, Endpoint], list[datetime]] = defaultdict(list)

    def rebuild(self, ledger: Iterable[LedgerLine]) -> None:
        """Replace everything by the lines of the ledger."""
        self._sent.clear()
        for line in ledger:
            key = (line.account, line.receiver.casefold(), line.endpoint)
            self._sent[key].append(line.sent_at)

    def replace(self, push: Push, ledger: Iterable[LedgerLine]) -> None:
        """Replace what went the way of ``push`` by the lines of the ledger."""
        self._sent[_key(push)] = [line.sent_at for line in ledger]

    def record(self, push: Push, at: datetime) -> None:
        """Count a send, or an attempt that may have been one."""
        self._sent[_key(push)].append(at)

    def sent(self, push: Push, now: datetime) -> Sent:
        """Return what went the way of ``push`` and can still matter at ``now``."""
        moments = self._sent.get(_key(push))
        if moments is None:
            return Sent()
        kept = [moment for moment in moments if moment > now - LEDGER_SPAN]
        self._sent[_key(push)] = kept
        return Sent.of(kept)


def _key(push: Push) -> tuple[str, str, Endpoint]:
    return (push.account, push.receiver.casefold(), push.endpoint)
