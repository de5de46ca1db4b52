"""From the outbox to the wire: in order per receiver, many receivers at once.

A *lane* is one conversation (endpoint family, account, receiver). Lanes are
worked on side by side, the rows of a lane one after the other, so a slow
receiver holds up nobody else. Welcomes wait neither for a lane nor for a free
hand. After a crash the lease of a row in hand runs out; whether it is sent
again is the once-only rule's decision, not ours (``bot.retry``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import structlog

from bot.budgets import Budgets
from bot.lane import Lane, LaneTools
from bot.limits import LEDGER_SPAN
from bot.openings import Openings
from bot.postman import Postman
from bot.storage_watch import StorageWatch
from domain.values import Priority
from handlers.ports import Clock
from storage.errors import StorageError
from storage.outbox import ClaimedPush, Outbox, lane_of

log = structlog.get_logger("clew.relay")

#: No more rows but welcomes are taken while so many lanes are worked on.
HANDS = 16
BATCH = 64
#: Welcomes taken beyond that while every hand is busy.
WELCOME_BATCH = 16
#: Longer than the slowest call takes (``bot.lane``), with room for rows that wait their turn.
LEASE = timedelta(seconds=75)
IDLE_SECONDS = 1.0
#: How old what we know of other relays' rests may be when rows are taken.
REST_KNOWN_FOR = timedelta(milliseconds=250)
#: How long a stopping relay waits for calls that are under way.
GRACE_SECONDS = 15.0


class Relay:
    """Claims rows and lets lanes send them."""

    def __init__(
        self,
        outbox: Outbox,
        postman: Postman,
        clock: Clock,
        openings: Openings | None = None,
        *,
        has_others: bool = False,
    ) -> None:
        """Budgets are read from the ledger when the relay first works.

        Without ``openings`` the platform's refusal tells that a customer's
        window is closed. With ``has_others`` other processes send as well, so each
        lane reads what they sent before it begins.
        """
        self._outbox = outbox
        self._clock = clock
        self._budgets = Budgets()
        self._tools = LaneTools(outbox, postman, clock, self._budgets, openings, has_others)
        self._is_ready = False
        self._rests_seen_at: datetime | None = None
        self._is_taking = False
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._lone = count()
        self._watch = StorageWatch("relay")

    @property
    def is_busy(self) -> bool:
        """Tell whether something is on its way out."""
        return self._is_taking or bool(self._lanes)

    def wake(self) -> None:
        """Look for work now: something was put into the outbox."""
        self._outbox.signal.notify()

    async def run(self) -> None:
        """Send until cancelled; then finish what is under way and give the rest back."""
        try:
            while True:
                if not await self._take_or_wait():
                    await self._outbox.signal.wait(IDLE_SECONDS)
        finally:
            await self._stop()

    async def drain_once(self) -> int:
        """Send everything that is due now; return how many rows were taken.

        Raises:
            StorageError: the database is not there.
        """
        total = 0
        while taken := await self._take():
            total += taken
            await asyncio.gather(*self._lanes.values())
        return total

    async def _take_or_wait(self) -> int:
        try:
            taken = await self._take()
        except StorageError as error:
            self._watch.failed(error)
            await asyncio.sleep(IDLE_SECONDS)
            return 0
        self._watch.worked()
        return taken

    async def _take(self) -> int:
        has_hand = len(self._lanes) < HANDS
        limit = BATCH if has_hand else WELCOME_BATCH
        least = Priority.BULK if has_hand else Priority.WELCOME
        self._is_taking = True
        try:
            await self._prepare()
            rows = await self._outbox.claim(limit, LEASE, self._clock.now(), least)
            self._start(rows)
        finally:
            self._is_taking = False
        return len(rows)

    async def _prepare(self) -> None:
        now = self._clock.now()
        if not self._is_ready:
            self._budgets.rebuild(await self._outbox.sent_since(now - LEDGER_SPAN))
            self._is_ready = True
        seen_at = self._rests_seen_at
        if seen_at is None or (self._tools.has_others and now >= seen_at + REST_KNOWN_FOR):
            self._tools.resting |= await self._outbox.rests.under_way(now)
            self._rests_seen_at = now

    def _start(self, rows: Iterable[ClaimedPush]) -> None:
        until = self._clock.now() + LEASE
        lanes: dict[str, list[ClaimedPush]] = {}
        for row in rows:
            name = lane_of(row.push) or f"lone {next(self._lone)}"
            lanes.setdefault(name, []).append(row)
        for name, its_rows in lanes.items():
            before = self._lanes.get(name)
            lane = Lane(self._tools, its_rows, until)
            task = asyncio.create_task(lane.work(after=before), name=f"relay {name}")
            self._lanes[name] = task
            task.add_done_callback(partial(self._leave, name))

    def _leave(self, name: str, task: asyncio.Task[None]) -> None:
        if self._lanes.get(name) is task:
            del self._lanes[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("lane_broke", error=type(error).__name__)
        self._outbox.signal.notify()  # a hand is free, and the lane may have more

    async def _stop(self) -> None:
        self._tools.is_stopping = True
        lanes = list(self._lanes.values())
        if lanes:
            _, late = await asyncio.wait(lanes, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._tools.is_stopping = False  # it may be run again
