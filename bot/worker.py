"""Takes rows out of the inbox and makes them take effect, exactly once.

Claim and apply are two commits (architecture section 1.2): the claim counts the
attempt before anything can crash, the apply marks its rows as applied in the
same transaction as their effects. Finishing only tidies up, so it shares the
commit of the next claim.

Where a database takes several writers, a batch waits for its server for a fifth of
its time. So a worker has lanes: while one waits, another applies the next batch. They
look for rows in turns, the next behind a full batch, and no two hold rows of one subject.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import structlog

from bot.metrics import APPLY_LAG, BATCH_ROWS, PARKED, PROCESSED, RETRIED
from bot.pacing import Metered, Pacing
from bot.storage_watch import StorageWatch
from bot.stored import parse
from bot.wecom.parse import ParseError
from domain.swift import swift
from domain.values import Priority
from handlers.reactions import settle
from storage.errors import Cause, StorageError, StorageUnavailable
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
#: Batches under way at once where a database takes several writers and much waits: the
#: process has something to do while the server works.
LANES = 3


@swift
@dataclass(frozen=True, slots=True)
class Parsed:
    """A claimed row and what it says."""

    row: Claimed
    update: Update


class _Turn:
    """The turn to look for rows: one lane has it at a time, so that a bell wakes only one."""

    def __init__(self, look: asyncio.Lock) -> None:
        self._look = look
        self.is_over = False

    def pass_on(self) -> None:
        """Let the next lane look."""
        if not self.is_over:
            self.is_over = True
            self._look.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pass_on()


@asynccontextmanager
async def _at_the_end(finish: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Finish what is left when a lane is stopped, wherever it stands.

    What any lane did waits for the next claim, and that may have been this lane's.
    """
    try:
        yield
    except asyncio.CancelledError:
        await finish()
        raise


async def _again_if_locked(apply: Callable[[], Awaitable[None]]) -> None:
    """Apply; once more if this is who had to give way where two waited for each other."""
    try:
        await apply()
    except StorageUnavailable as error:
        if error.cause is not Cause.LOCKED:
            raise
        log.info("batch_again", problem=error.problem)
        await apply()


class Worker:
    """Applies claimed rows in batches; a failing batch is re-run row by row."""

    def __init__(  # noqa: PLR0913 - what it works on, and how
        self,
        inbox: Inbox,
        store: Store,
        dispatcher: Dispatcher,
        context: Context,
        clock: Clock,
        lease_for: timedelta = LEASE,
        *,
        lanes: int = 1,
    ) -> None:
        """Work on one inbox and one store; rows in hand come back after ``lease_for``.

        ``lanes`` is how many batches are to be under way at once; a database with one
        writer gains nothing by a second one.
        """
        self._lease_for = lease_for
        self._inbox = inbox
        self._store = store
        self._dispatcher = dispatcher
        self._context = context
        self._clock = clock
        self._pacing = Pacing(lambda: inbox.in_flight)
        self._watch = StorageWatch("worker")
        #: What took effect and is finished by the next claim, to share its commit.
        self._done: list[Done] = []
        self._lanes = lanes
        self._look = asyncio.Lock()
        self._in_hand = 0

    @property
    def is_busy(self) -> bool:
        """Whether a batch is under way."""
        return self._in_hand > 0

    @property
    def runs(self) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
        """The loops that make this worker work, one for each lane."""
        return [self.run] * self._lanes

    async def run(self) -> None:
        """Be one lane: work until cancelled, then finish the batch in hand.

        A storage that is away is waited for.
        """
        async with _at_the_end(self._finish):
            while True:
                await self._look.acquire()
                with _Turn(self._look) as turn:
                    try:
                        has_worked = await self._undisturbed(turn)
                    except StorageError as error:
                        self._watch.failed(error)
                        has_worked = False
                        await asyncio.sleep(IDLE_SECONDS)
                    if not has_worked:
                        await self._inbox.wait_for_work(IDLE_SECONDS)

    async def _undisturbed(self, turn: _Turn) -> bool:
        metered = Metered(self._work(turn))
        batch = asyncio.ensure_future(metered)
        try:
            rows = await asyncio.shield(batch)
        except asyncio.CancelledError:
            await asyncio.wait({batch})
            raise
        if self._pacing.is_crowded:  # a rest may be long, and others want the subjects
            await self._finish()
        elif turn.is_over and self._look.locked():  # who looks may wait for these subjects
            self._inbox.wake()
        has_welcomes = any(row.priority is Priority.WELCOME for row in rows)
        await self._pacing.rest(metered.held, urgent=has_welcomes)
        return bool(rows)

    async def work_once(self) -> int:
        """Claim and apply one batch; return how many rows were claimed."""
        rows = await self._work()
        await self._finish()
        return len(rows)

    async def _finish(self) -> None:
        """Mark what took effect as done, where no claim follows at once.

        What cannot be marked is marked by a later claim, or comes again when its lease
        ends; then it is known to have taken effect.
        """
        done, self._done = self._done, []
        try:
            while done:
                await self._inbox.finish(done[0].lease_token, done[0].ids)
                del done[0]
        except StorageError as error:
            self._watch.failed(error)
        finally:
            self._done += done

    async def _work(self, turn: _Turn | None = None) -> Sequence[Claimed]:
        self._in_hand += 1
        try:
            limit = self._pacing.batch
            claimed = await self._claim(limit)
            if claimed:
                # Only behind a full batch there is more: small ones would cost more each.
                if turn and len(claimed) == limit and not self._pacing.is_crowded:
                    turn.pass_on()
                await self._apply(claimed)
            return claimed
        finally:
            self._in_hand -= 1

    async def _claim(self, limit: int) -> Sequence[Claimed]:
        done, self._done = self._done, []
        try:
            claimed = await self._inbox.claim(limit, self._lease_for, self._clock.now(), done)
        except BaseException:
            self._done += done
            raise
        if claimed:
            BATCH_ROWS.observe(len(claimed))
        return claimed

    async def _apply(self, claimed: Sequence[Claimed]) -> None:
        parsed = await self._parse(claimed)
        try:
            await _again_if_locked(lambda: self._apply_together(parsed))
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
