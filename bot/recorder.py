"""Writing down how a send ended, with some patience: without it the outcome is unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.metrics import PUSH_LAG, PUSHES
from bot.postman import Answer
from bot.retry import EXPIRED, GiveUp, Unknown
from bot.storage_watch import StorageWatch
from bot.trouble import AMBIGUOUS, Trouble
from bot.wecom.error_codes import Reaction
from handlers.ports import Clock
from storage.errors import StorageError
from storage.outbox import ClaimedPush, Outbox
from storage.rests import rest_name

log = structlog.get_logger("clew.relay")

#: Recording what happened is worth some patience: without it the outcome is unknown.
RECORD_TRIES = 4
RECORD_PAUSE_SECONDS = 0.25
#: Troubles that every row of the endpoint and account would meet as well.
SHARED = frozenset({Reaction.SLOW_DOWN, Reaction.OPERATOR})


@dataclass(frozen=True, slots=True)
class Recorder:
    """Settles rows of a lease in the outbox."""

    outbox: Outbox
    clock: Clock
    watch: StorageWatch

    async def finish(self, row: ClaimedPush, answer: Answer, now: datetime) -> None:
        """Write down that the platform took it, and what it answered.

        Raises:
            StorageError: the database stays away; so for the others.
        """
        held = await patiently(lambda: self.outbox.finish(row, answer, now))
        if not held:
            log.warning("lease_lost_after_send", outbox_id=row.id)
        self.watch.worked()
        PUSHES.labels(row.push.endpoint, "sent").inc()
        due = row.push.not_before or row.created_at
        PUSH_LAG.labels(row.push.endpoint).observe((now - due).total_seconds())

    async def retry(
        self, row: ClaimedPush, trouble: Trouble, at: datetime, now: datetime
    ) -> datetime:
        """Give the row back for another attempt; the lane waits for it."""
        outbox, push = self.outbox, row.push
        if trouble.reaction in SHARED:
            name = rest_name(push.endpoint, push.account)
            await patiently(lambda: outbox.rests.begin(name, at))
        if trouble.reaction in AMBIGUOUS:
            await patiently(lambda: outbox.count_send(row, now))
        await patiently(lambda: outbox.retry(row, at, trouble.written()))
        PUSHES.labels(push.endpoint, "retried").inc()
        return at

    async def close(self, row: ClaimedPush, decision: GiveUp | Unknown, error: str) -> None:
        """Close a row that was not sent, or of which nobody knows."""
        outbox, now = self.outbox, self.clock.now()
        if isinstance(decision, Unknown):
            result = "unknown"
            await patiently(lambda: outbox.unknown(row, error, now))
        elif decision.reason in {EXPIRED, Reaction.DROP}:
            result = "dropped"
            await patiently(lambda: outbox.drop(row, error))
        else:
            result = "failed"
            await patiently(lambda: outbox.fail(row, error))
        PUSHES.labels(row.push.endpoint, result).inc()


async def patiently(record: Callable[[], Awaitable[bool | int]]) -> bool | int:
    """Record, trying a few times: the database may be away for a moment.

    Raises:
        StorageError: it stays away.
    """
    for _ in range(RECORD_TRIES - 1):
        try:
            return await record()
        except StorageError:
            await asyncio.sleep(RECORD_PAUSE_SECONDS)
    return await record()
