"""A bell rung in one process is heard in the others, again after Redis was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from bot.cluster.redis_link import RedisLink
from bot.cluster.wakeups import SharedSignal, Topic, WakeUps
from tests.acceptance.replicas import OwnRedis, own_redis
from tests.patience import PATIENCE, until

pytestmark = pytest.mark.redis

#: Far longer than a bell takes: who waits as long has heard nothing.
LONG = PATIENCE


@asynccontextmanager
async def process(url: str, channel: str = "clew:test") -> AsyncIterator[WakeUps]:
    """Run the bells of one process."""
    link = RedisLink(url)
    wake_ups = WakeUps(link, channel)
    running = asyncio.gather(wake_ups.tell(), wake_ups.hear())
    for signal in wake_ups.signals.values():
        await signal.wait(LONG)  # all ring once when it begins to hear
    try:
        yield wake_ups
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await link.close()


def is_heard(one: WakeUps, other: WakeUps) -> bool:
    """Ring once more, for who tells rests a while after a failure; tell whether it was heard."""
    one.signals[Topic.OUTBOX].notify()
    return other.signals[Topic.OUTBOX]._event.is_set()


async def seconds_until_rung(signal: SharedSignal) -> float:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await signal.wait(LONG)
    return loop.time() - started


async def test_a_bell_is_heard_in_another_process_at_once(redis_address: str) -> None:
    async with process(redis_address) as one, process(redis_address) as other:
        waiting = asyncio.create_task(seconds_until_rung(other.signals[Topic.OUTBOX]))
        await asyncio.sleep(0)
        one.signals[Topic.OUTBOX].notify()
        assert await waiting < LONG


async def test_only_the_bell_that_rang_is_heard(redis_address: str) -> None:
    async with process(redis_address) as one, process(redis_address) as other:
        one.signals[Topic.OUTBOX].notify()
        await other.signals[Topic.OUTBOX].wait(LONG)
        assert not other.signals[Topic.INBOX]._event.is_set()


async def test_a_bell_heard_is_not_told_again(redis_address: str) -> None:
    async with process(redis_address) as one, process(redis_address) as other:
        one.signals[Topic.INBOX].notify()
        await other.signals[Topic.INBOX].wait(LONG)
        await one.signals[Topic.INBOX].wait(LONG)
        one.signals[Topic.OUTBOX].notify()  # whatever was told of the first came before this
        await other.signals[Topic.OUTBOX].wait(LONG)
        assert not one.signals[Topic.INBOX]._event.is_set()
        assert not other.signals[Topic.INBOX]._event.is_set()


async def test_installations_on_one_redis_do_not_wake_each_other(redis_address: str) -> None:
    async with (
        process(redis_address, "a") as one,
        process(redis_address, "a") as near,
        process(redis_address, "b") as far,
    ):
        one.signals[Topic.INBOX].notify()
        await near.signals[Topic.INBOX].wait(LONG)
        assert not far.signals[Topic.INBOX]._event.is_set()


async def test_many_rings_are_told_together(redis_address: str) -> None:
    told: list[str] = []
    link = RedisLink(redis_address)
    wake_ups = WakeUps(link, "clew:test")

    async def publish(_channel: str, text: str) -> None:
        told.append(text)

    link.publish = publish  # type: ignore[method-assign]
    for _ in range(1000):
        wake_ups.signals[Topic.INBOX].notify()
    running = asyncio.create_task(wake_ups.tell())
    await until(lambda: told)
    wake_ups.signals[Topic.OUTBOX].notify()
    await until(lambda: len(told) > 1)
    running.cancel()
    await link.close()
    assert [text.split()[1:] for text in told] == [["inbox"], ["outbox"]]


@pytest.fixture
def own() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


async def test_bells_are_heard_again_after_redis_was_away(own: OwnRedis) -> None:
    async with process(own.url) as one, process(own.url) as other:
        own.kill()
        one.signals[Topic.INBOX].notify()  # nobody hears it; the row is found by looking
        await one.signals[Topic.INBOX].wait(LONG)
        await until(lambda: one._link.is_away)
        own.start()
        for wake_ups in (one, other):  # both look everywhere when they hear again
            assert await seconds_until_rung(wake_ups.signals[Topic.FETCHES]) < LONG
        await other.signals[Topic.OUTBOX].wait(LONG)
        await until(lambda: is_heard(one, other))


async def test_a_loop_that_tells_ends_whenever_it_is_cancelled(redis_address: str) -> None:
    # The moment between a send and its answer is one turn of the loop: each turn is tried.
    link = RedisLink(redis_address)
    for turns in range(100):
        wake_ups = WakeUps(link, "clew:test")
        telling = asyncio.create_task(wake_ups.tell())
        wake_ups.signals[Topic.INBOX].notify()
        for _ in range(turns):
            await asyncio.sleep(0)
        telling.cancel()
        await until(telling.done)
    await link.close()
