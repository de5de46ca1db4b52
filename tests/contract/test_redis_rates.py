"""Calls of other systems, counted for all processes together and without Redis by each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.cluster.redis_link import RedisLink
from bot.cluster.redis_rates import SharedRates
from tests.services.ports import free_port

pytestmark = pytest.mark.redis
NOWHERE = f"redis://127.0.0.1:{free_port()}/0"


@pytest.fixture
async def link(redis_address: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(redis_address)
    await opened.run("return redis.call('flushdb')", [], [])
    yield opened
    await opened.close()


async def test_processes_allow_together_what_one_would(link: RedisLink, clock: DrivenClock) -> None:
    one, other = SharedRates(link), SharedRates(link)
    calls = [rates.wait("ck_1", 60, clock.now()) for _ in range(40) for rates in (one, other)]
    waits = await asyncio.gather(*calls)
    assert sum(wait == 0 for wait in waits) == 60
    assert set(waits) == {0, 1}
    assert await one.wait("ck_2", 60, clock.now()) == 0, "another caller has their own"


async def test_the_allowance_comes_back_with_time(link: RedisLink, clock: DrivenClock) -> None:
    one, other = SharedRates(link), SharedRates(link)
    assert await one.wait("ck_1", 60, clock.now(), 60) == 0
    assert await other.wait("ck_1", 60, clock.now(), 10) == 10
    clock.advance(timedelta(seconds=10))
    assert await other.wait("ck_1", 60, clock.now(), 10) == 0
    assert await one.wait("ck_1", 60, clock.now()) == 1


async def test_more_than_a_minute_s_allowance_takes_a_whole_minute(
    link: RedisLink, clock: DrivenClock
) -> None:
    rates = SharedRates(link)
    assert await rates.wait("ck_1", 60, clock.now(), 500) == 0
    assert await rates.wait("ck_1", 60, clock.now(), 500) == 60


async def test_a_clock_that_is_behind_gives_nothing_twice(
    link: RedisLink, clock: DrivenClock
) -> None:
    rates = SharedRates(link)
    assert await rates.wait("ck_1", 60, clock.now(), 60) == 0
    assert await rates.wait("ck_1", 60, clock.now() - timedelta(minutes=1)) == 1
    assert await rates.wait("ck_1", 60, clock.now()) == 1


async def test_without_redis_each_process_counts_for_itself(clock: DrivenClock) -> None:
    link = RedisLink(NOWHERE)
    one, other = SharedRates(link), SharedRates(link)
    for rates in (one, other):
        assert [await rates.wait("ck_1", 2, clock.now()) for _ in range(3)] == [0, 0, 30]
    await link.close()
