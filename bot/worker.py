"""Takes rows out of the inbox and makes them take effect, exactly once.

Claim and apply are two commits (architecture section 1.2): the claim counts the
attempt before anything can crash, the apply marks its rows as applied in the
same transaction as their effects. Finishing only tidies up, so it shares the
commit of the next claim.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.metrics import APPLY_LAG, BATCH_ROWS, PARKED, PROCESSED, REFUSALS, RETRIED
from bot.pacing import Metered, Pacing
from bot.storage_watch import StorageWatch
from bot.stored import parse
from bot.wecom.parse import ParseError
from domain.swift import swift
from domain.values import Priority
from handlers.reactions import settle
from storage.errors import StorageError, StorageUnavailable
from storage.inbox import Done

if TYPE_CHECKING:
    from bot.dispatcher import Dispatcher
    from handlers.context import Context
    from handlers.ports import Clock
    from handlers.updates import Update
    from storage.inbox import Claimed, Inbox
    from storage.unit_of_work import Store

log = structlog.get_logger("clew.worker")

LEASE = timedelta(minutes=2)
#: A row that fails this often is parked: visible, replayable, out of the way.
MAX_ATTEMPTS = 5
#: Pause before a failed row is tried again, per attempt made.
RETRY_AFTER = timedelta(seconds=2)
IDLE_SECONDS = 1.0


@swift
@dataclass(frozen=True, slots=True)
class Parsed:
    """A claimed row and what it says."""

    row: Claimed
    update: Update


class Worker:
    """Applies claimed rows in batches; a failing batch is re-run row by row."""

    def __init__(
        self,
        inbox: Inbox,
        store: Store,
        dispatcher: Dispatcher,
        context: Context,
        clock: Clock,
        lease_for: timedelta = LEASE,
    ) -> None:
        """Work on one inbox and one store; rows in hand come back after ``lease_for``."""
        self._lease_for = lease_for
        self._inbox = inbox
        self._store = store
        self._dispatcher = dispatcher
        self._context = context
        self._clock = clock
        self._pacing = Pacing(lambda: inbox.in_flight)
        self._watch = StorageWatch("worker")
        self._has_welcomes = False
        #: What took effect and is finished by the next claim, to share its commit.
        self._done: list[Done] = []
        self.is_busy = False

    async def run(self) -> None:
        """Work until cancelled, then finish the batch in hand; a storage away is waited for."""
        while True:
            try:
                worked = await self._undisturbed()
            except StorageError as error:
                self._watch.failed(error)
                worked = 0
                await asyncio.sleep(IDLE_SECONDS)
            if not worked:
                await self._inbox.wait_for_work(IDLE_SECONDS)

    async def _undisturbed(self) -> int:
        metered = Metered(self._work())
        batch = asyncio.ensure_future(metered)
        try:
            worked = await asyncio.shield(batch)
        except asyncio.CancelledError:
            await asyncio.wait({batch})
            await self._finish()
            raise
        if self._pacing.is_crowded:  # a rest may be long, and others want the subjects
            await self._finish()
        await self._pacing.rest(metered.held, urgent=self._has_welcomes)
        return worked

    async def work_once(self) -> int:
        """Claim and apply one batch; return how many rows were claimed."""
        worked = await self._work()
        await self._finish()
        return worked

    async def _finish(self) -> None:
        """Mark what took effect as done, where no claim follows at once.

        What cannot be marked is marked by a later claim, or comes again when its lease
        ends; then it is known to have taken effect.
        """
        try:
            while self._done:
                one = self._done[0]
                await self._inbox.finish(one.lease_token, one.ids)
                del self._done[0]
        except StorageError as error:
            self._watch.failed(error)

    async def _work(self) -> int:
        self.is_busy = True
        try:
            claimed = await self._inbox.claim(
                self._pacing.batch, self._lease_for, self._clock.now(), self._done
            )
            self._done = []
            self._has_welcomes = any(row.priority is Priority.WELCOME for row in claimed)
            if claimed:
                BATCH_ROWS.observe(len(claimed))
                await self._apply(claimed)
            return len(claimed)
        finally:
            self.is_busy = False

    async def _apply(self, claimed: Sequence[Claimed]) -> None:
        parsed = await self._parse(claimed)
        try:
            await self._apply_together(parsed)
        except Exception as error:  # noqa: BLE001 - any row may be the culprit: find it alone
            if isinstance(error, StorageUnavailable):
                await self._wait_for_storage(parsed, error)
            elif len(parsed) > 1:
                log.warning("batch_failed", rows=len(parsed), error=type(error).__name__)
                await self._apply_one_by_one(parsed)
            else:
                await self._give_back(parsed[0].row, error)

    async def _parse(self, claimed: Sequence[Claimed]) -> list[Parsed]:
        parsed = []
        for row in claimed:
            try:
                parsed.append(Parsed(row, parse(row.source, row.payload, row.received_at)))
            except ParseError as error:
                PARKED.labels("unreadable").inc()
                log.warning("parked", inbox_id=row.id, source=row.source, reason=str(error))
                await self._inbox.park(row.lease_token, row.id, f"unreadable: {error}")
            except Exception as error:  # noqa: BLE001 - a defect of the parser stops no other row
                await self._give_back(row, error)
        return parsed

    async def _apply_one_by_one(self, parsed: Sequence[Parsed]) -> None:
        for item in parsed:
            try:
                await self._apply_together([item])
            except Exception as error:  # noqa: BLE001 - kept with the row, logged, counted
                await self._give_back(item.row, error)

    async def _apply_together(self, parsed: Sequence[Parsed]) -> None:
        if not parsed:
            return
        ids = [item.row.id for item in parsed]
        async with self._store.unit_of_work(self._clock.now()) as work:
            # What was never claimed before cannot have been applied.
            seen = [item.row.id for item in parsed if item.row.attempts > 1]
            applied = await work.applied_before(seen) if seen else frozenset()
            todo = [item for item in parsed if item.row.id not in applied]
            await work.load(key for item in todo for key in item.update.contact_keys())
            for item in todo:
                await self._dispatcher.dispatch(item.update, work, item.row)
                await self._pacing.step_aside()
            await settle(work, self._context)
            await work.commit(applied=[item.row.id for item in todo])
        self._done.append(Done(parsed[0].row.lease_token, tuple(ids)))
        self._watch.worked()
        PROCESSED.inc(len(todo))
        for refusal in work.refusals:
            REFUSALS.labels(*refusal).inc()
        now = self._clock.now()
        for item in todo:
            APPLY_LAG.observe((now - item.row.received_at).total_seconds())

    async def _wait_for_storage(self, parsed: Sequence[Parsed], error: StorageUnavailable) -> None:
        """Give all rows back: none of them is at fault, so none is put aside."""
        rows = [item.row for item in parsed]
        RETRIED.inc(len(rows))
        self._watch.failed(error, rows=len(rows))
        retry_at = self._clock.now() + RETRY_AFTER
        await self._inbox.release(rows[0].lease_token, [row.id for row in rows], retry_at)

    async def _give_back(self, row: Claimed, error: Exception) -> None:
        kind = type(error).__name__
        if row.attempts >= MAX_ATTEMPTS and not isinstance(error, StorageUnavailable):
            PARKED.labels("failing").inc()
            log.error("parked", inbox_id=row.id, source=row.source, exc_info=error)
            await self._inbox.park(row.lease_token, row.id, f"{kind}: {error}"[:500])
            return
        RETRIED.inc()
        log.warning("retry", inbox_id=row.id, attempts=row.attempts, exc_info=error)
        retry_at = self._clock.now() + RETRY_AFTER * row.attempts
        await self._inbox.release(row.lease_token, [row.id], retry_at)
