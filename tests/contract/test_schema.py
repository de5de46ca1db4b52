"""One set of migration files makes the same tables on both databases."""

from __future__ import annotations

import asyncio

import pytest

from storage.database import inbox_url_of, open_database
from storage.errors import StorageError, StorageUnavailable
from storage.ids import NODES, claim_node
from storage.schema import migrate, pending, unwritten_changes, write_migrations
from tests.patience import NEVER_COMES

TABLES_OF = {
    "sqlite": "select name from sqlite_master where type = 'table' and name not like 'sqlite%'",
    "postgres": "select tablename as name from pg_tables where schemaname = 'public'",
}


async def tables(url: str) -> set[str]:
    database = await open_database(url)
    async with database.read() as tx:
        rows = await tx.fetch(TABLES_OF[database.dialect])
    await database.close()
    return {row["name"] for row in rows} - {"tortoise_migrations"}


async def test_migrates_an_empty_database_and_then_has_nothing_to_do(database_url: str) -> None:
    inbox_url = inbox_url_of(database_url)
    waiting = await pending(database_url, inbox_url)
    assert {"inbox.0001_initial", "clew.0001_initial"} <= set(waiting)
    assert await migrate(database_url, inbox_url) == waiting
    assert await pending(database_url, inbox_url) == []
    assert await migrate(database_url, inbox_url) == []


async def test_both_databases_get_the_same_tables(sqlite_url: str, postgres_url: str) -> None:
    for url in (sqlite_url, postgres_url):
        await migrate(url, inbox_url_of(url))
    on_sqlite, in_inbox = await tables(sqlite_url), await tables(inbox_url_of(sqlite_url))
    assert in_inbox == {"inbox", "pull_cursor"}
    assert on_sqlite | in_inbox == await tables(postgres_url)
    assert not on_sqlite & in_inbox


async def test_models_and_migrations_agree() -> None:
    assert await unwritten_changes() == []
    assert await write_migrations() == []


@pytest.mark.postgres
async def test_replicas_that_start_at_once_take_turns(postgres_url: str) -> None:
    applied = await asyncio.gather(*(migrate(postgres_url, postgres_url) for _ in range(3)))
    assert sorted(map(len, applied))[:2] == [0, 0]
    assert await pending(postgres_url, postgres_url) == []


@pytest.mark.postgres
async def test_a_long_migration_keeps_its_turn(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.postgres.STANDSTILL_TIMEOUT", NEVER_COMES)  # each takes longer
    assert await migrate(postgres_url, postgres_url)
    assert await pending(postgres_url, postgres_url) == []


async def test_every_start_gets_a_node_of_its_own(database_url: str) -> None:
    await migrate(database_url, inbox_url_of(database_url))
    database = await open_database(database_url)
    nodes = [await claim_node(database) for _ in range(3)]
    async with database.write() as tx:
        await tx.execute("update counter set value = $1", NODES - 1)
    nodes.append(await claim_node(database))
    await database.close()
    assert nodes == [0, 1, 2, 0]


async def test_an_unreachable_database_is_named_before_anything_is_done() -> None:
    with pytest.raises(StorageUnavailable):
        await migrate("sqlite:///nowhere/clew.db", "sqlite:///nowhere/clew-inbox.db")


async def test_a_migration_that_fails_leaves_nothing_and_says_so(database_url: str) -> None:
    inbox_url = inbox_url_of(database_url)
    database = await open_database(inbox_url)
    async with database.write() as tx:
        await tx.execute("create table inbox (id bigint)")
    await database.close()
    with pytest.raises(StorageError, match="cannot be brought up to date"):
        await migrate(database_url, inbox_url)
    assert "pull_cursor" not in await tables(inbox_url)
    assert "inbox.0001_initial" in await pending(database_url, inbox_url)
