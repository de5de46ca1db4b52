"""How long the oldest row of each queue of the main database has been waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.values import Priority
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Transaction

# One priority at a time: so the index of pending rows leads to the first.
_OUTBOX = " union all ".join(
    "select min(due_at) as since from outbox"
    f" where state = 'pending' and due_at <= $1 and priority = {priority.value}"
    for priority in Priority
)
_SINCE = {
    "outbox": _OUTBOX,
    "fetches": (
        "select min(asked_at) as since from platform_fetch where state = 'open' and asked_at <= $1"
    ),
    "timers": "select min(due_at) as since from timer where state = 'pending' and due_at <= $1",
}
NONE = timedelta(0)


async def ages(tx: Transaction, now: datetime) -> dict[str, timedelta]:
    """Return the age of the oldest due row by queue: outbox, fetches, timers."""
    found = {}
    for queue, statement in _SINCE.items():
        rows = await tx.fetch(statement, to_micros(now))
        since = [row["since"] for row in rows if row["since"] is not None]
        found[queue] = now - from_micros(min(since)) if since else NONE
    return found
