"""Duties that only one process may do at a time: timer sweep, T+1, robot socket.

The holder renews its lease well before it ends. A process that was paused may
believe in a lease that another took over meanwhile; so each change of holder
raises the *fencing* number, and what the duty writes is checked against it in
the same transaction (:func:`check_lease`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.errors import LeaseLost
from storage.moments import from_micros, to_micros
from storage.protocols import Database, Row, Transaction

# The fencing number stays when the holder renews, and grows when it changes or
# when a lease is taken up again after it ended: somebody may have held it between.
ACQUIRE = """
insert into lease (name, holder, fencing, until) values ($1, $2, 1, $4)
on conflict (name) do update set
  fencing = case when lease.holder = excluded.holder and lease.until > $3
    then lease.fencing else lease.fencing + 1 end,
  holder = excluded.holder, until = excluded.until
where lease.holder = excluded.holder or lease.until <= $3
returning name, holder, fencing, until
"""
RELEASE = "update lease set until = 0 where name = $1 and holder = $2 and fencing = $3"
PRESENT = "select name, holder, fencing, until from lease where name = $1"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to a duty until a moment; ``fencing`` tells it from earlier ones."""

    name: str
    holder: str
    fencing: int
    until: datetime


class Leases:
    """Applies for duties on behalf of one process."""

    def __init__(self, database: Database, holder: str) -> None:
        """Name the process (host and process number): no two may share a name."""
        self._database = database
        self._holder = holder

    async def acquire(self, name: str, hold_for: timedelta, now: datetime) -> Lease | None:
        """Take or renew the lease until ``now + hold_for``; None while another holds it."""
        async with self._database.write() as tx:
            row = await tx.fetch_one(
                ACQUIRE, name, self._holder, to_micros(now), to_micros(now + hold_for)
            )
        return None if row is None else _lease(row)

    async def release(self, lease: Lease) -> None:
        """Give the lease back, so that another need not wait for its end."""
        async with self._database.write() as tx:
            await tx.execute(RELEASE, lease.name, lease.holder, lease.fencing)


async def check_lease(tx: Transaction, lease: Lease) -> None:
    """Make sure, until the end of the transaction, that nobody took the duty over.

    Raises:
        LeaseLost: Another process holds it: roll back and stop the duty.
    """
    row = await tx.fetch_one(PRESENT + tx.for_update(), lease.name)
    if row is None or (row["holder"], row["fencing"]) != (lease.holder, lease.fencing):
        problem = f"the lease {lease.name!r} was taken over"
        raise LeaseLost(problem)


def _lease(row: Row) -> Lease:
    return Lease(row["name"], row["holder"], row["fencing"], from_micros(row["until"]))
