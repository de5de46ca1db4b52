"""The way to Redis: short waits, a rest after a failure, and one word when it is away.

Redis carries what makes several processes quick. What must not be lost or
exceeded never depends on it (architecture section 4), so every caller has
another way when it is away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog

from domain.errors import ClewError

if TYPE_CHECKING:
    from redis import asyncio as aioredis

log = structlog.get_logger("clew.redis")

#: Longest wait for an answer or a connection.
PATIENCE_SECONDS = 1.0
#: Rest after a failure, doubled from the first to the last; nobody waits meanwhile.
REST_SECONDS = (0.1, 5.0)
#: A connection that only listens is tried this often.
HEARTBEAT_SECONDS = 5.0
#: With a time limit of its own, the client sends by ``asyncio.wait_for``, which on Python 3.11
#: swallows a cancellation that comes while the send is done: a loop then never ends.
_WE_COUNT = None


class RedisAwayError(ClewError):
    """Redis does not answer."""


class RedisLink:
    """Asks one Redis; safe to use from many tasks."""

    def __init__(self, url: str) -> None:
        """Connect when first asked."""
        self._url = url
        self._client = _client(url)
        self._failures = 0
        self._rests_until = 0.0

    @property
    def is_away(self) -> bool:
        """Tell whether the last question got no answer."""
        return self._failures > 0

    async def get(self, key: str) -> bytes | None:
        """Return the value of ``key``.

        Raises:
            RedisAwayError: it does not answer.
        """
        value: bytes | None = await self._ask(lambda: self._client.get(key))
        return value

    async def put(self, key: str, value: bytes, keep_for: timedelta) -> None:
        """Set ``key`` for a while.

        Raises:
            RedisAwayError: it does not answer; the value may have been set.
        """
        await self._ask(lambda: self._client.set(key, value, px=keep_for))

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str | bytes | int]) -> Any:  # noqa: ANN401 - scripts answer what they like
        """Run a script, which nothing interrupts. It may run twice: see that it can.

        Raises:
            RedisAwayError: it does not answer; the script may have run.
        """
        return await self._ask(lambda: self._client.eval(script, len(keys), *keys, *args))

    async def publish(self, channel: str, text: str) -> None:
        """Tell all who listen to ``channel`` now.

        Raises:
            RedisAwayError: it does not answer.
        """
        await self._ask(lambda: self._client.publish(channel, text))

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Yield what is told on ``channel`` from now on, on a connection of its own.

        Raises:
            RedisAwayError: it does not answer, or stops answering while listened to.
        """
        client = _client(self._url, heartbeat=HEARTBEAT_SECONDS)
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as ears:
                await ears.subscribe(channel)
                yield _heard(ears)
        except _failures() as error:
            raise RedisAwayError(reason=type(error).__name__) from None
        finally:
            await client.aclose()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - the client's own answers
        now = asyncio.get_running_loop().time()
        if now < self._rests_until:
            raise RedisAwayError(reason="rests")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await question()
        except _failures() as error:
            self._fail(error)
            raise RedisAwayError(reason=type(error).__name__) from None
        self._succeed()
        return answer

    def _fail(self, error: Exception) -> None:
        if not self._failures:
            log.warning("redis_lost", error=type(error).__name__)
        first, last = REST_SECONDS
        rest = min(first * 2 ** min(self._failures, 10), last)
        self._failures += 1
        self._rests_until = asyncio.get_running_loop().time() + rest

    def _succeed(self) -> None:
        if self._failures:
            log.info("redis_back", failures=self._failures)
        self._failures = 0


def _client(url: str, *, heartbeat: float = 0.0) -> aioredis.Redis:
    """Return a client; the library is imported here, for one process alone never needs it."""
    from redis import asyncio as aioredis  # noqa: PLC0415 - a seventh of a second of each start
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    client: aioredis.Redis = aioredis.Redis.from_url(
        url,
        socket_timeout=_WE_COUNT,
        socket_connect_timeout=PATIENCE_SECONDS,
        health_check_interval=heartbeat,
        # A connection that a restart cut is replaced by one immediate new try.
        retry=Retry(NoBackoff(), 1),
    )
    return client


@cache
def _failures() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError  # noqa: PLC0415 - see above

    return (RedisError, OSError)


async def _heard(ears: Any) -> AsyncIterator[str]:  # noqa: ANN401 - pubsub has loose annotations
    while True:
        message = await ears.get_message(timeout=HEARTBEAT_SECONDS)
        if message is not None and message["type"] == "message":
            yield message["data"].decode()
