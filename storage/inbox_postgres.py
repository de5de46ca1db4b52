"""The inbox in PostgreSQL: one flusher commits for all who wait."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import inbox_sql as sql
from storage.errors import Cause, StorageUnavailable
from storage.ids import IdSource, first_id_at
from storage.inbox_contract import Claimed, Delivery, Inbox, InboxEntry, InboxState
from storage.moments import to_micros
from storage.protocols import Database, Dialect, Row, Transaction
from storage.resealing import KeyPage, count_sealed, reseal
from storage.signal import WorkSignal
from storage.vault import Vault

#: Deliveries that share a commit at most: preparing them holds the event loop.
BATCH = 256
QUEUE_LIMIT = 20_000
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


@dataclass(slots=True)
class _Waiting:
    """A caller of ``put`` and, once prepared, the row."""

    prepare: Callable[[], Delivery]
    future: asyncio.Future[bool]
    row: tuple[object, ...] = ()

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def succeed(self, *, is_new: bool) -> None:
        if not self.future.done():
            self.future.set_result(is_new)


class PostgresInbox(Inbox):
    """See :class:`storage.inbox_contract.Inbox`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        ids: IdSource,
        signal: WorkSignal,
        on_commit: Callable[[int], None] | None = None,
    ) -> None:
        """Start the flusher on an open, migrated database, which stays the caller's."""
        self._on_commit = on_commit
        self._database = database
        self._vault = vault
        self._ids = ids
        self._signal = signal
        self._waiting: deque[_Waiting] = deque()
        self._has_waiting = asyncio.Event()
        self._is_closed = False
        self._flusher = asyncio.create_task(self._flush_until_closed(), name="inbox-flusher")

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store a delivery; see the contract."""
        if self._is_closed:
            problem = "the inbox was closed by this process"
            raise StorageUnavailable(problem, Cause.CLOSED)
        if len(self._waiting) >= QUEUE_LIMIT:
            problem = f"{QUEUE_LIMIT} deliveries wait for PostgreSQL"
            raise StorageUnavailable(problem, Cause.OVERLOADED)
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(prepare, future))
        self._has_waiting.set()
        return future

    # -------------------------------------------------------------- flusher

    async def _flush_until_closed(self) -> None:
        while self._waiting or not self._is_closed:
            await self._has_waiting.wait()
            self._has_waiting.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                await self._flush([waiting for waiting in batch if self._prepared(waiting)])

    def _prepared(self, waiting: _Waiting) -> bool:
        try:
            waiting.row = sql.row_of(waiting.prepare(), self._vault, self._ids)
        except Exception as error:  # noqa: BLE001 — handed to the one who waits for it
            waiting.fail(error)
            return False
        return True

    async def _flush(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            async with self._database.write() as tx:
                new = await _insert(tx, [waiting.row for waiting in batch])
        except StorageUnavailable as error:
            for waiting in batch:
                waiting.fail(StorageUnavailable(error.problem, error.cause))
        except Exception as error:  # noqa: BLE001 — a row may be the culprit: find it alone
            await self._find_culprit(batch, error)
        else:
            for waiting in batch:
                waiting.succeed(is_new=waiting.row[0] in new)
            if new:
                self._signal.notify()
            if self._on_commit is not None:
                self._on_commit(len(batch))

    async def _find_culprit(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """Store a refused batch one by one, so that only the refused row fails."""
        if len(batch) == 1:
            batch[0].fail(error)
            return
        for waiting in batch:
            await self._flush([waiting])

    # ---------------------------------------------------------------- rows

    async def put_page(self, deliveries: Sequence[Delivery], cursor_key: str, cursor: str) -> int:
        """Store a page and its cursor; see the contract."""
        rows = [sql.row_of(delivery, self._vault, self._ids) for delivery in deliveries]
        async with self._database.write() as tx:
            new = await _insert(tx, rows)
            await tx.execute(sql.SET_CURSOR, cursor_key, cursor)
        self._signal.notify()
        return len(new)

    async def cursor(self, cursor_key: str) -> str:
        """Return a cursor; see the contract."""
        rows = await self._rows(sql.GET_CURSOR, cursor_key)
        return str(rows[0]["value"]) if rows else ""

    async def claim(self, limit: int, lease_for: timedelta, now: datetime) -> list[Claimed]:
        """Claim rows; see the contract.

        Claims take turns: only then does each see the subjects that the other holds.
        """
        token = secrets.token_hex(8)
        async with self._database.write() as tx:
            await tx.lock_keys([_CLAIM_LOCK])
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
        self._is_closed = True
        self._has_waiting.set()
        await self._flusher

    async def _change(self, statement: str, *args: object) -> int:
        async with self._database.write() as tx:
            return await tx.execute(statement, *args)

    async def _rows(self, statement: str, *args: object) -> Sequence[Row]:
        async with self._database.read() as tx:
            return await tx.fetch(statement, *args)


async def _insert(tx: Transaction, rows: Sequence[tuple[object, ...]]) -> set[int]:
    """Insert rows, each key once; return the ids of those that are new."""
    if not rows:
        return set()
    columns = [list(column) for column in zip(*rows, strict=True)]
    return {row["id"] for row in await tx.fetch(_INSERT_SET, *columns)}
