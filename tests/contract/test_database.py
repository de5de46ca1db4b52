"""One contract, two databases: transactions, rows, errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage import postgres
from storage.database import Database, inbox_url_of, open_database
from storage.errors import (
    Cause,
    Conflict,
    InvalidRow,
    SchemaMissing,
    StorageError,
    StorageUnavailable,
)
from tests.services import postgres as services


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url)
    async with opened.write() as tx:
        await tx.execute(
            "create table thing (id bigint primary key, kind text not null, value text,"
            " code text, unique (kind, code))"
        )
        blob = "bytea" if opened.dialect == "postgres" else "blob"
        await tx.execute(f"create table digest (id bigint primary key, digest {blob} unique)")
    yield opened
    await opened.close()


async def ids_of(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row["id"] for row in await tx.fetch("select id from thing order by id")]


async def add(database: Database, thing: int, kind: str = "a", code: str | None = None) -> int:
    async with database.write() as tx:
        return await tx.execute(
            "insert into thing (code, id, kind) values ($3, $1, $2)", thing, kind, code
        )


async def test_commits_at_the_end_of_the_block(database: Database) -> None:
    assert await add(database, 1) == 1
    assert await ids_of(database) == [1]


async def test_rolls_back_on_an_exception_and_passes_it_on(database: Database) -> None:
    async def fail_after_writing() -> None:
        async with database.write() as tx:
            await tx.execute("insert into thing (id, kind) values ($1, $2)", 1, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_writing()
    assert await ids_of(database) == []
    await add(database, 2)
    assert await ids_of(database) == [2]


async def test_rolls_back_when_asked_and_is_over_then(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute("insert into thing (id, kind) values (1, 'a')")
        await tx.roll_back()
        with pytest.raises(StorageError, match="over"):
            await tx.execute("insert into thing (id, kind) values (2, 'a')")
    assert await ids_of(database) == []


async def test_a_transaction_is_dead_after_its_block(database: Database) -> None:
    async with database.write() as tx:
        pass
    with pytest.raises(StorageError, match="async with"):
        await tx.fetch("select 1")


async def test_a_cancelled_task_leaves_no_transaction_behind(database: Database) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with database.write() as tx:
            await tx.execute("insert into thing (id, kind) values (1, 'a')")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add(database, 2)
    assert await ids_of(database) == [2]


async def test_reads_one_snapshot_while_others_write(database: Database) -> None:
    await add(database, 1)
    async with database.read() as tx:
        before = await tx.fetch("select id from thing")
        await add(database, 2)
        after = await tx.fetch("select id from thing")
    assert len(before) == len(after) == 1


async def test_writers_take_turns_and_lose_no_update(database: Database) -> None:
    await add(database, 1, code="0")

    async def increase() -> None:
        async with database.write() as tx:
            row = await tx.fetch_one(f"select code from thing where id = $1{tx.for_update()}", 1)
            assert row is not None
            await asyncio.sleep(0)
            await tx.execute("update thing set code = $2 where id = $1", 1, str(int(row[0]) + 1))

    await asyncio.gather(*(increase() for _ in range(20)))
    async with database.read() as tx:
        row = await tx.fetch_one("select code from thing where id = 1")
    assert row is not None
    assert row["code"] == "20"


@pytest.mark.parametrize("values", [[1, 3, 9], [], [3]])
async def test_finds_any_of_an_array_of_numbers(database: Database, values: list[int]) -> None:
    for thing in (1, 2, 3):
        await add(database, thing)
    async with database.read() as tx:
        rows = await tx.fetch(
            f"select id from thing where {tx.any_of('id', 1)} order by id", tx.array(values)
        )
    assert [row["id"] for row in rows] == sorted({1, 2, 3} & set(values))


async def test_finds_any_of_an_array_of_texts_and_of_bytes(database: Database) -> None:
    await add(database, 1, "名'字\"")
    async with database.write() as tx:
        await tx.execute_many(
            "insert into digest (id, digest) values ($1, $2)", [(1, b"\x00\xff"), (2, b"other")]
        )
        texts = await tx.fetch(
            f"select id from thing where {tx.any_of('kind', 1)}", tx.array(["名'字\"", "x"])
        )
        digests = await tx.fetch(
            f"select id from digest where {tx.any_of('digest', 1)}", tx.array([b"\x00\xff"])
        )
    assert [row["id"] for row in texts] == [1]
    assert [row["id"] for row in digests] == [1]


async def test_one_placeholder_may_stand_twice_and_in_any_order(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute_many(
            "insert into thing (kind, id, value) values ($2, $1, $2)", [(1, "a"), (2, "b")]
        )
        await tx.execute_many("insert into thing (id, kind) values ($1, $2)", [])
        rows = await tx.fetch("select kind, value from thing order by id")
    assert [(row["kind"], row["value"]) for row in rows] == [("a", "a"), ("b", "b")]


async def test_a_set_of_rows_is_inserted_and_changed_with_constants_beside_arguments(
    database: Database,
) -> None:
    insert = """
    insert into thing (kind, id, value) values ($2, $1, 'same')
    on conflict (id) do update set kind = excluded.kind
    """
    async with database.write() as tx:
        await tx.execute_set(insert, [(1, "a"), (2, "b'")])
        await tx.execute_set(insert, [(2, "c"), (3, "d")])
        await tx.execute_set("update thing set value = $2 where id = $1", [(1, None), (3, "new")])
        await tx.execute_set("insert into thing (id, kind) values ($1, $2)", [])
        rows = await tx.fetch("select id, kind, value from thing order by id")
    found = [(row["id"], row["kind"], row["value"]) for row in rows]
    assert found == [(1, "a", None), (2, "c", "same"), (3, "d", "new")]


async def test_a_set_may_repeat_rows_that_a_conflict_passes_over(database: Database) -> None:
    insert = "insert into thing (id, kind) values ($1, $2) on conflict (id) do nothing"
    async with database.write() as tx:
        await tx.execute_set(insert, [(1, "first"), (1, "second")])
        rows = await tx.fetch("select kind from thing")
    assert [row["kind"] for row in rows] == ["first"]


async def test_a_refused_set_is_a_conflict_and_writes_nothing(database: Database) -> None:
    await add(database, 2)
    with pytest.raises(Conflict):
        async with database.write() as tx:
            await tx.execute_set("insert into thing (id, kind) values ($1, 'x')", [(1,), (2,)])
    async with database.read() as tx:
        assert [row["id"] for row in await tx.fetch("select id from thing")] == [2]


async def test_what_is_written_together_is_seen_by_what_comes_after(database: Database) -> None:
    insert = "insert into thing (id, kind) values ($1, $2)"
    async with database.write() as tx:
        async with tx.together():
            await tx.execute_set(insert, [(1, "a"), (2, "a")])
            assert await tx.execute("update thing set kind = 'b' where id = $1", 1) == 1
            await tx.execute_many("update thing set value = $2 where id = $1", [(2, "late")])
            await tx.insert_set("thing", ["id", "kind"], [(3, "c")])
        rows = await tx.fetch("select id, kind, value from thing order by id")
    assert [tuple(row) for row in rows] == [(1, "b", None), (2, "a", "late"), (3, "c", None)]


async def test_a_refusal_among_what_is_written_together_comes_by_the_end_of_the_block(
    database: Database,
) -> None:
    async def both() -> None:
        insert = "insert into thing (id, kind) values ($1, 'x')"
        async with database.write() as tx, tx.together():
            await tx.execute_set(insert, [(1,)])
            await tx.execute_set(insert, [(2,)])

    await add(database, 2)
    with pytest.raises(Conflict):
        await both()
    assert await ids_of(database) == [2]


async def test_counts_changed_rows_and_returns_inserted_ones(database: Database) -> None:
    insert = "insert into thing (id, kind) values ($1, 'a') on conflict do nothing returning id"
    async with database.write() as tx:
        assert [row["id"] for row in await tx.fetch(insert, 7)] == [7]
        assert await tx.fetch(insert, 7) == []
        assert await tx.execute("update thing set kind = 'b' where id > $1", 100) == 0
        assert await tx.execute("delete from thing") == 1
        assert await tx.fetch_one("select id from thing") is None


async def test_a_taken_key_is_a_conflict_that_names_it_and_shows_no_value(
    database: Database,
) -> None:
    await add(database, 1, "a", "13812345678")
    with pytest.raises(Conflict) as caught:
        await add(database, 2, "a", "13812345678")
    assert caught.value.constraint == "thing(kind, code)"
    assert "13812345678" not in str(caught.value)
    assert caught.value.__suppress_context__
    with pytest.raises(Conflict, match=r"thing\(id\)"):
        await add(database, 1, "b")


async def test_a_missing_value_is_an_invalid_row(database: Database) -> None:
    with pytest.raises(InvalidRow, match="refuses the row"):
        async with database.write() as tx:
            await tx.execute("insert into thing (id) values (1)")


@pytest.mark.parametrize(
    "sql",
    ["select * from nowhere", "select missing from thing", "insert into thing (x) values (1)"],
)
async def test_a_missing_table_or_column_asks_for_the_migration(
    database: Database, sql: str
) -> None:
    with pytest.raises(SchemaMissing, match="clew migrate"):
        async with database.write() as tx:
            await tx.execute(sql)


async def test_broken_sql_is_a_storage_error(database: Database) -> None:
    with pytest.raises(StorageError, match="refuses the statement"):
        async with database.write() as tx:
            await tx.execute("selec 1")


async def test_reading_transactions_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        async with database.read() as tx:
            await tx.execute("insert into thing (id, kind) values (1, 'a')")
    assert await ids_of(database) == []


async def test_locked_keys_are_held_until_the_end(database: Database) -> None:
    order = []

    async def hold(name: str, keys: list[bytes]) -> None:
        async with database.write() as tx:
            await tx.lock_keys(keys)
            order.append(name)
            await asyncio.sleep(0.05)  # time for the other to come in between, if he could
            order.append(name)

    await asyncio.gather(hold("x", [b"1", b"2"]), hold("y", [b"2", b"1"]))
    assert order in (["x", "x", "y", "y"], ["y", "y", "x", "x"])


async def test_a_closed_database_is_unavailable(database: Database) -> None:
    await database.close()
    with pytest.raises(StorageUnavailable) as caught:
        await add(database, 1)
    assert caught.value.cause is Cause.CLOSED
    await database.close()


async def test_an_unknown_scheme_is_refused_with_advice() -> None:
    with pytest.raises(StorageError, match=r"sqlite:///path"):
        await open_database("mysql://localhost/clew")


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("sqlite:///nowhere/at/all/clew.db", Cause.GONE),
        ("postgresql://clew@127.0.0.1:1/clew", Cause.GONE),
    ],
)
async def test_an_unreachable_database_is_unavailable(url: str, cause: Cause) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        await open_database(url)
    assert caught.value.cause is cause


@pytest.mark.parametrize(
    ("main", "inbox"),
    [
        ("sqlite:///var/clew.db", "sqlite:///var/clew-inbox.db"),
        ("sqlite://clew.db", "sqlite://clew-inbox.db"),
        ("postgresql://h/clew", "postgresql://h/clew"),
    ],
)
def test_the_inbox_lies_beside_the_sqlite_file(main: str, inbox: str) -> None:
    assert inbox_url_of(main) == inbox


@pytest.mark.postgres
async def test_waiting_for_a_free_connection_is_given_up(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ACQUIRE_TIMEOUT", 0.05)
    database = await postgres.open_postgres(postgres_url, pool_size=1)
    async with database.read():
        with pytest.raises(StorageUnavailable, match="in time"):
            async with database.read():
                pass
    await database.close()


@pytest.mark.postgres
async def test_a_connection_lost_within_a_transaction_is_unavailable(
    postgres_url: str, postgres_address: str
) -> None:
    database = await open_database(postgres_url)
    name = postgres_url.rpartition("/")[2]
    others = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"

    async def lose_the_connection_within() -> None:
        async with database.write() as tx:
            await asyncio.to_thread(services.execute, postgres_address, others)
            await tx.fetch("select 1")

    with pytest.raises(StorageUnavailable):
        await lose_the_connection_within()
    async with database.write() as tx:
        assert len(await tx.fetch("select 1")) == 1
    await database.close()


async def test_a_look_sees_what_is_committed_and_takes_arguments_in_any_order(
    database: Database,
) -> None:
    await add(database, 1, "a")
    await add(database, 2, "b")
    async with database.write() as tx:
        await tx.execute("insert into thing (id, kind) values ($1, $2)", 3, "b")
        rows = await database.look("select id from thing where id > $2 and kind = $1", "b", 0)
    assert [row["id"] for row in rows] == [2]


async def test_a_look_at_what_is_not_there_says_so(database: Database) -> None:
    with pytest.raises(SchemaMissing):
        await database.look("select * from nothing_of_this_name")


@pytest.mark.postgres
async def test_who_stands_still_in_a_transaction_loses_its_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "STANDSTILL_TIMEOUT", 0.2)
    still, other = await open_database(postgres_url), await open_database(postgres_url)

    async def stand_still_until_another_has_the_lock() -> None:
        async with still.write() as tx:
            await tx.lock_keys([b"claim"])
            async with other.write() as theirs:
                await theirs.lock_keys([b"claim"])
            await tx.fetch("select 1")

    with pytest.raises(StorageUnavailable) as caught:
        await stand_still_until_another_has_the_lock()
    assert caught.value.cause in {Cause.GONE, Cause.CLOSED}
    async with still.write() as tx:
        assert len(await tx.fetch("select 1")) == 1
    for database in (still, other):
        await database.close()
