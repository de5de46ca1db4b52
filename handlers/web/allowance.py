"""How many calls one caller may make: a bucket per caller that fills with time."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

#: Callers remembered; who was forgotten begins with a full bucket.
_MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class OwnRates:
    """The rates of a process that is alone, as :class:`handlers.ports.Rates` asks for them."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._allowance = Allowance()

    async def wait(self, caller: str, per_minute: int, now: datetime, cost: int = 1) -> int:
        """Take ``cost`` calls and return 0, or return in how many seconds they are allowed."""
        return self._allowance.wait(caller, per_minute, now, cost)


class Allowance:
    """Counts in this process alone."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, caller: str, per_minute: int, now: datetime, cost: int = 1) -> int:
        """Take ``cost`` calls and return 0, or return in how many seconds they are allowed.

        A burst may be as large as a minute's allowance.
        """
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(float(per_minute), now)
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
        per_second = per_minute / 60
        passed = max((now - bucket.at).total_seconds(), 0.0)
        bucket.left = min(bucket.left + passed * per_second, float(per_minute))
        bucket.at = max(bucket.at, now)
        cost = min(cost, per_minute)
        if bucket.left >= cost:
            bucket.left -= cost
            return 0
        return math.ceil(round((cost - bucket.left) / per_second, 6))
