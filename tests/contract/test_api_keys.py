"""Keys of the HTTP API and words that serve once, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from domain.access import Scope
from storage.api_keys import ApiKeys, KeyWish, Use, forget_calls
from storage.database import Database
from storage.ids import IdSource
from storage.vault import Vault

WISH = KeyWish("官网", "site", frozenset({Scope.LEADS_WRITE, Scope.LEADS_READ}), 60)


@pytest.fixture
def keys(database: Database, vault: Vault, ids: IdSource) -> ApiKeys:
    return ApiKeys(database, vault, ids)


async def test_a_key_is_found_with_its_secret(keys: ApiKeys, now: datetime) -> None:
    made, secret = await keys.issue(WISH, now)
    assert await keys.find(made.word) == made
    assert made.secret == secret.encode()
    assert made.word.startswith("ck_")
    assert await keys.find("ck_unknown") is None
    assert await keys.all() == [made]


async def test_secrets_lie_sealed(keys: ApiKeys, database: Database, now: datetime) -> None:
    _, secret = await keys.issue(WISH, now)
    (row,) = await database.look("select * from api_key")
    assert secret.encode() not in bytes(row["sealed"])


async def test_a_key_without_a_system_names_its_own(keys: ApiKeys, now: datetime) -> None:
    made, _ = await keys.issue(KeyWish("小程序", "", frozenset({Scope.COLLECT}), 60), now)
    assert made.system == made.word
    assert made.word.startswith("wk_")


async def test_a_key_is_revoked_once(keys: ApiKeys, now: datetime) -> None:
    made, _ = await keys.issue(WISH, now)
    assert await keys.revoke(made.word, now)
    assert not await keys.revoke(made.word, now + timedelta(hours=1))
    found = await keys.find(made.word)
    assert found is not None
    assert found.revoked_at == now


async def test_a_nonce_serves_one_call_of_one_key(keys: ApiKeys, now: datetime) -> None:
    one, _ = await keys.issue(WISH, now)
    other, _ = await keys.issue(WISH, now)
    used = await asyncio.gather(*(keys.use_nonce(one, "nonce-1", now) for _ in range(8)))
    assert sorted(used) == [False] * 7 + [True]
    assert await keys.use_nonce(other, "nonce-1", now)
    assert await keys.use_nonce(one, "nonce-2", now)


async def test_an_idempotency_key_stands_for_one_body(keys: ApiKeys, now: datetime) -> None:
    key, _ = await keys.issue(WISH, now)
    uses = [
        await keys.use_idempotency_key(key, "order-1", body, now) for body in (b"a", b"a", b"b")
    ]
    assert uses == [Use.FIRST, Use.AGAIN, Use.OTHER]
    # A nonce of the same word is something else.
    assert await keys.use_nonce(key, "order-1", now)


async def test_old_words_are_forgotten_kind_by_kind(
    keys: ApiKeys, database: Database, now: datetime
) -> None:
    key, _ = await keys.issue(WISH, now)
    await keys.use_nonce(key, "nonce-1", now)
    await keys.use_idempotency_key(key, "order-1", b"a", now)
    later = now + timedelta(days=1)
    await keys.use_nonce(key, "nonce-2", later)
    async with database.write() as tx:
        assert await forget_calls(tx, later, 100, nonces=True) == 1
        assert await forget_calls(tx, later, 100, nonces=True) == 0
    assert await keys.use_nonce(key, "nonce-1", later)
    assert not await keys.use_nonce(key, "nonce-2", later)
    assert await keys.use_idempotency_key(key, "order-1", b"b", later) is Use.OTHER
