"""The inbox in a SQLite file of its own: everything through one writing thread."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from storage import inbox_sql as sql
from storage.flusher import Flusher, OnCommit
from storage.group_commit import GroupCommitThread
from storage.ids import IdSource, first_id_at
from storage.inbox_contract import Claimed, Delivery, Done, Inbox, InboxEntry, InboxState
from storage.moments import to_micros
from storage.protocols import Dialect, Row, any_of, array
from storage.resealing import KeyPage, next_after
from storage.signal import WorkSignal
from storage.sqlite import run_sql, translated
from storage.vault import Vault

_ON_IDS = sql.ON_IDS[Dialect.SQLITE]
#: Rows of one statement: SQLite takes some 4,600 of them at most.
_TOGETHER = 512
_KNOWN_IDS = f"select id from inbox where {any_of(Dialect.SQLITE, 'id', 1)}"


class SqliteInbox(Inbox):
    """See :class:`storage.inbox_contract.Inbox`."""

    def __init__(
        self,
        path: Path,
        vault: Vault,
        ids: IdSource,
        signal: WorkSignal,
        on_commit: OnCommit | None = None,
    ) -> None:
        """Start the writer of the migrated file at ``path``."""
        self._signal = signal
        self._thread = GroupCommitThread(path)
        self._vault = vault
        self._ids = ids
        self._flusher = Flusher([self._commit], vault, ids, signal, on_commit)

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store a delivery; see the contract."""
        return self._flusher.put(prepare)

    @property
    def in_flight(self) -> int:
        """Count deliveries that wait for their commit; see the contract."""
        return self._flusher.in_flight

    async def _commit(self, rows: Sequence[sql.NewRow]) -> set[int]:
        return await self._thread.submit(lambda connection: _insert(connection, rows))

    async def put_page(self, deliveries: Sequence[Delivery], cursor_key: str, cursor: str) -> int:
        """Store a page and its cursor; see the contract."""

        def work(connection: sqlite3.Connection) -> int:
            new = _insert(connection, rows)
            run_sql(connection, sql.SET_CURSOR, (cursor_key, cursor))
            return len(new)

        rows = sql.rows_of(deliveries, self._vault, self._ids)
        new = await self._thread.submit(work, is_compound=True)
        self._signal.notify()
        return new

    async def cursor(self, cursor_key: str) -> str:
        """Return a cursor; see the contract."""
        rows = await self._rows(sql.GET_CURSOR, cursor_key)
        return str(rows[0]["value"]) if rows else ""

    async def claim(
        self, limit: int, lease_for: timedelta, now: datetime, done: Sequence[Done] = ()
    ) -> list[Claimed]:
        """Claim rows; see the contract."""
        token = secrets.token_hex(8)

        def work(connection: sqlite3.Connection) -> Sequence[Row]:
            for one in done:
                finished = (array(Dialect.SQLITE, one.ids), one.lease_token)
                run_sql(connection, _ON_IDS.finish, finished)
            run_sql(connection, sql.RECOVER, (to_micros(now),))
            found = run_sql(connection, sql.CLAIMABLE, (to_micros(now), limit)).fetchall()
            rows = sql.cut_at_suspect(found)
            if rows:
                ids = array(Dialect.SQLITE, [row["id"] for row in rows])
                run_sql(connection, _ON_IDS.lease, (ids, token, to_micros(now + lease_for)))
            return rows

        rows = await self._thread.submit(work, is_compound=True)
        claimed, broken = sql.opened(rows, token, self._vault)
        for row_id, reason in broken:
            await self.park(token, row_id, reason)
        return claimed

    async def finish(self, lease_token: str, ids: Sequence[int]) -> int:
        """Finish rows; see the contract."""
        return await self._change(_ON_IDS.finish, array(Dialect.SQLITE, ids), lease_token)

    async def park(self, lease_token: str, row_id: int, error: str) -> int:
        """Park a row; see the contract."""
        ids = array(Dialect.SQLITE, [row_id])
        return await self._change(_ON_IDS.park, ids, lease_token, sql.shortened(error))

    async def release(self, lease_token: str, ids: Sequence[int], retry_at: datetime) -> int:
        """Give rows back; see the contract."""
        return await self._change(
            _ON_IDS.release, array(Dialect.SQLITE, ids), lease_token, to_micros(retry_at)
        )

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
        return sql.SEALED.counted(await self._rows(sql.SEALED.count_sql, after, limit), limit)

    async def reseal(self, after: int, limit: int) -> KeyPage:
        """Seal payloads anew; see the contract."""

        def work(connection: sqlite3.Connection) -> KeyPage:
            mark = self._vault.sealing_mark
            rows = run_sql(connection, sql.SEALED.stale_sql, (after, limit, mark)).fetchall()
            updates, stuck = sql.SEALED.renewed(rows, self._vault)
            for update in updates:
                run_sql(connection, sql.SEALED.update_sql, update)
            return KeyPage(stuck, len(updates), next_after(rows, limit))

        return await self._thread.submit(work, is_compound=True)

    async def wait_for_work(self, timeout: float) -> None:  # noqa: ASYNC109 — it ends quietly
        """Wait for a delivery; see the contract."""
        await self._signal.wait(timeout)

    def wake(self) -> None:
        """Wake the waiting; see the contract."""
        self._signal.notify()

    async def close(self) -> None:
        """Store what was put, then stop; see the contract."""
        await self._flusher.close()
        await self._thread.close()

    async def _change(self, statement: str, *args: object) -> int:
        return await self._thread.submit(lambda c: run_sql(c, statement, args).rowcount)

    async def _rows(self, statement: str, *args: object) -> Sequence[Row]:
        return await self._thread.submit(lambda c: run_sql(c, statement, args).fetchall())


def _insert(connection: sqlite3.Connection, rows: Sequence[sql.NewRow]) -> set[int]:
    """Insert rows, each key once; return the ids of those that are new.

    One statement for many: between two statements the thread would have to wait
    for the interpreter, which the event loop holds when it matters.
    """
    ids = {row[0] for row in rows}
    inserted = 0
    for start in range(0, len(rows), _TOGETHER):
        some = rows[start : start + _TOGETHER]
        arguments = [value for row in some for value in row]
        inserted += connection.execute(_insert_sql(len(some)), arguments).rowcount
    if inserted == len(ids):
        return ids
    return {row["id"] for row in run_sql(connection, _KNOWN_IDS, (array(Dialect.SQLITE, ids),))}


@cache
def _insert_sql(rows: int) -> str:
    head, _, tail = sql.INSERT.partition("values")
    values, _, conflict = tail.partition("on conflict")
    one = translated(values)[0].strip()
    return f"{head}values {','.join([one] * rows)} on conflict{conflict}"
