"""What happens later: a row per cause, delivered into the inbox when it is due.

A timer is *pending*, then *fired* (its delivery is in the inbox), then *done*
(it took effect), or *cancelled*. The delivery's key holds id and moment: firing
twice is one delivery, and a timer that was set to a new moment fires again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from domain.messages import Timer
from domain.values import Priority
from storage.ids import Ids
from storage.inbox_contract import Delivery, Inbox
from storage.leases import Lease, check_lease
from storage.moments import from_micros, to_micros
from storage.protocols import Database, Row, Transaction

SOURCE = "timer"

# A moment that already fired is not set again: the event that set it may be
# processed twice. A cancelled timer may be set to the moment it had.
SET = """
insert into timer (id, kind, subject_id, due_at, dedupe_key, payload, set_at, state)
values ($1, $2, $3, $4, $5, $6, $7, 'pending')
on conflict (dedupe_key) do update set
  kind = excluded.kind, subject_id = excluded.subject_id, due_at = excluded.due_at,
  payload = excluded.payload, set_at = excluded.set_at, state = 'pending'
where timer.state in ('pending', 'cancelled') or timer.due_at <> excluded.due_at
"""
CANCEL = """
update timer set state = 'cancelled' where dedupe_key = $1 and state in ('pending', 'fired')
"""
DUE = """
select id, kind, subject_id, due_at, payload from timer
where state = 'pending' and due_at <= $1 order by due_at, id limit $2
"""
NEXT = "select min(due_at) as due_at from timer where state = 'pending'"
FIRED = """
update timer set state = 'fired' where id = $1 and due_at = $2 and state = 'pending'
"""
DONE = """
update timer set state = 'done' where id = $1 and due_at = $2 and state in ('pending', 'fired')
"""
COUNTS = "select count(*) as found from timer where state = 'pending'"


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    id: int
    kind: str
    subject_id: int
    due_at: datetime
    payload: dict[str, str]


async def set_timers(tx: Transaction, ids: Ids, timers: Sequence[Timer], now: datetime) -> None:
    """Set timers; one with a known key gets the new moment, unless that already fired."""
    # One order for all writers, so that no two wait for each other.
    await tx.execute_set(
        SET,
        [
            (
                ids.next(),
                timer.kind,
                timer.subject_id,
                to_micros(timer.due_at),
                timer.dedupe_key,
                msgspec.json.encode(dict(timer.payload)).decode(),
                to_micros(now),
            )
            for timer in sorted(timers, key=lambda timer: timer.dedupe_key)
        ],
    )


async def cancel_timers(tx: Transaction, dedupe_keys: Sequence[str]) -> None:
    """Let them not happen; one whose delivery is under way will find itself cancelled."""
    await tx.execute_set(CANCEL, [(key,) for key in sorted(dedupe_keys)])


async def mark_done(tx: Transaction, timer_id: int, due_at: datetime) -> bool:
    """Take effect, in the transaction of the effect.

    False when the timer was cancelled, set to another moment, or took effect
    before: then its delivery must have no effect.
    """
    return await tx.execute(DONE, timer_id, to_micros(due_at)) == 1


async def due_timers(tx: Transaction, now: datetime, limit: int) -> list[DueTimer]:
    """Return pending timers that are due, earliest first."""
    return [_due(row) for row in await tx.fetch(DUE, to_micros(now), limit)]


async def next_due(tx: Transaction) -> datetime | None:
    """Return the moment of the earliest pending timer, or None."""
    row = await tx.fetch_one(NEXT)
    return from_micros(row["due_at"]) if row and row["due_at"] is not None else None


async def count_pending(tx: Transaction) -> int:
    """Return how many timers are pending."""
    row = await tx.fetch_one(COUNTS)
    return int(row["found"]) if row else 0


def delivery_of(timer: DueTimer, now: datetime) -> Delivery:
    """Return the delivery of a due timer."""
    due_at = to_micros(timer.due_at)
    payload = {
        "timer_id": timer.id,
        "kind": timer.kind,
        "subject_id": timer.subject_id,
        "due_at": due_at,
        "payload": timer.payload,
    }
    return Delivery(
        source=SOURCE,
        key=f"timer:{timer.id}:{due_at}".encode(),
        subject=f"{timer.kind}:{timer.subject_id}",
        priority=Priority.NORMAL,
        payload=msgspec.json.encode(payload),
        received_at=now,
    )


async def sweep_timers(
    database: Database,
    inbox: Inbox,
    now: datetime,
    limit: int = 500,
    *,
    fencing: Lease | None = None,
) -> int:
    """Deliver what is due into the inbox, then mark it as fired; returns how many were due.

    A crash in between delivers again, which the inbox knows by the key. With
    ``fencing`` only the holder of that lease marks.

    Raises:
        StorageUnavailable: Some may be in the inbox; the next sweep goes on.
        LeaseLost: another process sweeps; what was delivered twice is there once.
    """
    async with database.read() as tx:
        due = await due_timers(tx, now, limit)
    if not due:
        return 0
    await asyncio.gather(*(_deliver(inbox, timer, now) for timer in due))
    async with database.write() as tx:
        if fencing is not None:
            await check_lease(tx, fencing)
        await tx.execute_set(FIRED, [(timer.id, to_micros(timer.due_at)) for timer in due])
    return len(due)


async def _deliver(inbox: Inbox, timer: DueTimer, now: datetime) -> None:
    await inbox.put(lambda: delivery_of(timer, now))


def _due(row: Row) -> DueTimer:
    return DueTimer(
        id=row["id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        due_at=from_micros(row["due_at"]),
        payload=msgspec.json.decode(row["payload"], type=dict[str, str]),
    )
