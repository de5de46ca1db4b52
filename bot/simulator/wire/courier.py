"""Delivers callbacks over real HTTP: in time, again after failure, repeated, shuffled (1.5)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

import aiohttp

from bot.simulator.config import DeliveryConfig
from bot.simulator.wire.courses import Course, WaitingRoom
from bot.simulator.wire.envelopes import Envelope, Line, Request
from handlers.ports import Clock

#: With ``shuffle``, how many waiting callbacks one is picked from, and how many
#: real seconds it waits for such neighbours.
NEIGHBOURS = 8
NEIGHBOUR_WAIT = 0.02

STRAIGHT = Course()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status with body, or why none did (``error``)."""

    status: int
    body: bytes = b""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        """Tell whether the receiver took the callback."""
        return self.status == HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Parcel:
    """A callback to deliver; ``name`` is its event or message type, for the log.

    ``on_answer`` gets the accepting answer of the first copy, or the last failure.
    """

    line: Line
    name: str
    plaintext: bytes
    sender: str = ""
    on_answer: Callable[[Answer], None] | None = None


@dataclass(slots=True)
class Delivery:
    """A line of the log: one copy of a parcel and the answer to each try."""

    at: datetime
    parcel: Parcel
    copy: int
    answers: list[Answer] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Tell whether a try was accepted."""
        return bool(self.answers) and self.answers[-1].is_accepted


class Courier:
    """Takes parcels at any time and delivers them while it is open."""

    def __init__(
        self, options: DeliveryConfig, clock: Clock, envelopes: dict[Line, Envelope]
    ) -> None:
        """Deliver to ``envelopes`` as ``options`` say."""
        self.options = options
        self.envelopes = envelopes
        self.log: list[Delivery] = []
        #: How each parcel travels; straight unless a fault is asked for.
        self.course_of: Callable[[Parcel], Course] = lambda _: STRAIGHT
        self._clock = clock
        # Reproducible disorder, not a secret.
        self._dice = random.Random(options.shuffle)  # noqa: S311
        self._waiting: list[Delivery] = []
        self._ready = asyncio.Semaphore(0)
        self._idle = asyncio.Event()
        self._idle.set()
        self._unfinished = 0
        self._workers: list[asyncio.Task[None]] = []
        self._rushes: set[asyncio.Task[None]] = set()
        self._room = WaitingRoom(self._queue, self._rush)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Begin to deliver."""
        self._session = aiohttp.ClientSession()
        self._workers = [
            asyncio.create_task(self._work(self._session)) for _ in range(self.options.parallel)
        ]

    async def close(self) -> None:
        """Stop; what is not delivered yet stays undelivered.

        Raises:
            Exception: what ended a worker before its time.
        """
        await self._room.close()
        under_way = [*self._workers, *self._rushes]
        for task in under_way:
            task.cancel()
        ends = await asyncio.gather(*under_way, return_exceptions=True)
        self._workers.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def post(self, parcel: Parcel) -> None:
        """Send a parcel off, once per copy; a line without address drops it."""
        if not self.envelopes[parcel.line].url:
            return
        course = self.course_of(parcel)
        now, copies = self._clock.now(), self.options.redeliver * course.copies
        deliveries = [Delivery(now, parcel, copy) for copy in range(copies)]
        self.log.extend(deliveries)
        self._unfinished += copies
        self._idle.clear()
        self._room.enter(deliveries, course)

    async def settled(self) -> None:
        """Return when every parcel is accepted or given up."""
        await self._idle.wait()

    async def verify(self, line: Line, echo: str) -> bool:
        """Make the platform's URL check and tell whether it was answered as it must be."""
        envelope = self.envelopes[line]
        if self._session is None or not envelope.url:
            return False
        request = envelope.verification(echo)
        answer = await self._call(self._session, "GET", request, self.options.verify_within)
        return answer.is_accepted and answer.body == echo.encode()

    async def _work(self, session: aiohttp.ClientSession) -> None:
        while True:
            await self._ready.acquire()
            if self.options.shuffle is not None:
                await asyncio.sleep(NEIGHBOUR_WAIT)
            await self._finish(session, self._waiting.pop(self._pick()))

    async def _finish(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        try:
            await self._deliver(session, delivery)
        finally:
            self._unfinished -= 1
            if not self._unfinished:
                self._idle.set()

    def _queue(self, delivery: Delivery) -> None:
        self._waiting.append(delivery)
        self._ready.release()

    def _rush(self, deliveries: list[Delivery]) -> None:
        """Deliver all at once, however many workers there are."""
        if self._session is None:
            for delivery in deliveries:
                self._queue(delivery)
            return
        for delivery in deliveries:
            rush = asyncio.create_task(self._finish(self._session, delivery))
            self._rushes.add(rush)
            rush.add_done_callback(self._rushes.discard)

    def _pick(self) -> int:
        if self.options.shuffle is None:
            return 0
        return self._dice.randrange(min(NEIGHBOURS, len(self._waiting)))

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        parcel = delivery.parcel
        envelope = self.envelopes[parcel.line]
        for number in range(self.options.tries):
            if number:
                await asyncio.sleep(self.options.pause)
            request = envelope.seal(parcel.plaintext, parcel.sender)
            answer = await self._call(session, "POST", request, self.options.answer_within)
            delivery.answers.append(answer)
            if answer.is_accepted:
                break
        if parcel.on_answer is not None and delivery.copy == 0:
            parcel.on_answer(delivery.answers[-1])

    async def _call(
        self, session: aiohttp.ClientSession, verb: str, request: Request, within: float
    ) -> Answer:
        headers = {"Content-Type": request.content_type} if request.body else {}
        try:
            async with session.request(
                verb,
                request.url,
                params=request.params,
                data=request.body or None,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=within),
            ) as response:
                return Answer(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(0, error=type(error).__name__)
