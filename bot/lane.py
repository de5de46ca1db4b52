"""The rows of one receiver, sent one after the other and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from bot.budgets import Budgets
from bot.defects import describe_defect
from bot.limits import RATES, allowed, fits_at, is_nearly_used, ledger_span
from bot.merging import join, may_have_arrived
from bot.metrics import PUSH_LAG, PUSHES
from bot.openings import Openings
from bot.postman import Answer, Postman
from bot.retry import EXPIRED, Attempt, GiveUp, Retry, Unknown, may_resend, next_step
from bot.storage_watch import StorageWatch
from bot.trouble import AMBIGUOUS, Trouble, lost, met, read_trouble
from bot.wecom.cards import CannotRenderError
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import WireError
from domain.messages import Endpoint
from handlers.ports import Clock
from storage.errors import StorageError
from storage.outbox import ClaimedPush, Outbox
from storage.rests import rest_name

log = structlog.get_logger("clew.relay")

#: A send is begun only while the lease surely outlives it.
SEND_TAKES_AT_MOST = timedelta(seconds=45)
#: Recording what happened is worth some patience: without it the outcome is unknown.
RECORD_TRIES = 4
RECORD_PAUSE_SECONDS = 0.25
#: Sends of one endpoint at once, below the platform's limit (fact sheet 4.1).
PARALLEL = 4
#: Troubles that every row of the endpoint and account would meet as well.
_SHARED = frozenset({Reaction.SLOW_DOWN, Reaction.OPERATOR})
#: Records what came of a send; returns until when the lane waits.
Recording: TypeAlias = Callable[[], Awaitable[datetime | None]]


@dataclass(slots=True)
class LaneTools:
    """What all lanes of a relay share; ``resting`` says, by name, until when nobody need try.

    ``has_others`` tells that other processes send as well.
    """

    outbox: Outbox
    postman: Postman
    clock: Clock
    budgets: Budgets
    openings: Openings | None = None
    has_others: bool = False
    is_stopping: bool = False
    resting: dict[str, datetime] = field(default_factory=dict)
    slots: dict[Endpoint, asyncio.Semaphore] = field(default_factory=dict)
    watch: StorageWatch = field(default_factory=lambda: StorageWatch("lane"))

    def slot(self, endpoint: Endpoint) -> asyncio.Semaphore:
        """Return what a send waits for before it looks at its lease a last time."""
        return self.slots.setdefault(endpoint, asyncio.Semaphore(PARALLEL))


class Lane:
    """Works on rows of one lane, in order, while their lease lasts."""

    def __init__(self, tools: LaneTools, rows: Sequence[ClaimedPush], until: datetime) -> None:
        """``until`` is the end of the lease of ``rows``."""
        self._tools = tools
        self._rows = list(rows)
        self._until = until

    async def work(self, after: asyncio.Task[None] | None) -> None:
        """Settle the rows; what has to wait goes back together with all behind it."""
        if after is not None:
            await asyncio.wait([after])
        try:
            await self._count_others()
            while self._rows:
                async with self._tools.slot(self._rows[0].push.endpoint):
                    step = await self._settle_first()
                # The slot is for the call: others need not wait for our commit.
                wait_until = await step() if callable(step) else step
                if wait_until is not None:
                    await self._give_back(wait_until)
        except StorageError as error:
            # The leases run out; then the once-only rule decides what may be repeated.
            self._tools.watch.failed(error, rows=len(self._rows))

    async def _count_others(self) -> None:
        """Learn what others sent to the receiver, a call that a crash cut off included.

        While we hold the lane nobody else sends on it, and its lines stand in
        the ledger before anybody lets go of it: what is read now stays true.
        """
        tools, rows, now = self._tools, self._rows, self._tools.clock.now()
        lost = next((row for row in rows if row.is_outcome_unknown), None)
        if lost is not None and lost.push.endpoint in RATES:
            # One call at a time: whatever was cut off, it was one.
            await _patiently(lambda: tools.outbox.count_send(lost, now))
            tools.budgets.record(lost.push, now)
        if not tools.has_others:
            return
        for push in {row.push.endpoint: row.push for row in rows}.values():
            if (span := ledger_span(push.endpoint)) is not None:
                tools.budgets.replace(push, await tools.outbox.sent_to(push, now - span))

    async def _settle_first(self) -> Recording | datetime | None:
        """Send or close the first row; return what is left to record, or a wait of the lane."""
        row, now = self._rows[0], self._tools.clock.now()
        if self._tools.is_stopping or now + SEND_TAKES_AT_MOST > self._until:
            return now
        wait_until = self._resting_until(row, now)
        if wait_until is not None:
            return wait_until
        if not await self._is_worth_sending(row, now):
            self._rows.pop(0)
            return None
        allowance = await self._allowance(row, now)
        row = await self._joined(row, allowance, now)
        sent = self._tools.budgets.sent(row.push, now)
        fits = fits_at(sent, RATES.get(row.push.endpoint, ()), now)
        if fits > now:
            return fits
        self._rows.pop(0)
        if allowance == 0:
            await self._close(row, GiveUp(Reaction.WAIT_FOR_CUSTOMER), "allowance_used")
            return None
        return await self._attempt(row)

    async def _allowance(self, row: ClaimedPush, now: datetime) -> int | None:
        """Return how many messages the customer's acts still allow; None when unknown."""
        if self._tools.openings is None:
            return None
        openings = await self._tools.openings.of(row.push, now)
        if openings is None:
            return None
        return allowed(row.push.endpoint, openings, self._tools.budgets.sent(row.push, now), now)

    def _resting_until(self, row: ClaimedPush, now: datetime) -> datetime | None:
        until = self._tools.resting.get(rest_name(row.push.endpoint, row.push.account))
        return until if until is not None and until > now else None

    async def _is_worth_sending(self, row: ClaimedPush, now: datetime) -> bool:
        """Close a row that is too late, or that may have arrived and must not arrive twice."""
        push = row.push
        is_late = push.expires_at is not None and push.expires_at <= now
        trouble = _before(row)
        if trouble is not None and not may_resend(push.endpoint, trouble, now):
            await self._close(row, Unknown("process_died"), trouble.written())
        elif is_late and may_have_arrived(row):
            await self._close(row, Unknown(EXPIRED), row.error)
        elif is_late:
            await self._close(row, GiveUp(EXPIRED), EXPIRED)
        else:
            return True
        return False

    async def _joined(self, row: ClaimedPush, allowance: int | None, now: datetime) -> ClaimedPush:
        """Let the row carry the texts behind it when the receiver's budget runs short."""
        push, tools, waiting = row.push, self._tools, len(self._rows)
        rates, sent = RATES.get(push.endpoint, ()), tools.budgets.sent(push, now)
        is_short = allowance is not None and 0 < allowance < waiting
        if not is_short and not is_nearly_used(sent, rates, now, waiting):
            return row
        joined = join(row, self._rows[1:])
        if joined is None:
            return row
        if not await tools.outbox.merge(row, joined.others, joined.into.push.body):
            return row
        PUSHES.labels(push.endpoint, "merged").inc(len(joined.others))
        gone = {other.id for other in joined.others}
        rest = [other for other in self._rows[1:] if other.id not in gone]
        self._rows = [joined.into, *rest]
        return joined.into

    async def _attempt(self, row: ClaimedPush) -> Recording:
        """Send the row; return how to record what came of it."""
        started = self._tools.clock.now()
        try:
            answer = await self._tools.postman.deliver(row.push, row.id)
        except CannotRenderError as error:
            reason = f"cannot render: {error.reason}"
            return partial(self._close, row, GiveUp("cannot_render"), reason)
        except WireError as error:
            return self._failed(row, error, started)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not stop the others
            defect = describe_defect(error)
            log.error("send_broke", outbox_id=row.id, defect=defect)  # noqa: TRY400 - see there
            return partial(self._close, row, Unknown("defect"), f"defect: {defect}")
        now = self._tools.clock.now()
        self._tools.budgets.record(row.push, now)
        return partial(self._finish, row, answer, now)

    async def _finish(self, row: ClaimedPush, answer: Answer, now: datetime) -> None:
        held = await _patiently(lambda: self._tools.outbox.finish(row, answer, now))
        if not held:
            log.warning("lease_lost_after_send", outbox_id=row.id)
        self._tools.watch.worked()
        PUSHES.labels(row.push.endpoint, "sent").inc()
        due = row.push.not_before or row.created_at
        PUSH_LAG.labels(row.push.endpoint).observe((now - due).total_seconds())

    def _failed(self, row: ClaimedPush, error: WireError, started: datetime) -> Recording:
        """Decide what to do after a refusal or a silence; a shared rest begins at once."""
        push, tools, now = row.push, self._tools, self._tools.clock.now()
        trouble = met(_before(row), error.reaction, error.reason, started)
        if error.reaction in AMBIGUOUS:
            tools.budgets.record(push, now)
        attempt = Attempt(push.endpoint, trouble, now, row.id, error.pause, push.expires_at)
        decision = next_step(attempt)
        log.info(
            "send_failed",
            outbox_id=row.id,
            endpoint=push.endpoint,
            reaction=error.reaction,
            advice=error.advice,
            reason=error.reason,
            decision=type(decision).__name__,
        )
        if not isinstance(decision, Retry):
            return partial(self._close, row, decision, f"{error.advice}: {trouble.written()}")
        if error.reaction in _SHARED:
            tools.resting[rest_name(push.endpoint, push.account)] = decision.at
        return partial(self._retry, row, trouble, decision.at, now)

    async def _retry(
        self, row: ClaimedPush, trouble: Trouble, at: datetime, now: datetime
    ) -> datetime:
        """Give the row back for another attempt; the lane waits for it."""
        outbox, push = self._tools.outbox, row.push
        if trouble.reaction in _SHARED:
            name = rest_name(push.endpoint, push.account)
            await _patiently(lambda: outbox.rests.begin(name, at))
        if trouble.reaction in AMBIGUOUS:
            await _patiently(lambda: outbox.count_send(row, now))
        await _patiently(lambda: outbox.retry(row, at, trouble.written()))
        PUSHES.labels(push.endpoint, "retried").inc()
        return at

    async def _close(self, row: ClaimedPush, decision: GiveUp | Unknown, error: str) -> None:
        """Close a row that was not sent, or of which nobody knows."""
        outbox, now = self._tools.outbox, self._tools.clock.now()
        if isinstance(decision, Unknown):
            result = "unknown"
            await _patiently(lambda: outbox.unknown(row, error, now))
        elif decision.reason in {EXPIRED, Reaction.DROP}:
            result = "dropped"
            await _patiently(lambda: outbox.drop(row, error))
        else:
            result = "failed"
            await _patiently(lambda: outbox.fail(row, error))
        PUSHES.labels(row.push.endpoint, result).inc()

    async def _give_back(self, until: datetime) -> None:
        rows, self._rows = self._rows, []
        await _patiently(lambda: self._tools.outbox.postpone(rows, until))


def _before(row: ClaimedPush) -> Trouble | None:
    """Return what the row has met, a lease that ran out included."""
    before = read_trouble(row.error)
    if not row.is_outcome_unknown:
        return before
    # When the lost attempt began nobody knows: not before the row was due.
    return lost(before, row.push.not_before or row.created_at)


async def _patiently(record: Callable[[], Awaitable[bool | int]]) -> bool | int:
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
