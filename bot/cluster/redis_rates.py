"""How many calls a caller may make, counted for all web processes together.

A bucket per caller fills with time, as :class:`handlers.web.allowance.Allowance` counts it
within one process; while Redis is away each process counts for itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.cluster.redis_link import RedisAwayError, RedisLink
from handlers.web.allowance import Allowance

if TYPE_CHECKING:
    from datetime import datetime

# Milliseconds until the calls are allowed, 0 when they were taken. An answer that was lost
# has taken them all the same: the caller waits a little longer, and never has more.
_TAKE = """
local most, now, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('hmget', KEYS[1], 'left', 'at')
local left, at = tonumber(kept[1]) or most, tonumber(kept[2]) or now
left = math.min(left + math.max(now - at, 0) * most / 60000, most)
local wait = 0
if left >= cost then left = left - cost else wait = math.ceil((cost - left) * 60000 / most) end
redis.call('hset', KEYS[1], 'left', tostring(left), 'at', tostring(math.max(now, at)))
redis.call('pexpire', KEYS[1], 120000)
return wait
"""
_MILLISECONDS = 1000


class SharedRates:
    """Counts in Redis, in this process alone while it is away."""

    def __init__(self, link: RedisLink) -> None:
        """Ask over ``link``."""
        self._link = link
        self._own = Allowance()

    async def wait(self, caller: str, per_minute: int, now: datetime, cost: int = 1) -> int:
        """Take ``cost`` calls and return 0, or return in how many seconds they are allowed."""
        cost = min(cost, per_minute)
        moment = round(now.timestamp() * _MILLISECONDS)
        try:
            wait = await self._link.run(_TAKE, [f"clew:rate:{caller}"], [per_minute, moment, cost])
        except RedisAwayError:
            return self._own.wait(caller, per_minute, now, cost)
        return math.ceil(int(wait) / _MILLISECONDS)
