"""The statements of the inbox, one text for both databases.

A row is *pending*, *leased*, *parked*, *done*, or *purged* (done, payload
dropped). ``free_at`` is the moment from which a pending row may be taken; during
a lease that is its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.values import Priority
from storage.errors import SealBroken
from storage.ids import IdSource, moment_of_id
from storage.inbox_contract import (
    PURPOSE,
    SUSPECT_AFTER,
    Claimed,
    Delivery,
    InboxEntry,
    InboxState,
)
from storage.moments import from_micros, to_micros
from storage.protocols import Dialect, Row, any_of
from storage.resealing import SealedTable
from storage.vault import Vault

INSERT = """
insert into inbox (id, key, source, subject, priority, payload, received_at, state, attempts,
                   lease_token, free_at, error)
values ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, '', 0, '')
on conflict (key) do nothing
"""

#: What :func:`rows_of` returns: the arguments of :data:`INSERT`, its id first.
NewRow: TypeAlias = tuple[int, bytes, str, str, int, bytes, int]

#: First of a claim: rows whose lease ran out are pending again.
RECOVER = """
update inbox set state = 'pending', lease_token = '' where state = 'leased' and free_at <= $1
"""
CLAIMABLE = """
select id, key, source, subject, priority, payload, received_at, attempts from inbox as mine
where state = 'pending' and free_at <= $1 and (subject = '' or not exists (
  select 1 from inbox as other where other.state = 'leased' and other.subject = mine.subject))
order by priority, id limit $2
"""


@dataclass(frozen=True, slots=True)
class OnIds:
    """Statements on an array of ids ($1) in one dialect.

    All but ``lease`` touch only rows of a lease ($2) that still holds: a row
    that was taken over has another token.
    """

    lease: str
    finish: str
    park: str
    release: str


def _on_ids(dialect: Dialect) -> OnIds:
    ids = any_of(dialect, "id", 1)
    held = f"where lease_token = $2 and state = 'leased' and {ids}"
    return OnIds(
        lease="update inbox set state = 'leased', attempts = attempts + 1, lease_token = $2,"
        f" free_at = $3 where state = 'pending' and {ids}",
        finish=f"update inbox set state = 'done', lease_token = '', error = '' {held}",
        park=f"update inbox set state = 'parked', lease_token = '', error = $3 {held}",
        release=f"update inbox set state = 'pending', lease_token = '', free_at = $3 {held}",
    )


ON_IDS = {dialect: _on_ids(dialect) for dialect in Dialect}

REPLAY = """
update inbox set state = 'pending', attempts = 0, free_at = 0, error = ''
where id = $1 and state = 'parked'
"""

SET_CURSOR = """
insert into pull_cursor (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value
"""
GET_CURSOR = "select value from pull_cursor where name = $1"

_SHOWN = "select id, source, subject, priority, attempts, received_at, error from inbox"
LISTS = {
    InboxState.PENDING: f"{_SHOWN} where state = 'pending'",
    InboxState.LEASED: f"{_SHOWN} where state = 'leased'",
    InboxState.PARKED: f"{_SHOWN} where state = 'parked'",
    InboxState.DONE: f"{_SHOWN} where state in ('done', 'purged')",
}
NEWEST = " order by id desc limit $1"

COUNTS = """
select (select count(*) from inbox where state = 'pending') as pending,
       (select count(*) from inbox where state = 'leased') as leased,
       (select count(*) from inbox where state = 'parked') as parked
"""

#: What a key rotation moves.
SEALED = SealedTable(
    "inbox",
    PURPOSE,
    column="payload",
    key_column="key",
    context=lambda row: bytes(row["key"]),
)

PURGE = """
update inbox set payload = null, state = 'purged' where id in (
  select id from inbox where state = 'done' and received_at < $1 order by received_at limit $2)
"""


# Ids are ordered by time, so that old rows are found without an index of their own.
FORGET = """
delete from inbox where id in (
  select id from inbox where id < $1 and state = 'purged' order by id limit $2)
"""
UNFINISHED = """
select id from inbox where id < $1 and state in ('pending', 'leased', 'parked')
order by id limit $2
"""

#: The first row of each priority, which the index of pending rows leads to.
OLDEST = " union all ".join(
    f"select min(id) as id from inbox where state = 'pending' and priority = {priority.value}"
    for priority in Priority
)


def oldest(rows: Iterable[Row]) -> datetime | None:
    """Return the moment of the oldest row that :data:`OLDEST` found."""
    found = [row["id"] for row in rows if row["id"] is not None]
    return moment_of_id(min(found)) if found else None


def rows_of(deliveries: Sequence[Delivery], vault: Vault, ids: IdSource) -> list[NewRow]:
    """Return the arguments of :data:`INSERT` for each delivery, the payloads sealed."""
    sealed = vault.seals(PURPOSE, [(new.payload, new.key) for new in deliveries])
    return [
        (
            ids.next(),
            new.key,
            new.source,
            new.subject,
            int(new.priority),
            box,
            to_micros(new.received_at),
        )
        for new, box in zip(deliveries, sealed, strict=True)
    ]


def cut_at_suspect(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows before the first suspect one, or that one alone."""
    for position, row in enumerate(rows):
        if row["attempts"] >= SUSPECT_AFTER:
            return rows[: max(position, 1)]
    return rows


def opened(
    rows: Iterable[Row], token: str, vault: Vault
) -> tuple[list[Claimed], list[tuple[int, str]]]:
    """Open claimed rows; those that cannot be opened come back with the reason."""
    claimed, broken = [], []
    for row in rows:
        try:
            payload = vault.open(PURPOSE, bytes(row["payload"]), bytes(row["key"]))
        except SealBroken as error:
            broken.append((row["id"], str(error)))
            continue
        claimed.append(
            Claimed(
                id=row["id"],
                source=row["source"],
                subject=row["subject"],
                payload=payload,
                priority=Priority(row["priority"]),
                received_at=from_micros(row["received_at"]),
                attempts=row["attempts"] + 1,
                lease_token=token,
            )
        )
    return claimed, broken


def entries(rows: Iterable[Row], state: InboxState) -> list[InboxEntry]:
    """Return rows of one of :data:`LISTS`."""
    return [
        InboxEntry(
            id=row["id"],
            source=row["source"],
            subject=row["subject"],
            priority=Priority(row["priority"]),
            state=state,
            attempts=row["attempts"],
            received_at=from_micros(row["received_at"]),
            error=row["error"],
        )
        for row in rows
    ]


def counted(row: Row) -> dict[InboxState, int]:
    """Return the answer of :data:`COUNTS`."""
    states = (InboxState.PENDING, InboxState.LEASED, InboxState.PARKED)
    return {state: row[state.value] for state in states}


def shortened(error: str) -> str:
    """Return an error text as long as its column."""
    return error[:500]
