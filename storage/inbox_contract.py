"""What an inbox promises, whatever it is kept in.

A delivery is stored under its key before anyone is told that it arrived. Work
is taken in three commits: *claim* (counts the attempt, lends the rows for a
while), *apply* (the caller's own transaction, in the main database) and
*finish*. A lease that runs out gives its rows back, so a killed process loses
nothing (architecture section 1).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from domain.swift import swift
from domain.values import Priority
from storage.resealing import KeyPage

#: Purpose under which payloads are sealed; their context is the key of the row.
PURPOSE = "inbox"
#: From this attempt on a row is given alone: it may be what kills the process.
SUSPECT_AFTER = 3


class Delivery(NamedTuple):
    """One thing that came in.

    ``source`` says from where (``wecom:<app>``, ``kf:<open_kfid>``, ``timer``, …),
    ``key`` is what makes a repeat a repeat, over all sources. ``subject`` is
    whose turn it is: rows of one subject are never in two hands; empty means
    nobody's. ``payload`` is the plaintext, sealed before it is stored.
    """

    source: str
    key: bytes
    subject: str
    priority: Priority
    payload: bytes
    received_at: datetime


@swift
@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in our hands until its lease ends; ``attempts`` counts this one."""

    id: int
    source: str
    subject: str
    payload: bytes
    priority: Priority
    received_at: datetime
    attempts: int
    lease_token: str


@dataclass(frozen=True, slots=True)
class Done:
    """Rows of one lease that took effect."""

    lease_token: str
    ids: tuple[int, ...]


class InboxState(StrEnum):
    """How far a row is, as operators see it."""

    #: Waiting to be claimed, now or at its next attempt.
    PENDING = "pending"
    #: Claimed; counted as such until its lease is given back or taken over.
    LEASED = "leased"
    #: Given up after too many attempts, or unreadable: waits for an operator.
    PARKED = "parked"
    #: Took effect; its payload is kept for a while.
    DONE = "done"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A row as operators see it: everything but what it says."""

    id: int
    source: str
    subject: str
    priority: Priority
    state: InboxState
    attempts: int
    received_at: datetime
    error: str


class Inbox(Protocol):
    """Stores deliveries durably and lends them out. All methods are safe to use at once."""

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store what ``prepare`` returns; True when it is new, False when its key is known.

        ``prepare`` runs with those of the others who share the next commit: decrypting
        in one go takes half the time. The awaitable ends after the commit.

        Raises:
            StorageUnavailable: Nothing was stored; the sender may come again.
            Exception: Whatever ``prepare`` raised; others are not affected.
        """
        ...

    @property
    def in_flight(self) -> int:
        """How many deliveries were put and wait for their commit."""
        ...

    async def put_page(self, deliveries: Sequence[Delivery], cursor_key: str, cursor: str) -> int:
        """Store a page of a pulled list and how far it reads, all or nothing.

        Returns how many of the deliveries are new.
        """
        ...

    async def cursor(self, cursor_key: str) -> str:
        """Return how far the list was read; empty when it never was."""
        ...

    async def claim(
        self, limit: int, lease_for: timedelta, now: datetime, done: Sequence[Done] = ()
    ) -> list[Claimed]:
        """Take up to ``limit`` rows until ``now + lease_for``, welcome first, then oldest.

        ``done`` are rows in hand that are finished in the same commit, before any are taken.
        Never gives a row whose subject another lease holds. A row that failed
        ``SUSPECT_AFTER`` times is given alone. A payload that cannot be opened is parked.
        """
        ...

    async def finish(self, lease_token: str, ids: Sequence[int]) -> int:
        """Mark rows as done; returns how many were still in this lease."""
        ...

    async def park(self, lease_token: str, row_id: int, error: str) -> int:
        """Put a row aside with the reason (no personal data); 0 when the lease was lost."""
        ...

    async def release(self, lease_token: str, ids: Sequence[int], retry_at: datetime) -> int:
        """Give rows back, to be claimed again from ``retry_at`` on."""
        ...

    async def replay(self, row_id: int) -> bool:
        """Let a parked row be claimed again, with its attempts forgotten."""
        ...

    async def list(self, state: InboxState, limit: int) -> list[InboxEntry]:
        """Return rows in ``state``, newest first."""
        ...

    async def counts(self) -> dict[InboxState, int]:
        """Return how many rows are pending, leased and parked (done ones are not counted)."""
        ...

    async def purge(self, received_before: datetime, limit: int = 10_000) -> int:
        """Drop the payloads of done rows that came in before; their keys stay known."""
        ...

    async def forget(self, received_before: datetime, limit: int = 1_000) -> int:
        """Delete rows whose payload was purged and that came in before: keys and all."""
        ...

    async def unfinished(self, before: datetime, limit: int) -> Sequence[int]:
        """Return ids of rows that came in before and are not done, oldest first."""
        ...

    async def oldest(self) -> datetime | None:
        """Return when the oldest row came in that still waits; None when none does."""
        ...

    async def count_keys(self, after: int, limit: int) -> KeyPage:
        """Count a page of kept payloads by the master key they are sealed under."""
        ...

    async def reseal(self, after: int, limit: int) -> KeyPage:
        """Seal a page of kept payloads under the newest master key."""
        ...

    async def wait_for_work(self, timeout: float) -> None:  # noqa: ASYNC109 — it ends quietly
        """Return when something came in, or after ``timeout`` seconds of real time."""
        ...

    def wake(self) -> None:
        """Wake :meth:`wait_for_work`: another process stored something."""
        ...

    async def close(self) -> None:
        """Store what was put so far, then stop."""
        ...
