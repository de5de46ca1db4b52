"""A plain signature taken by one process carries no other body in another one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.cluster.redis_link import RedisLink
from bot.cluster.witness import SharedWitness
from bot.wecom.codec import Signature
from tests.services.ports import free_port

pytestmark = pytest.mark.redis

SIGNED = Signature("0a1b", "1764000000", "nonce")
SOURCE = "mp:gh_1"


@pytest.fixture
async def link(redis_address: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(redis_address)
    await opened.run("return redis.call('flushdb')", [], [])
    yield opened
    await opened.close()


async def test_the_first_body_passes_and_so_does_its_repeat_elsewhere(link: RedisLink) -> None:
    one, other = SharedWitness(link), SharedWitness(link)
    assert not await one.has_other_body(SOURCE, SIGNED, b"<xml>1</xml>")
    assert not await other.has_other_body(SOURCE, SIGNED, b"<xml>1</xml>")


async def test_another_body_is_known_in_every_process(link: RedisLink) -> None:
    one, other = SharedWitness(link), SharedWitness(link)
    await one.has_other_body(SOURCE, SIGNED, b"<xml>1</xml>")
    assert await other.has_other_body(SOURCE, SIGNED, b"<xml>2</xml>")
    assert not await other.has_other_body(SOURCE, SIGNED, b"<xml>1</xml>")


async def test_accounts_do_not_meet(link: RedisLink) -> None:
    witness = SharedWitness(link)
    await witness.has_other_body(SOURCE, SIGNED, b"1")
    assert not await witness.has_other_body("mp:gh_2", SIGNED, b"2")


async def test_without_redis_the_process_relies_on_its_own_memory() -> None:
    away = RedisLink(f"redis://127.0.0.1:{free_port()}/0")
    witness = SharedWitness(away)
    await witness.has_other_body(SOURCE, SIGNED, b"1")
    assert not await witness.has_other_body(SOURCE, SIGNED, b"2")
    await away.close()
