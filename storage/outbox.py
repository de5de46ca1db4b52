"""What is to leave: written in the transaction of its cause, sent by the relay.

A row is sent once: its dedupe key names the cause. Rows of one *lane* (same
endpoint family, account and receiver) leave in order, and are never in two
leases. What an expired lease says is that nobody knows whether the platform
got the row; the relay decides by the rule of the endpoint (architecture section 1).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from domain.messages import Body, Endpoint, Push
from domain.values import Priority
from storage import outbox_sql as sql
from storage.bodies import decode_body, encode_body
from storage.errors import SealBroken
from storage.grouped import Grouped
from storage.ids import Ids
from storage.leased import key_of
from storage.moments import from_micros, micros_or_none, moment_or_none, to_micros
from storage.outbox_sql import ALLOWANCE_USED, OutboxState
from storage.protocols import Database, Row, Transaction, array
from storage.resealing import SealedTable
from storage.rests import Rests
from storage.signal import WorkSignal
from storage.vault import Vault

__all__ = [
    "ALLOWANCE_USED",
    "ClaimedPush",
    "Outbox",
    "OutboxEntry",
    "OutboxState",
    "Sent",
    "insert_pushes",
]

PURPOSE = "outbox"
#: What a key rotation moves; see :func:`_context`.
SEALED = SealedTable("outbox", PURPOSE, context=lambda row: _context(row["id"]))
_CLAIM_LOCK = b"clew outbox claim"
#: Endpoints whose rows may wait for a customer.
_ANSWERS = frozenset({Endpoint.KF_MESSAGE, Endpoint.KF_EVENT_MESSAGE, Endpoint.MP_MESSAGE})
#: Endpoints that write into the same conversation share a lane.
_FAMILIES = {Endpoint.KF_EVENT_MESSAGE: Endpoint.KF_MESSAGE}


async def insert_pushes(
    tx: Transaction, vault: Vault, ids: Ids, pushes: Sequence[Push], now: datetime
) -> None:
    """Put pushes into the outbox, in order; a push whose dedupe key is known is dropped."""
    rows = [_row_of(push, vault, ids, now) for push in pushes]
    # One order for all writers, so that no two wait for each other.
    rows.sort(key=lambda row: str(row[sql.DEDUPE_KEY]))
    await tx.execute_set(sql.INSERT, rows)
    if lanes := {lane_of(push) for push in pushes if push.endpoint in _ANSWERS}:
        await tx.execute(sql.WAKE[tx.dialect], tx.array(sorted(lanes)))


def _row_of(push: Push, vault: Vault, ids: Ids, now: datetime) -> tuple[object, ...]:
    row_id = ids.next()
    return (
        row_id,
        push.endpoint.value,
        push.account,
        push.receiver,
        lane_of(push),
        _sealed(push.body, row_id, vault),
        push.dedupe_key,
        int(push.priority),
        push.merge_key,
        push.event_code,
        push.person_id,
        push.lead_id,
        to_micros(push.not_before or now),
        micros_or_none(push.expires_at),
        to_micros(now),
    )


def lane_of(push: Push) -> str:
    """Return whose turn a push has to wait for; empty for a welcome, which waits for nobody."""
    if push.endpoint is Endpoint.WELCOME:
        return ""
    family = _FAMILIES.get(push.endpoint, push.endpoint)
    return f"{family}:{push.account}:{push.receiver}"


def _sealed(body: Body, row_id: int, vault: Vault) -> bytes:
    return vault.seal(PURPOSE, encode_body(body), _context(row_id))


def _context(row_id: int) -> bytes:
    return row_id.to_bytes(8)


@dataclass(frozen=True, slots=True)
class ClaimedPush:
    """A row in our hands until its lease ends.

    ``attempts`` counts this one. ``is_outcome_unknown`` tells that an earlier
    lease ran out: the platform may have got it. ``id`` is equal in every
    attempt and serves as the send id on the wire. ``error`` is what
    :meth:`Outbox.retry` noted last.
    """

    id: int
    push: Push
    attempts: int
    lease_token: str
    created_at: datetime
    is_outcome_unknown: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Finished:
    """A row that the platform took ``at`` a moment, and its answer."""

    row: ClaimedPush
    answer: Mapping[str, str]
    at: datetime

    def told(self) -> dict[str, str | int]:
        """Return what the row keeps of it."""
        answer = msgspec.json.encode(dict(self.answer)).decode()
        return {"answer": answer, "at": to_micros(self.at)}


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of the send ledger: what counts against a budget, and which row it was."""

    account: str
    receiver: str
    endpoint: Endpoint
    sent_at: datetime
    outbox_id: int


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A row as operators see it: everything but what it says."""

    id: int
    endpoint: Endpoint
    account: str
    receiver: str
    priority: Priority
    state: OutboxState
    attempts: int
    due_at: datetime
    created_at: datetime
    error: str


class Outbox:
    """The relay's and the operator's view; rows are inserted by :func:`insert_pushes`."""

    def __init__(self, database: Database, vault: Vault, ids: Ids) -> None:
        """Work on the main database."""
        self._database = database
        self._vault = vault
        self._ids = ids
        self._sql = sql.ON_IDS[database.dialect]
        self._finishing = Grouped(self._finish_all)
        #: Endpoints that nobody need call for a while.
        self.rests = Rests(database)
        #: Ring it after a commit that inserted pushes.
        self.signal = WorkSignal()

    # ---------------------------------------------------------------- relay

    async def claim(
        self,
        limit: int,
        lease_for: timedelta,
        now: datetime,
        least: Priority = Priority.BULK,
    ) -> list[ClaimedPush]:
        """Take up to ``limit`` due rows until ``now + lease_for``: welcome first, then oldest.

        Nothing less urgent than ``least`` is given. Within a lane nothing is
        given while a row before it waits for its next attempt or is in another
        lease; what is given of a lane is in order. A body that cannot be opened
        is failed.
        """
        due = await self._due(now, least)
        if not due:
            return []
        token = secrets.token_hex(8)
        async with self._database.write() as tx:
            await tx.lock_keys([_CLAIM_LOCK])
            if sql.LAPSED in due:
                await tx.execute(sql.RECOVER, to_micros(now))
                due = {priority.value for priority in Priority if priority <= least}
            args = (to_micros(now), limit, token, to_micros(now + lease_for))
            rows = await tx.fetch(sql.claim(tx.dialect, tuple(sorted(due))), *args)
        claimed = []
        for row in sorted(rows, key=lambda row: (row["priority"], row["due_at"], row["id"])):
            try:
                claimed.append(self._claimed(row, token))
            except (SealBroken, ValueError) as error:
                await self._close([row["id"]], token, OutboxState.FAILED, str(error))
        return claimed

    async def _due(self, now: datetime, least: Priority) -> set[int]:
        """Look without locking anything: relays are woken far more often than there is work."""
        rows = await self._database.look(sql.DUE, to_micros(now))
        return {row["priority"] for row in rows if row["priority"] <= least.value}

    def _claimed(self, row: Row, token: str) -> ClaimedPush:
        opened = self._vault.open(PURPOSE, bytes(row["sealed"]), _context(row["id"]))
        return ClaimedPush(
            id=row["id"],
            push=_push(row, decode_body(opened)),
            attempts=row["attempts"],
            lease_token=token,
            created_at=from_micros(row["created_at"]),
            is_outcome_unknown=bool(row["is_unsure"]),
            error=row["error"],
        )

    async def finish(self, claimed: ClaimedPush, answer: Mapping[str, str], now: datetime) -> bool:
        """Record that the platform took it, what it answered, and the line of the ledger.

        Rows that are finished at the same time share a commit. False when the lease
        was lost: then whoever took over decides.
        """
        return await self._finishing.do(_Finished(claimed, answer, now))

    async def _finish_all(self, finished: Sequence[_Finished]) -> list[bool]:
        """Record all of them in one commit; one that lost its lease takes nothing from others."""
        told = {key_of(one.row.id, one.row.lease_token): one.told() for one in finished}
        async with self._database.write() as tx:
            ids = tx.array([one.row.id for one in finished])
            rows = await tx.fetch(self._sql.finish, ids, msgspec.json.encode(told).decode())
            # It was sent, whoever holds the lease: the budget is used.
            lines = [self._line(one.row, one.at) for one in finished]
            await tx.execute_many(sql.COUNT_SEND, lines)
        held = {row["id"] for row in rows}
        return [one.row.id in held for one in finished]

    async def unknown(self, claimed: ClaimedPush, error: str, now: datetime) -> bool:
        """Give up without knowing whether it arrived; it counts as sent in the ledger."""
        async with self._database.write() as tx:
            await self._count(tx, claimed, now)
        return await self._close([claimed.id], claimed.lease_token, OutboxState.UNKNOWN, error)

    async def fail(self, claimed: ClaimedPush, error: str) -> bool:
        """Give up: the platform refuses it for good."""
        return await self._close([claimed.id], claimed.lease_token, OutboxState.FAILED, error)

    async def drop(self, claimed: ClaimedPush, reason: str) -> bool:
        """Let it go unsent for ``reason`` (expired, opted out): no fault of anyone."""
        return await self._close([claimed.id], claimed.lease_token, OutboxState.DROPPED, reason)

    async def count_send(self, claimed: ClaimedPush, now: datetime) -> bool:
        """Write a line of the ledger for an attempt that may have arrived; the row goes on."""
        async with self._database.write() as tx:
            await self._count(tx, claimed, now)
        return True

    async def retry(self, claimed: ClaimedPush, at: datetime, error: str) -> bool:
        """Give it back after an attempt that certainly did not arrive, until ``at``."""
        ids, token = [claimed.id], claimed.lease_token
        return await self._change(self._sql.release, ids, token, to_micros(at), error[:500]) == 1

    async def postpone(
        self, claimed: Sequence[ClaimedPush], until: datetime, note: str | None = None
    ) -> int:
        """Give rows of one lease back untried (no budget left); not counted as an attempt.

        Without a ``note`` their error stays. Rows whose note begins with
        :data:`ALLOWANCE_USED` come back before ``until`` when another row is put into their lane.
        """
        if not claimed:
            return 0
        ids, token = [row.id for row in claimed], claimed[0].lease_token
        return await self._change(self._sql.postpone, ids, token, to_micros(until), note)

    async def merge(self, into: ClaimedPush, others: Sequence[ClaimedPush], body: Body) -> bool:
        """Let ``into`` carry ``body`` for itself and ``others`` of its lease, before it is sent.

        So a second attempt after a crash sends the same text again. False when
        the lease was lost; then nothing was changed.
        """
        token, sealed = into.lease_token, _sealed(body, into.id, self._vault)
        ids = [row.id for row in others]
        async with self._database.write() as tx:
            held = await tx.execute(self._sql.rewrite, tx.array([into.id]), token, sealed)
            held += await tx.execute(self._sql.merge, tx.array(ids), token, into.id)
            if held != 1 + len(ids):
                await tx.roll_back()
                return False
        return True

    async def _count(self, tx: Transaction, claimed: ClaimedPush, now: datetime) -> None:
        await tx.execute(sql.COUNT_SEND, *self._line(claimed, now))

    def _line(self, claimed: ClaimedPush, at: datetime) -> tuple[object, ...]:
        """Return the line of the ledger for a send."""
        push, sent_at = claimed.push, to_micros(at)
        who = (push.account, push.receiver, push.endpoint.value)
        return (self._ids.next(), *who, claimed.id, sent_at)

    async def _close(self, ids: Sequence[int], token: str, state: OutboxState, error: str) -> bool:
        changed = await self._change(self._sql.close, ids, token, state.value, error[:500])
        return changed == len(ids)

    async def _change(self, statement: str, ids: Sequence[int], *args: object) -> int:
        return await self._database.change(statement, array(self._database.dialect, ids), *args)

    # -------------------------------------------------------------- operator

    async def sent_since(self, since: datetime) -> list[Sent]:
        """Return the send ledger from ``since`` on, to rebuild budgets after a restart."""
        async with self._database.read() as tx:
            rows = await tx.fetch(sql.SENDS_SINCE, to_micros(since))
        return [_sent(row) for row in rows]

    async def sent_to(self, push: Push, since: datetime) -> list[Sent]:
        """Return the lines of the ledger for the account, receiver and endpoint of ``push``."""
        key = (push.account, push.receiver, push.endpoint.value)
        rows = await self._database.look(sql.SENDS_TO, *key, to_micros(since))
        return [_sent(row) for row in rows]

    async def replay(self, row_id: int, now: datetime) -> bool:
        """Send a failed, unknown or dropped row again, at once and without expiry."""
        async with self._database.write() as tx:
            changed = await tx.execute(sql.REPLAY, row_id, to_micros(now))
        self.signal.notify()
        return changed == 1

    async def list(self, state: OutboxState, limit: int) -> list[OutboxEntry]:
        """Return rows in ``state``, newest first."""
        async with self._database.read() as tx:
            rows = await tx.fetch(sql.LISTS[state] + sql.NEWEST, limit)
        return [_entry(row, state) for row in rows]

    async def counts(self) -> dict[OutboxState, int]:
        """Return how many rows are pending, leased, failed and unknown."""
        async with self._database.read() as tx:
            (row,) = await tx.fetch(sql.COUNTS)
        return {state: row[state.value] for state in sql.COUNTED}

    async def purge(self, before: datetime, limit: int = 10_000) -> int:
        """Drop bodies of closed rows made before, and lines of the ledger; keys stay known."""
        moment = to_micros(before)
        async with self._database.write() as tx:
            await tx.execute(sql.PURGE_LEDGER, moment)
            return await tx.execute(sql.PURGE_BODIES, moment, limit)


def _push(row: Row, body: Body) -> Push:
    return Push(
        endpoint=Endpoint(row["endpoint"]),
        account=row["account"],
        receiver=row["receiver"],
        body=body,
        dedupe_key=row["dedupe_key"],
        priority=Priority(row["priority"]),
        not_before=from_micros(row["due_at"]),
        expires_at=moment_or_none(row["expires_at"]),
        merge_key=row["merge_key"],
        event_code=row["event_code"],
        person_id=row["person_id"],
        lead_id=row["lead_id"],
    )


def _sent(row: Row) -> Sent:
    endpoint = Endpoint(row["endpoint"])
    sent_at = from_micros(row["sent_at"])
    return Sent(row["account"], row["receiver"], endpoint, sent_at, row["outbox_id"])


def _entry(row: Row, state: OutboxState) -> OutboxEntry:
    return OutboxEntry(
        id=row["id"],
        endpoint=Endpoint(row["endpoint"]),
        account=row["account"],
        receiver=row["receiver"],
        priority=Priority(row["priority"]),
        state=state,
        attempts=row["attempts"],
        due_at=from_micros(row["due_at"]),
        created_at=from_micros(row["created_at"]),
        error=row["error"],
    )
