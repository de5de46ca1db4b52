"""Is anything waiting to leave or to be fetched?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.moments import to_micros

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Transaction

# What is due behind a row that waits for its next attempt waits with it.
_PUSHES = """
select 1 as waiting from outbox as mine
where state = 'leased' or (state = 'pending' and free_at <= $1 and not exists (
  select 1 from outbox as other
  where other.state = 'pending' and other.lane = mine.lane and other.lane <> ''
    and other.due_at <= $1 and other.free_at > $1))
limit 1
"""
_FETCHES = """
select 1 as waiting from platform_fetch
where state = 'open' and (free_at <= $1 or lease_token <> '') limit 1
"""


async def work_waits(tx: Transaction, now: datetime) -> bool:
    """Tell whether a push or a fetch is due at ``now`` or in somebody's hands."""
    for statement in (_PUSHES, _FETCHES):
        if await tx.fetch_one(statement, to_micros(now)) is not None:
            return True
    return False
