"""Platform data to ask for: one row per subject, the newest request wins.

The answer comes in through the inbox with the generation of its request. A
request for the same subject with a newer generation takes the row over: the
older one's lease is lost, and its answer is stale.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from domain.messages import Fetch, FetchKind
from storage.grouped import Grouped
from storage.ids import Ids
from storage.leased import key_of, told
from storage.moments import from_micros, to_micros
from storage.protocols import Database, Dialect, Row, Transaction, any_of, array
from storage.signal import WorkSignal

INSERT = """
insert into platform_fetch (id, kind, subject, account, generation, token, asked_at, free_at, state,
                   attempts, lease_token, error)
values ($1, $2, $3, $4, $5, $6, $7, 0, 'open', 0, '', '')
on conflict (kind, subject, account) do update set
  generation = excluded.generation, token = excluded.token, asked_at = excluded.asked_at,
  free_at = excluded.free_at, state = 'open', attempts = 0, lease_token = '', error = ''
where platform_fetch.generation <= excluded.generation
"""

IS_DUE = "select 1 from platform_fetch where state = 'open' and free_at <= $1 limit 1"
_LOCKING = {Dialect.SQLITE: "", Dialect.POSTGRES: "for update skip locked"}
CLAIM = {
    dialect: f"""
with due as materialized (
  select id from platform_fetch where state = 'open' and free_at <= $1
  order by asked_at, id limit $2 {locking})
update platform_fetch set attempts = attempts + 1, lease_token = $3, free_at = $4
where id in (select id from due) returning *
"""
    for dialect, locking in _LOCKING.items()
}

_HELD = "where id = $1 and lease_token = $2 and state = 'open'"
RETRY = f"update platform_fetch set lease_token = '', free_at = $3, error = $4 {_HELD}"
POSTPONE = (
    f"update platform_fetch set lease_token = '', free_at = $3, attempts = attempts - 1 {_HELD}"
)
FAIL = f"update platform_fetch set state = 'failed', lease_token = '', error = $3 {_HELD}"
REPLAY = """
update platform_fetch set state = 'open', attempts = 0, free_at = 0, error = ''
where id = $1 and state = 'failed'
"""
NEWEST_GENERATION = """
select generation from platform_fetch where kind = $1 and subject = $2 and account = $3
"""
FAILED = "select * from platform_fetch where state = 'failed' order by id desc limit $1"
COUNTS = """
select (select count(*) from platform_fetch where state = 'open') as open,
       (select count(*) from platform_fetch where state = 'failed') as failed
