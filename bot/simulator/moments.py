"""Moments as the platform writes them, and counting within a sliding span."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, time, timedelta

from domain.values import BUSINESS_ZONE


def unix(moment: datetime) -> int:
    """Return whole seconds since 1970, the platform's only form of time."""
    return int(moment.timestamp())


def next_midnight(moment: datetime) -> datetime:
    """Return the end of the day in Beijing, when the platform's day quotas start anew."""
    tomorrow = moment.astimezone(BUSINESS_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), BUSINESS_ZONE)


class SlidingCount:
    """Counts per key what happened within the last ``span``, up to ``limit``."""

    def __init__(self, limit: int, span: timedelta) -> None:
        """Allow ``limit`` takes per key within any ``span``."""
        self._limit = limit
        self._span = span
        self._taken: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def has_room(self, key: str, now: datetime) -> bool:
        """Tell whether one more would still be within the limit."""
        taken = self._taken[key]
        while taken and taken[0] <= now - self._span:
            taken.popleft()
        return len(taken) < self._limit

    def take(self, key: str, now: datetime) -> bool:
        """Count one more and return True, or return False at the limit."""
        if not self.has_room(key, now):
            return False
        self._taken[key].append(now)
        return True
