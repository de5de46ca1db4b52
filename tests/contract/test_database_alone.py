"""One contract, two databases: statements that are transactions by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, open_database
from storage.errors import Cause, Conflict, StorageUnavailable

ADD = "insert into thing (id, kind) values ($1, $2)"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    async with opened.write() as tx:
        await tx.execute("create table thing (id bigint primary key, kind text not null)")
    yield opened
    await opened.close()


async def kinds(database: Database) -> list[str]:
    return [row["kind"] for row in await database.look("select kind from thing order by id")]


async def test_a_change_by_itself_is_committed_and_counted(database: Database) -> None:
    assert await database.change(ADD, 1, "a") == 1
    assert await database.change(ADD, 2, "a") == 1
    assert await database.change("update thing set kind = $1", "b") == 2
    assert await database.change("delete from thing where id > $1", 9) == 0
    assert await kinds(database) == ["b", "b"]


async def test_a_change_by_itself_returns_rows_where_they_are_asked_for(database: Database) -> None:
    rows = await database.change_and_fetch(f"{ADD} returning id, kind", 1, "a")
    assert [tuple(row) for row in rows] == [(1, "a")]
    assert await kinds(database) == ["a"]


async def test_a_refused_change_leaves_nothing_behind(database: Database) -> None:
    await database.change(ADD, 1, "a")
    with pytest.raises(Conflict):
        await database.change(ADD, 1, "b")
    with pytest.raises(Conflict):
        await database.change_and_fetch(f"{ADD} returning id", 1, "b")
    async with database.write() as tx:  # nothing is left open
        await tx.execute(ADD, 2, "c")
    assert await kinds(database) == ["a", "c"]


async def test_a_closed_database_refuses_a_change(database: Database) -> None:
    await database.close()
    with pytest.raises(StorageUnavailable) as caught:
        await database.change(ADD, 1, "a")
    assert caught.value.cause is Cause.CLOSED
