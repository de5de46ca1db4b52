"""Tokens that processes share: one renewal for all, sealed, and none lost with Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.cluster.redis_link import RedisAwayError, RedisLink
from bot.cluster.redis_tokens import RedisTokenStore
from bot.wecom.client.tokens import Token, TokenKeeper
from storage.vault import MasterKeys, Vault
from tests.acceptance.replicas import OwnRedis, own_redis
from tests.patience import PATIENCE, until
from tests.services.ports import free_port

pytestmark = pytest.mark.redis

KEY = "wecom:ww1:2:app"
LIFE = timedelta(hours=2)
NOWHERE = f"redis://127.0.0.1:{free_port()}/0"


class Platform:
    """Issues tokens and counts them."""

    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock
        self.issued = 0

    async def issue(self, refused: str) -> Token:
        del refused
        await asyncio.sleep(0.05)
        self.issued += 1
        return Token(f"T{self.issued}", self.clock.now(), self.clock.now() + LIFE)


@pytest.fixture
def platform(clock: DrivenClock) -> Platform:
    return Platform(clock)


@pytest.fixture
async def link(redis_address: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(redis_address)
    await opened.run("return redis.call('flushdb')", [], [])
    yield opened
    await opened.close()


def process(link: RedisLink, platform: Platform, vault: Vault) -> TokenKeeper:
    """Return the keeper of one process: a store of its own on the same Redis."""
    store = RedisTokenStore(link, vault, platform.clock)
    return TokenKeeper(KEY, platform.issue, store, platform.clock)


async def test_many_processes_ask_the_platform_once(
    link: RedisLink, platform: Platform, vault: Vault
) -> None:
    processes = [process(link, platform, vault) for _ in range(6)]
    tokens = await asyncio.gather(*(each.get() for each in processes for _ in range(5)))
    assert set(tokens) == {"T1"}
    assert platform.issued == 1


async def test_a_token_that_ended_is_renewed_by_one_of_them(
    link: RedisLink, platform: Platform, vault: Vault, clock: DrivenClock
) -> None:
    processes = [process(link, platform, vault) for _ in range(4)]
    for each in processes:
        await each.get()
    clock.advance(LIFE)
    assert set(await asyncio.gather(*(each.get() for each in processes))) == {"T2"}
    assert platform.issued == 2


async def test_a_refused_token_is_replaced_once_for_all(
    link: RedisLink, platform: Platform, vault: Vault
) -> None:
    processes = [process(link, platform, vault) for _ in range(4)]
    for each in processes:
        await each.get()
    replaced = await asyncio.gather(*(each.replace("T1") for each in processes))
    assert set(replaced) == {"T2"}
    assert platform.issued == 2


async def test_no_token_stands_in_redis_in_the_clear(
    link: RedisLink, platform: Platform, vault: Vault
) -> None:
    await process(link, platform, vault).get()
    kept = await link.get(f"clew:token:{KEY}")
    assert kept is not None
    assert b"T1" not in kept


async def test_what_another_master_key_sealed_is_as_good_as_none(
    link: RedisLink, platform: Platform, vault: Vault
) -> None:
    await process(link, platform, vault).get()
    stranger = Vault(MasterKeys({1: bytes(32)}))
    assert await process(link, platform, stranger).get() == "T2"


async def test_without_redis_each_process_renews_for_itself(
    platform: Platform, vault: Vault
) -> None:
    away = RedisLink(NOWHERE)
    processes = [process(away, platform, vault) for _ in range(2)]
    tokens = await asyncio.gather(*(each.get() for each in processes for _ in range(5)))
    assert set(tokens) == {"T1", "T2"}
    assert away.is_away
    await away.close()


@pytest.fixture
def own() -> Iterator[OwnRedis]:
    with own_redis() as server:
        yield server


async def test_a_process_goes_on_with_its_token_while_redis_is_away_and_shares_again_after(
    own: OwnRedis, platform: Platform, vault: Vault, clock: DrivenClock
) -> None:
    link = RedisLink(own.url)
    one, other = process(link, platform, vault), process(link, platform, vault)
    assert await one.get() == await other.get() == "T1"
    own.kill()
    assert await one.get() == "T1"
    assert platform.issued == 1
    clock.advance(LIFE)
    assert await one.get() == "T2"
    own.start()
    await until(lambda: is_back(link))
    clock.advance(LIFE)
    assert await one.get() == await other.get() == "T3"
    await link.close()


async def is_back(link: RedisLink) -> bool:
    try:
        await link.get("any")
    except RedisAwayError:
        return False
    return True


async def test_a_lock_of_a_killed_process_ends_by_itself(
    link: RedisLink, platform: Platform, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cluster.redis_tokens.RENEWAL_TAKES_AT_MOST", timedelta(seconds=0.3))
    dead = RedisTokenStore(link, vault, platform.clock)
    await dead._take(KEY, "killed in the middle")
    async with asyncio.timeout(PATIENCE):
        assert await process(link, platform, vault).get() == "T1"
