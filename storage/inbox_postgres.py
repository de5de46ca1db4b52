"""The inbox in PostgreSQL: one flusher commits for all who wait."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

from storage import inbox_sql as sql
from storage.flusher import Flusher, OnCommit
from storage.ids import IdSource, first_id_at
from storage.inbox_contract import Claimed, Delivery, Done, Inbox, InboxEntry, InboxState
from storage.moments import to_micros
from storage.postgres_line import PostgresLine
from storage.protocols import Database, Dialect, Row
from storage.resealing import KeyPage, count_sealed, reseal
from storage.signal import WorkSignal
from storage.vault import Vault

#: Commits under way at once: while the server writes one, the next is prepared and sent.
LINES = 2
_CLAIM_LOCK = b"clew inbox claim"
_ON_IDS = sql.ON_IDS[Dialect.POSTGRES]

_INSERT_SET = """
insert into inbox (id, key, source, subject, priority, payload, received_at, state, attempts,
                   lease_token, free_at, error)
select id, key, source, subject, priority, payload, at, 'pending', 0, '', 0, ''
from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::smallint[], $6::bytea[],
            $7::bigint[]) as new (id, key, source, subject, priority, payload, at)
on conflict (key) do nothing
returning id
"""


class PostgresInbox(Inbox):
    """See :class:`storage.inbox_contract.Inbox`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        ids: IdSource,
        signal: WorkSignal,
        on_commit: OnCommit | None = None,
    ) -> None:
        """Start the flusher on an open, migrated database, which stays the caller's."""
        self._database = database
        self._lines = [PostgresLine(database.url) for _ in range(LINES)]
        self._vault = vault
        self._ids = ids
        self._signal = signal
        self._flusher = Flusher(
            [partial(_commit, line) for line in self._lines], vault, ids, signal, on_commit
        )

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store a delivery; see the contract."""
        return self._flusher.put(prepare)

    @property
    def in_flight(self) -> int:
        """Count deliveries that wait for their commit; see the contract."""
        return self._flusher.in_flight

    # ---------------------------------------------------------------- rows

    async def put_page(self, deliveries: Sequence[Delivery], cursor_key: str, cursor: str) -> int:
        """Store a page and its cursor; see the contract."""
        rows = sql.rows_of(deliveries, self._vault, self._ids)
        async with self._database.write() as tx:
            new = _ids(await tx.fetch(_INSERT_SET, *_columns(rows))) if rows else set()
            await tx.execute(sql.SET_CURSOR, cursor_key, cursor)
        self._signal.notify()
        return len(new)

    async def cursor(self, cursor_key: str) -> str:
        """Return a cursor; see the contract."""
        rows = await self._rows(sql.GET_CURSOR, cursor_key)
        return str(rows[0]["value"]) if rows else ""

    async def claim(
        self, limit: int, lease_for: timedelta, now: datetime, done: Sequence[Done] = ()
    ) -> list[Claimed]:
        """Claim rows; see the contract.

        Claims take turns: only then does each see the subjects that the other holds.
        """
        token = secrets.token_hex(8)
        async with self._database.write() as tx:
            await tx.lock_keys([_CLAIM_LOCK])
            for one in done:
                await tx.execute(_ON_IDS.finish, list(one.ids), one.lease_token)
            await tx.execute(sql.RECOVER, to_micros(now))
            found = await tx.fetch(
                sql.CLAIMABLE + tx.for_update_skip_locked("mine"), to_micros(now), limit
            )
            rows = sql.cut_at_suspect(found)
            if rows:
                ids = [row["id"] for row in rows]
                await tx.execute(_ON_IDS.lease, ids, token, to_micros(now + lease_for))
        claimed, broken = sql.opened(rows, token, self._vault)
        for row_id, reason in broken:
            await self.park(token, row_id, reason)
        return claimed

    async def finish(self, lease_token: str, ids: Sequence[int]) -> int:
        """Finish rows; see the contract."""
        return await self._change(_ON_IDS.finish, list(ids), lease_token)

    async def park(self, lease_token: str, row_id: int, error: str) -> int:
        """Park a row; see the contract."""
        return await self._change(_ON_IDS.park, [row_id], lease_token, sql.shortened(error))

    async def release(self, lease_token: str, ids: Sequence[int], retry_at: datetime) -> int:
        """Give rows back; see the contract."""
        return await self._change(_ON_IDS.release, list(ids), lease_token, to_micros(retry_at))

    async def replay(self, row_id: int) -> bool:
        """Replay a parked row; see the contract."""
        changed = await self._change(sql.REPLAY, row_id)
        self._signal.notify()
        return changed == 1

    async def list(self, state: InboxState, limit: int) -> list[InboxEntry]:
        """List rows; see the contract."""
        return sql.entries(await self._rows(sql.LISTS[state] + sql.NEWEST, limit), state)

    async def counts(self) -> dict[InboxState, int]:
        """Count open and parked rows; see the contract."""
        return sql.counted((await self._rows(sql.COUNTS))[0])

    async def purge(self, received_before: datetime, limit: int = 10_000) -> int:
        """Drop old payloads; see the contract."""
        return await self._change(sql.PURGE, to_micros(received_before), limit)

    async def oldest(self) -> datetime | None:
        """Return since when the oldest row waits; see the contract."""
        return sql.oldest(await self._rows(sql.OLDEST))

    async def unfinished(self, before: datetime, limit: int) -> Sequence[int]:
        """Return ids of old rows that are not done; see the contract."""
        return [row["id"] for row in await self._rows(sql.UNFINISHED, first_id_at(before), limit)]

    async def forget(self, received_before: datetime, limit: int = 1_000) -> int:
        """Delete purged rows; see the contract."""
        return await self._change(sql.FORGET, first_id_at(received_before), limit)

    async def count_keys(self, after: int, limit: int) -> KeyPage:
        """Count payloads by key; see the contract."""
        async with self._database.read() as tx:
            return await count_sealed(tx, sql.SEALED, after, limit)

    async def reseal(self, after: int, limit: int) -> KeyPage:
        """Seal payloads anew; see the contract."""
        async with self._database.write() as tx:
            return await reseal(tx, sql.SEALED, self._vault, after, limit)

    async def wait_for_work(self, timeout: float) -> None:  # noqa: ASYNC109 — it ends quietly
        """Wait for a delivery; see the contract."""
        await self._signal.wait(timeout)

    def wake(self) -> None:
        """Wake the waiting; see the contract."""
        self._signal.notify()

    async def close(self) -> None:
        """Store what was put, then stop; see the contract."""
        await self._flusher.close()
        for line in self._lines:
            await line.close()

    async def _change(self, statement: str, *args: object) -> int:
        return await self._database.change(statement, *args)

    async def _rows(self, statement: str, *args: object) -> Sequence[Row]:
        async with self._database.read() as tx:
            return await tx.fetch(statement, *args)


async def _commit(line: PostgresLine, rows: Sequence[sql.NewRow]) -> set[int]:
    # In the order of their keys, so that two commits with the same keys wait, but not in a circle.
    in_order = sorted(rows, key=itemgetter(1))
    return _ids(await line.fetch(_INSERT_SET, *_columns(in_order)))


def _columns(rows: Sequence[sql.NewRow]) -> Sequence[Sequence[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _ids(rows: Sequence[Row]) -> set[int]:
    return {row["id"] for row in rows}
