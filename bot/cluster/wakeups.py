"""Bells that ring in every process: who waits for work need not look for it.

Work is always a row first; a bell that nobody hears costs the pause between
two looks, never the work. Rings are gathered for a moment, so a burst of
callbacks is one message.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum

import structlog

from bot.cluster.redis_link import REST_SECONDS, RedisAwayError, RedisLink
from storage.signal import WorkSignal

log = structlog.get_logger("clew.wakeups")

#: Rings within this time are told together.
GATHER_SECONDS = 0.005


class Topic(StrEnum):
    """Where work was put."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    FETCHES = "fetches"


class SharedSignal(WorkSignal):
    """A bell of this process whose rings are told to the others."""

    def __init__(self, announce: Callable[[], None]) -> None:
        """``announce`` tells the others, later."""
        super().__init__()
        self._announce = announce

    def notify(self) -> None:
        """Wake whoever waits, here and elsewhere."""
        super().notify()
        self._announce()

    def hear(self) -> None:
        """Wake whoever waits here: another process rang."""
        super().notify()


class WakeUps:
    """Tells rings while :meth:`tell` runs and hears them while :meth:`hear` does."""

    def __init__(self, link: RedisLink, channel: str) -> None:
        """All processes of an installation use one ``channel``."""
        self._link = link
        self._channel = channel
        self._own_name = secrets.token_hex(4)
        self._rung: set[Topic] = set()
        self._has_rung = asyncio.Event()
        self.signals: Mapping[Topic, SharedSignal] = {
            topic: SharedSignal(self._announcer(topic)) for topic in Topic
        }

    async def tell(self) -> None:
        """Tell the others until cancelled; what Redis does not take is dropped."""
        while True:
            await self._has_rung.wait()
            self._has_rung.clear()
            topics, self._rung = self._rung, set()
            try:
                await self._link.publish(self._channel, " ".join([self._own_name, *sorted(topics)]))
            except RedisAwayError:
                log.debug("ring_not_told", topics=sorted(topics))  # the others look by themselves
            await asyncio.sleep(GATHER_SECONDS)

    async def hear(self) -> None:
        """Hear the others until cancelled; without Redis, wait for it."""
        first, last = REST_SECONDS
        rest = first
        while True:
            try:
                async with self._link.listening(self._channel) as rings:
                    rest = first
                    self._ring_all()
                    async for ring in rings:
                        self._ring(ring)
            except RedisAwayError as error:
                log.warning("rings_not_heard", reason=error.reason, again_in=rest)
            await asyncio.sleep(rest)
            rest = min(rest * 2, last)

    def _announcer(self, topic: Topic) -> Callable[[], None]:
        def announce() -> None:
            self._rung.add(topic)
            self._has_rung.set()

        return announce

    def _ring_all(self) -> None:
        """Look everywhere once: nobody listened until now."""
        for signal in self.signals.values():
            signal.hear()

    def _ring(self, ring: str) -> None:
        name, *topics = ring.split()
        if name == self._own_name:
            return
        for topic in topics:
            if topic in self.signals:
                self.signals[Topic(topic)].hear()
