"""From fetch rows to the platform's read calls, and with the answers into the inbox.

An answer is stored in the inbox before its row is finished, so a crash between
the two asks once more and changes nothing. One row stands for a subject: a
newer request takes the row over, so bursts fall together, and an answer carries
the generation of its request, by which the worker knows a stale one.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.cluster.turns import LeasedTurns
from bot.defects import describe_defect
from bot.inquiry import Inquirer
from bot.metrics import FETCHES
from bot.pulling import Puller, delivery_of
from bot.retry import wait_after
from bot.storage_watch import StorageWatch
from bot.surveying import Surveyor
from bot.trouble import Trouble
from bot.wecom.client.answers import JsonObject
from bot.wecom.client.clients import Clients
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError, WireError
from domain.messages import Fetch, FetchKind
from handlers.ports import Clock
from storage.errors import StorageError
from storage.fetches import ClaimedFetch, Fetches
from storage.inbox import Inbox
from storage.rests import Rests

log = structlog.get_logger("clew.fetcher")

BATCH = 32
LEASE = timedelta(minutes=2)
IDLE_SECONDS = 1.0
#: How old what we know of the rests of others may be when rows are taken.
REST_KNOWN_FOR = timedelta(milliseconds=250)
GRACE_SECONDS = 15.0


def rest_of(fetch: Fetch) -> str:
    """Return under which name rests of the fetch's endpoint are kept."""
    # The account of a page names its list, and each list has an endpoint of its own.
    endpoint = fetch.account if fetch.kind is FetchKind.SYNC_PAGE else ""
    return f"rest:fetch:{fetch.kind}:{endpoint}"


class Fetcher:
    """Claims requests, asks, stores the answers; many at once."""

    def __init__(
        self,
        fetches: Fetches,
        inbox: Inbox,
        clients: Clients,
        clock: Clock,
        turns: LeasedTurns | None = None,
        *,
        lease_for: timedelta = LEASE,
    ) -> None:
        """Nothing is asked before :meth:`run` or :meth:`drain_once`.

        ``turns`` keeps pulls of one account apart where several processes pull.
        Rows of a process that died come back after ``lease_for``.
        """
        self._lease_for = lease_for
        self._fetches = fetches
        self._inbox = inbox
        self._clock = clock
        self._inquirer = Inquirer(clients)
        self._puller = Puller(clients.corp.kf, inbox, clock, turns)
        self._surveyor = Surveyor(clients.corp, fetches.database)
        self._rests = Rests(fetches.database)
        self._resting: dict[str, datetime] = {}
        self._rests_seen_at: datetime | None = None
        self._watch = StorageWatch("fetcher")
        self._is_taking = False
        self._running: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        """Tell whether a request is under way."""
        return self._is_taking or bool(self._running)

    def wake(self) -> None:
        """Look for requests now."""
        self._fetches.signal.notify()

    async def run(self) -> None:
        """Ask until cancelled; then let calls under way come to their end."""
        try:
            while True:
                if len(self._running) >= BATCH or not await self._take_or_wait():
                    await self._fetches.signal.wait(IDLE_SECONDS)
        finally:
            await self._stop()

    async def drain_once(self) -> int:
        """Answer everything that is due now; return how many requests were taken.

        Raises:
            StorageError: the database is not there.
        """
        total = 0
        while taken := await self._take():
            total += taken
            await asyncio.gather(*self._running)
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
        self._is_taking = True
        try:
            claimed = await self._fetches.claim(BATCH, self._lease_for, self._clock.now())
            if claimed:
                await self._see_rests()
            for row in claimed:
                task = asyncio.create_task(self._answer(row), name=f"fetch {row.id}")
                self._running.add(task)
                task.add_done_callback(self._leave)
        finally:
            self._is_taking = False
        return len(claimed)

    async def _see_rests(self) -> None:
        """Learn of rests that others began, and that a restart must not end."""
        now, seen_at = self._clock.now(), self._rests_seen_at
        if seen_at is None or now >= seen_at + REST_KNOWN_FOR:
            self._resting |= await self._rests.under_way(now)
            self._rests_seen_at = now

    def _leave(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._fetches.signal.notify()

    async def _answer(self, row: ClaimedFetch) -> None:
        """Settle one request; whatever happens, others go on."""
        try:
            await self._settle(row)
        except StorageError as error:
            # The lease runs out and the request is taken again.
            self._watch.failed(error, fetch_id=row.id)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not stop the others
            defect = describe_defect(error)
            log.error("fetch_broke", fetch_id=row.id, defect=defect)  # noqa: TRY400 - see there
            await self._fetches.fail(row, f"defect: {defect}")

    async def _settle(self, row: ClaimedFetch) -> None:
        fetch = row.fetch
        until = self._resting.get(rest_of(fetch))
        if until is not None and until > self._clock.now():
            await self._fetches.postpone(row, until)
            return
        try:
            await self._ask(fetch)
        except WireError as error:
            await self._failed(row, error)
            return
        is_newest = await self._fetches.finish(row)
        FETCHES.labels(fetch.kind, "answered" if is_newest else "stale").inc()

    async def _ask(self, fetch: Fetch) -> None:
        if fetch.kind is FetchKind.KF_MESSAGES:
            await self._puller.pull(fetch)
        elif fetch.kind is FetchKind.SYNC_PAGE:
            page = await self._surveyor.survey(int(fetch.subject))
            if page is not None:
                await self._put(fetch, page)
        else:
            await self._put(fetch, await self._inquirer.ask(fetch))

    async def _put(self, fetch: Fetch, answer: JsonObject) -> None:
        document: JsonObject = {
            "kind": fetch.kind.value,
            "subject": fetch.subject,
            "generation": fetch.generation,
            "account": fetch.account,
            "answer": answer,
        }
        delivery = delivery_of(f"fetch:{fetch.kind}", document, self._clock.now())
        await self._inbox.put(lambda: delivery)

    async def _failed(self, row: ClaimedFetch, error: WireError) -> None:
        """Ask again later, or pass the refusal on and show it."""
        fetch, now = row.fetch, self._clock.now()
        trouble = Trouble(error.reaction, error.reason, row.attempts, row.asked_at)
        wait = wait_after(trouble, error.pause, now, row.id)
        log.info(
            "fetch_failed",
            fetch_id=row.id,
            kind=fetch.kind,
            reaction=error.reaction,
            advice=error.advice,
            reason=error.reason,
            is_final=wait is None,
        )
        if wait is not None:
            if error.reaction is Reaction.SLOW_DOWN:
                await self._rest(fetch, now + wait)
            await self._fetches.retry(row, now + wait, trouble.written())
            FETCHES.labels(fetch.kind, "retried").inc()
            return
        if isinstance(error, PlatformError) and fetch.kind is not FetchKind.KF_MESSAGES:
            await self._put(fetch, {"errcode": error.errcode, "errmsg": error.errmsg})
        await self._fetches.fail(row, f"{error.advice}: {trouble.written()}")
        FETCHES.labels(fetch.kind, "failed").inc()

    async def _rest(self, fetch: Fetch, until: datetime) -> None:
        """Let no request of this kind try before ``until``, here and in other processes."""
        name = rest_of(fetch)
        self._resting[name] = max(until, self._resting.get(name, until))
        await self._rests.begin(name, until)

    async def _stop(self) -> None:
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