"""


async def insert_fetches(
    tx: Transaction, ids: Ids, fetches: Sequence[Fetch], now: datetime
) -> None:
    """Ask for data; a request that is older than the one that stands changes nothing.

    An equally old one asks again: event times are whole seconds, and the second of
    two events in one second may have changed what the first answer said.
    """
    # One order for all writers, so that no two wait for each other.
    ordered = sorted(fetches, key=lambda f: (f.kind, f.subject, f.account, f.generation))
    newest = {(f.kind, f.subject, f.account): f for f in ordered}
    await tx.execute_set(
        INSERT,
        [
            (ids.next(), f.kind.value, f.subject, f.account, f.generation, f.token, to_micros(now))
            for f in newest.values()
        ],
    )


async def newest_generation(
    tx: Transaction, kind: FetchKind, subject: str, account: str
) -> int | None:
    """Return the generation of the newest request; an answer to an older one is stale."""
    row = await tx.fetch_one(NEWEST_GENERATION, kind.value, subject, account)
    return None if row is None else int(row["generation"])


@dataclass(frozen=True, slots=True)
class ClaimedFetch:
    """A request in our hands until its lease ends; ``attempts`` counts this one."""

    id: int
    fetch: Fetch
    attempts: int
    lease_token: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class FailedFetch:
    """A request that was given up, as operators see it."""

    id: int
    fetch: Fetch
    attempts: int
    asked_at: datetime
    error: str


class Fetches:
    """The fetcher's and the operator's view; rows come in by :func:`insert_fetches`."""

    def __init__(self, database: Database) -> None:
        """Work on the main database."""
        self.database = database
        self._finish = (
            "update platform_fetch set state = 'done', lease_token = '', error = ''"
            f" where state = 'open' and {any_of(database.dialect, 'id', 1)}"
            f" and {told(database.dialect)} is not null returning id"
        )
        self._finishing = Grouped(self._finish_all)
        #: Ring it after a commit that inserted fetches.
        self.signal = WorkSignal()

    async def claim(self, limit: int, lease_for: timedelta, now: datetime) -> list[ClaimedFetch]:
        """Take up to ``limit`` requests until ``now + lease_for``, oldest first."""
        if not await self.database.look(IS_DUE, to_micros(now)):
            return []  # nothing to do is nothing to lock
        token = secrets.token_hex(8)
        args = (to_micros(now), limit, token, to_micros(now + lease_for))
        rows = await self.database.change_and_fetch(CLAIM[self.database.dialect], *args)
        return [
            ClaimedFetch(
                id=row["id"],
                fetch=_fetch(row),
                attempts=row["attempts"],
                lease_token=token,
                asked_at=from_micros(row["asked_at"]),
            )
            for row in sorted(rows, key=lambda row: (row["asked_at"], row["id"]))
        ]

    async def finish(self, claimed: ClaimedFetch) -> bool:
        """Record that the answer is in the inbox; False when a newer request took over.

        Requests that are finished at the same time share a commit.
        """
        return await self._finishing.do(claimed)

    async def _finish_all(self, claimed: Sequence[ClaimedFetch]) -> list[bool]:
        tokens = {key_of(row.id, row.lease_token): True for row in claimed}
        ids, told = [row.id for row in claimed], msgspec.json.encode(tokens).decode()
        database = self.database
        rows = await database.change_and_fetch(self._finish, array(database.dialect, ids), told)
        done = {row["id"] for row in rows}
        return [row.id in done for row in claimed]

    async def retry(self, claimed: ClaimedFetch, at: datetime, error: str) -> bool:
        """Give it back until ``at``."""
        token = claimed.lease_token
        return await self._change(RETRY, claimed.id, token, to_micros(at), error[:500])

    async def postpone(self, claimed: ClaimedFetch, at: datetime) -> bool:
        """Give it back until ``at`` as if it had not been taken: nothing was asked."""
        return await self._change(POSTPONE, claimed.id, claimed.lease_token, to_micros(at))

    async def fail(self, claimed: ClaimedFetch, error: str) -> bool:
        """Give it up: the platform refuses for good."""
        return await self._change(FAIL, claimed.id, claimed.lease_token, error[:500])

    async def replay(self, row_id: int) -> bool:
        """Let a failed request be tried again."""
        is_open = await self._change(REPLAY, row_id)
        self.signal.notify()
        return is_open

    async def failed(self, limit: int) -> list[FailedFetch]:
        """Return requests that were given up, newest first."""
        async with self.database.read() as tx:
            rows = await tx.fetch(FAILED, limit)
        return [
            FailedFetch(
                id=row["id"],
                fetch=_fetch(row),
                attempts=row["attempts"],
                asked_at=from_micros(row["asked_at"]),
                error=row["error"],
            )
            for row in rows
        ]

    async def counts(self) -> dict[str, int]:
        """Return how many requests are ``open`` and ``failed``."""
        async with self.database.read() as tx:
            (row,) = await tx.fetch(COUNTS)
        return {"open": row["open"], "failed": row["failed"]}

    async def _change(self, statement: str, *args: object) -> bool:
        return await self.database.change(statement, *args) == 1


def _fetch(row: Row) -> Fetch:
    return Fetch(
        kind=FetchKind(row["kind"]),
        subject=row["subject"],
        account=row["account"],
        generation=row["generation"],
        token=row["token"],
    )
