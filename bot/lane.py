"""The rows of one receiver, sent one after the other and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import TypeAlias

import structlog

from bot.budgets import Budgets
from bot.defects import describe_defect
from bot.limits import (
    RATES,
    Opening,
    allowed,
    fits_at,
    is_nearly_used,
    ledger_span,
    open_until,
)
from bot.merging import join, may_have_arrived
from bot.metrics import PUSHES
from bot.openings import Openings
from bot.postman import Postman
from bot.recorder import SHARED, Recorder, patiently
from bot.retry import (
    EXPIRED,
    Attempt,
    GiveUp,
    Retry,
    Unknown,
    may_resend,
    next_step,
)
from bot.storage_watch import StorageWatch
from bot.trouble import AMBIGUOUS, Trouble, lost, met, read_trouble
from bot.wecom.cards import CannotRenderError
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import WireError
from domain.messages import Endpoint
from handlers.ports import Clock
from storage.errors import StorageError
from storage.outbox import ALLOWANCE_USED, ClaimedPush, Outbox
from storage.rests import rest_name

log = structlog.get_logger("clew.relay")

#: A send is begun only while the lease surely outlives it.
SEND_TAKES_AT_MOST = timedelta(seconds=45)
#: Sends of one endpoint at once, below the platform's limit (fact sheet 4.1).
PARALLEL = 4
#: A customer's act that asks for no answer opens a window too, so held rows look now and then.
LOOK_AGAIN_AFTER = timedelta(minutes=10)
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
        self._recorder = Recorder(tools.outbox, tools.clock, tools.watch)
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
            await patiently(lambda: tools.outbox.count_send(lost, now))
            tools.budgets.record(lost.push, lost.id, now)
        if not tools.has_others:
            return
        for push in {row.push.endpoint: row.push for row in rows}.values():
            if (span := ledger_span(push.endpoint)) is not None:
                tools.budgets.replace(push, await tools.outbox.sent_to(push, now - span))

    async def _settle_first(self) -> Recording | datetime | None:
        """Send or close the first row; return what is left to record, or a wait of the lane."""
        row, now = self._rows[0], self._tools.clock.now()
        if (wait_until := self._begins_at(row, now)) is not None:
            return wait_until
        if not await self._is_worth_sending(row, now):
            self._rows.pop(0)
            return None
        openings = await self._openings(row, now)
        allowance = self._allowance(row, openings, now)
        if allowance == 0 and (end := open_until(row.push.endpoint, openings or (), now)):
            return await self._hold(min(end, now + LOOK_AGAIN_AFTER))
        row = await self._joined(row, allowance, now)
        sent = self._tools.budgets.sent(row.push, now)
        fits = fits_at(sent, RATES.get(row.push.endpoint, ()), now)
        if fits > now:
            return fits
        self._rows.pop(0)
        if allowance == 0:
            reason = Reaction.WAIT_FOR_CUSTOMER
            decision = Unknown(reason) if may_have_arrived(row) else GiveUp(reason)
            await self._recorder.close(row, decision, _held_note(row))
            return None
        return await self._attempt(row)

    async def _openings(self, row: ClaimedPush, now: datetime) -> tuple[Opening, ...] | None:
        """Return what the customer did to be written to; None when unknown."""
        openings = self._tools.openings
        return None if openings is None else await openings.of(row.push, now)

    def _allowance(
        self, row: ClaimedPush, openings: tuple[Opening, ...] | None, now: datetime
    ) -> int | None:
        """Return how many messages the customer's acts still allow; None when unknown."""
        if openings is None:
            return None
        sent = self._tools.budgets.sent_beside(row.push, row.id, now)
        return allowed(row.push.endpoint, openings, sent, now)

    async def _hold(self, until: datetime) -> datetime:
        """Keep the lane until the customer writes again, at the latest until they can no more."""
        rows, self._rows = self._rows, []
        for note, noted in groupby(rows, key=_held_note):
            await patiently(partial(self._tools.outbox.postpone, list(noted), until, note))
        return until

    def _begins_at(self, row: ClaimedPush, now: datetime) -> datetime | None:
        """Return when to look again because nothing may be begun now; None when it may."""
        if self._tools.is_stopping or now + SEND_TAKES_AT_MOST > self._until:
            return now
        until = self._tools.resting.get(rest_name(row.push.endpoint, row.push.account))
        return until if until is not None and until > now else None

    async def _is_worth_sending(self, row: ClaimedPush, now: datetime) -> bool:
        """Close a row that is too late, or that may have arrived and must not arrive twice."""
        push = row.push
        is_late = push.expires_at is not None and push.expires_at <= now
        trouble = _before(row)
        if trouble is not None and not may_resend(push.endpoint, trouble, now):
            await self._recorder.close(row, Unknown("process_died"), trouble.written())
        elif is_late and may_have_arrived(row):
            await self._recorder.close(row, Unknown(EXPIRED), row.error)
        elif is_late:
            await self._recorder.close(row, GiveUp(EXPIRED), EXPIRED)
        else:
            return True
        return False

    async def _joined(self, row: ClaimedPush, allowance: int | None, now: datetime) -> ClaimedPush:
        """Let the row carry the texts behind it when the receiver's budget runs short."""
        push, tools, waiting = row.push, self._tools, len(self._rows)
        rates, sent = RATES.get(push.endpoint, ()), tools.budgets.sent(push, now)
        is_short = allowance is not None and 0 < allowance < waiting
        was_held = row.error.startswith(ALLOWANCE_USED)
        if not was_held and not is_short and not is_nearly_used(sent, rates, now, waiting):
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
            return partial(self._recorder.close, row, GiveUp("cannot_render"), reason)
        except WireError as error:
            return self._failed(row, error, started)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not stop the others
            defect = describe_defect(error)
            log.error("send_broke", outbox_id=row.id, defect=defect)  # noqa: TRY400 - see there
            return partial(self._recorder.close, row, Unknown("defect"), f"defect: {defect}")
        now = self._tools.clock.now()
        self._tools.budgets.record(row.push, row.id, now)
        return partial(self._recorder.finish, row, answer, now)

    def _failed(self, row: ClaimedPush, error: WireError, started: datetime) -> Recording:
        """Decide what to do after a refusal or a silence; a shared rest begins at once."""
        push, tools, now = row.push, self._tools, self._tools.clock.now()
        trouble = met(_before(row), error.reaction, error.reason, started)
        if error.reaction in AMBIGUOUS:
            tools.budgets.record(push, row.id, now)
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
            return partial(
                self._recorder.close, row, decision, f"{error.advice}: {trouble.written()}"
            )
        if error.reaction in SHARED:
            tools.resting[rest_name(push.endpoint, push.account)] = decision.at
        return partial(self._recorder.retry, row, trouble, decision.at, now)

    async def _give_back(self, until: datetime) -> None:
        rows, self._rows = self._rows, []
        await patiently(lambda: self._tools.outbox.postpone(rows, until))


def _held_note(row: ClaimedPush) -> str:
    """Return the note of a row that waits for its customer, with what is not known of it."""
    before = _before(row)
    if before is None or before.unknown_since is None:
        return ALLOWANCE_USED
    return f"{ALLOWANCE_USED}; {before.written()}"


def _before(row: ClaimedPush) -> Trouble | None:
    """Return what the row has met, a lease that ran out included."""
    before = read_trouble(row.error)
    if not row.is_outcome_unknown:
        return before
    # When the lost attempt began nobody knows: not before the row was due.
    return lost(before, row.push.not_before or row.created_at)
