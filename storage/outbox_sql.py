"""The statements of the outbox, one text for both databases.

``free_at`` is the moment from which a pending row may be taken; during a lease
that is its end. ``is_unsure`` stays with a row whose lease once ran out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from domain.values import Priority
from storage.leased import told
from storage.protocols import Dialect, any_of


class OutboxState(StrEnum):
    """How far a row is, as operators see it."""

    #: Waiting for its moment, its turn or its next attempt.
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    #: The platform refuses it for good.
    FAILED = "failed"
    #: Nobody knows whether it arrived, and sending it again could double it.
    UNKNOWN = "unknown"
    #: Its text went out within another row.
    MERGED = "merged"
    #: Not sent, on purpose: expired, opted out.
    DROPPED = "dropped"


#: States that need a look; the others only grow.
COUNTED = (OutboxState.PENDING, OutboxState.LEASED, OutboxState.FAILED, OutboxState.UNKNOWN)

INSERT = """
insert into outbox (id, endpoint, account, receiver, lane, sealed, dedupe_key, priority, merge_key,
                    event_code, person_id, lead_id, due_at, expires_at, created_at, free_at,
                    state, attempts, lease_token, is_unsure, is_purged, error, answer,
                    merged_into, sent_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $13,
        'pending', 0, '', false, false, '', '{}', null, null)
on conflict (dedupe_key) do nothing
"""
#: Begins the note of rows that wait until their customer writes again; what a row has met
#: before, if anything, stands behind it.
ALLOWANCE_USED = "allowance_used"
#: With a new row in their lane it is worth looking: it is often the answer to a message.
WAKE = {
    dialect: "update outbox set free_at = due_at"
    f" where state = 'pending' and error like '{ALLOWANCE_USED}%' and {any_of(dialect, 'lane', 1)}"
    for dialect in Dialect
}
#: Where the dedupe key stands in the arguments of :data:`INSERT`.
DEDUPE_KEY = 6

#: First of a claim: rows whose lease ran out are pending again, and nobody knows
#: whether the platform got them.
RECOVER = """
update outbox set state = 'pending', lease_token = '', is_unsure = true
where state = 'leased' and free_at <= $1
"""

# What waits behind what: a row in a lease holds its lane; a row that is due but
# waits for its next attempt holds the rows after it that are not more urgent. A
# row whose own moment has not come holds nobody. One priority at a time, so that
# the index leads to the due rows past any number of later ones.
_CLAIMABLE = """
select id, priority, due_at from outbox as mine
where state = 'pending' and priority = {priority} and due_at <= $1 and free_at <= $1
  and (lane = '' or (
    not exists (
      select 1 from outbox as held where held.state = 'leased' and held.lane = mine.lane)
    and not exists (
      select 1 from outbox as other
      where other.state = 'pending' and other.lane = mine.lane and other.free_at > $1
        and other.due_at <= $1 and other.priority <= mine.priority
        and (other.due_at, other.id) < (mine.due_at, mine.id))))
order by due_at, id limit $2 {locking}
"""
_LOCKING = {Dialect.SQLITE: "", Dialect.POSTGRES: "for update of mine skip locked"}


@cache
def claim(dialect: Dialect, priorities: tuple[int, ...]) -> str:
    """Return what leases due rows of some priorities and returns them, in no order.

    One statement, so that all of them are chosen before any holds its lane.
    """
    locking = _LOCKING[dialect]
    found = {
        f"due{priority}": _CLAIMABLE.format(priority=priority, locking=locking)
        for priority in priorities
    }
    ctes = ", ".join(f"{name} as materialized ({select})" for name, select in found.items())
    all_of_them = " union all ".join(f"select * from {name}" for name in found)
    return (
        f"with {ctes} update outbox set state = 'leased', attempts = attempts + 1,"
        " lease_token = $3, free_at = $4 where id in (select id from"
        f" ({all_of_them}) as due order by priority, due_at, id limit $2) returning *"
    )


#: What a claim would find: the priorities with due rows, :data:`LAPSED` for leases that ran out.
LAPSED = -1
DUE = f"""
select {LAPSED} as priority where exists (
  select 1 from outbox where state = 'leased' and free_at <= $1)
""" + "".join(
    f"""
union all select {priority.value} where exists (
  select 1 from outbox
  where state = 'pending' and priority = {priority.value} and due_at <= $1 and free_at <= $1)
"""
    for priority in sorted(Priority)
)

COUNT_SEND = """
insert into send_ledger (id, account, receiver, endpoint, outbox_id, sent_at)
values ($1, $2, $3, $4, $5, $6)
"""
SENDS_SINCE = """
select account, receiver, endpoint, outbox_id, sent_at from send_ledger
where sent_at >= $1 order by sent_at
"""
SENDS_TO = """
select account, receiver, endpoint, outbox_id, sent_at from send_ledger
where account = $1 and receiver = $2 and endpoint = $3 and sent_at >= $4 order by sent_at
"""
PURGE_LEDGER = "delete from send_ledger where sent_at < $1"

PURGE_BODIES = """
update outbox set sealed = null, is_purged = true where id in (
  select id from outbox where is_purged = false and created_at < $1
    and state not in ('pending', 'leased') order by created_at limit $2)
"""

REPLAY = """
update outbox set state = 'pending', attempts = 0, due_at = $2, free_at = $2, expires_at = null,
  is_unsure = false, error = ''
where id = $1 and state in ('failed', 'unknown', 'dropped') and is_purged = false
"""

_SHOWN = """
select id, endpoint, account, receiver, priority, attempts, due_at, created_at, error from outbox
"""
LISTS = {state: f"{_SHOWN} where state = '{state}'" for state in OutboxState}
NEWEST = " order by id desc limit $1"

COUNTS = "select " + ", ".join(
    f"(select count(*) from outbox where state = '{state}') as {state}" for state in COUNTED
)


@dataclass(frozen=True, slots=True)
class OnIds:
    """Statements on an array of ids ($1) in one dialect.

    They touch only rows of a lease that still holds: a row that was taken over
    has another token. ``finish`` takes rows of several leases: $2 is JSON of
    :func:`storage.leased.key_of` with ``answer`` and ``at`` in microseconds.
    """

    finish: str
    close: str
    release: str
    postpone: str
    merge: str
    rewrite: str


def _on_ids(dialect: Dialect) -> OnIds:
    ids = any_of(dialect, "id", 1)
    held = f"where lease_token = $2 and state = 'leased' and {ids}"
    of_row = told(dialect)
    return OnIds(
        finish=f"update outbox set state = 'sent', lease_token = '', error = '',"
        f" answer = {of_row} ->> 'answer', sent_at = cast({of_row} ->> 'at' as bigint)"
        f" where state = 'leased' and {ids} and {of_row} is not null returning id",
        close=f"update outbox set state = $3, lease_token = '', error = $4 {held}",
        release="update outbox set state = 'pending', lease_token = '', free_at = $3,"
        f" is_unsure = false, error = $4 {held}",
        postpone="update outbox set state = 'pending', lease_token = '', free_at = $3,"
        f" attempts = attempts - 1, error = coalesce($4, error) {held}",
        merge="update outbox set state = 'merged', lease_token = '', error = '',"
        f" merged_into = $3 {held}",
        rewrite=f"update outbox set sealed = $3 {held}",
    )


ON_IDS = {dialect: _on_ids(dialect) for dialect in Dialect}
