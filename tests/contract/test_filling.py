"""Very many rows at once: nothing is kept less surely, and afterwards all is as before."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from storage.database import Database
from storage.filling_sqlite import begin_filling, end_filling
from storage.protocols import Dialect
from storage.sqlite import connect

ADD = "insert into counter (name, value) values ($1, $2)"
PRAGMAS = ("synchronous", "journal_mode", "cache_size", "wal_autocheckpoint")


async def names(database: Database) -> list[str]:
    return [row["name"] for row in await database.look("select name from counter order by name")]


async def test_others_write_and_read_meanwhile(database: Database) -> None:
    async with database.filling():
        async with database.write() as tx:
            await tx.execute(ADD, "a", 1)
        assert await database.change(ADD, "b", 2) == 1
    assert [name for name in await names(database) if name in "ab"] == ["a", "b"]


async def test_an_open_transaction_of_another_is_not_disturbed(database: Database) -> None:
    async def fill() -> None:
        async with database.filling():
            pass

    async with database.write() as tx:
        await tx.execute(ADD, "a", 1)
        filling = asyncio.create_task(fill())
        await asyncio.sleep(0)
        await tx.execute(ADD, "b", 2)
    await filling
    assert [name for name in await names(database) if name in "ab"] == ["a", "b"]


async def test_whoever_breaks_off_says_why_even_when_the_database_was_closed(
    database: Database,
) -> None:
    async def break_off() -> None:
        async with database.filling():
            await database.close()
            problem = "a defect"
            raise RuntimeError(problem)

    with pytest.raises(RuntimeError, match="a defect"):
        await break_off()


def settings(connection: sqlite3.Connection) -> dict[str, object]:
    return {one: connection.execute(f"pragma {one}").fetchone()[0] for one in PRAGMAS}


def test_commits_wait_for_the_disk_all_the_while(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db")
    usual = settings(connection)
    begin_filling(connection)
    filling = settings(connection)
    assert {k: filling[k] for k in PRAGMAS[:2]} == {k: usual[k] for k in PRAGMAS[:2]}
    assert filling["cache_size"] != usual["cache_size"]
    end_filling(connection)
    assert settings(connection) == usual


def test_the_log_is_cut_when_all_is_done(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = connect(path)
    connection.execute("create table thing (id integer primary key, body blob)")
    begin_filling(connection)
    for _ in range(12):
        connection.execute("insert into thing (body) values (zeroblob(4000000))")
    log = path.with_name("a.db-wal")
    assert log.stat().st_size > 40_000_000
    end_filling(connection)
    connection.execute("insert into thing (body) values ('')")
    assert log.stat().st_size <= 32 * 1024 * 1024
    connection.close()


async def test_a_transaction_may_go_on_while_it_keeps_nobody_waiting(database: Database) -> None:
    locks_are_free = database.dialect is Dialect.SQLITE
    async with database.write() as tx:
        assert tx.may_go_on is locks_are_free
        waiting = asyncio.create_task(database.change(ADD, "a", 1))
        await asyncio.sleep(0)
        assert not tx.may_go_on
    assert await waiting == 1
    async with database.read() as tx:
        assert not tx.may_go_on
