"""What a restored database has to be told: its processes are gone, and time has passed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from storage.marks import LINEAGE, put_mark
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.protocols import Database, Transaction

_FREE_INBOX = """
update inbox set state = 'pending', lease_token = '', free_at = 0 where state = 'leased'
"""
_FREE_OUTBOX = """
update outbox set state = 'pending', lease_token = '', free_at = due_at, is_unsure = true
where state = 'leased'
"""
_FREE_FETCHES = "update platform_fetch set lease_token = '', free_at = 0 where lease_token <> ''"
_FREE_DUTIES = "update lease set until = 0"
_DOUBT = """
update outbox set is_unsure = true where state = 'pending' and due_at <= $1 and is_unsure = false
"""


async def end_leases(main: Database, inbox: Database) -> None:
    """Take back what was in the hands of processes when the backup was made.

    A push among it may have been sent; the rest is simply done by whoever comes next.
    """
    async with inbox.write() as tx:
        await tx.execute(_FREE_INBOX)
    async with main.write() as tx:
        await tx.execute(_FREE_OUTBOX)
        await tx.execute(_FREE_FETCHES)
        await tx.execute(_FREE_DUTIES)
        # Histories in files beside the database are of one that is gone.
        await put_mark(tx, LINEAGE, secrets.randbits(62))


async def doubt_due_pushes(tx: Transaction, now: datetime) -> int:
    """Mark pushes that were due by ``now`` as perhaps sent; return how many were.

    Between the backup and the loss the old service may have sent them, and nobody
    remembers. The rule of each endpoint then decides whether it is sent again,
    as after a crash (architecture section 1).
    """
    return await tx.execute(_DOUBT, to_micros(now))
