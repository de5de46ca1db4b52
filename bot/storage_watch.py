"""Says in clear words that the storage is away, and that it is back.

Loops meet a storage that is away again and again; the log gets the first time and
one line a minute, the counter all of them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from bot.metrics import STORAGE_FAILURES
from storage.errors import StorageUnavailable

if TYPE_CHECKING:
    from storage.errors import StorageError

log = structlog.get_logger("clew.storage")

#: Real seconds between two lines about one outage.
REMIND_SECONDS = 60.0


class StorageWatch:
    """Follows how one part of the service (``worker``, ``relay``, …) finds the storage."""

    def __init__(self, part: str) -> None:
        """Begin with a storage that is there."""
        self._part = part
        self._away_since: float | None = None
        self._told_at = 0.0

    def failed(self, error: StorageError, **facts: int) -> None:
        """Count a failure, and log it unless that was done a moment ago."""
        now, cause = time.monotonic(), cause_of(error)
        STORAGE_FAILURES.labels(self._part, cause).inc()
        is_new = self._away_since is None
        if self._away_since is None:
            self._away_since = now
        if is_new or now - self._told_at >= REMIND_SECONDS:
            self._told_at = now
            words = {"problem": error.problem, "advice": error.advice}
            log.warning("storage_unavailable", part=self._part, cause=cause, **words, **facts)

    def worked(self) -> None:
        """Note that the storage did what was asked of it."""
        if self._away_since is not None:
            lasted = round(time.monotonic() - self._away_since, 1)
            log.info("storage_back", part=self._part, away_seconds=lasted)
            self._away_since = None


def cause_of(error: StorageError) -> str:
    """Return a stable word for counters: the cause, else the kind of error."""
    return error.cause.value if isinstance(error, StorageUnavailable) else type(error).__name__
