"""The writing thread recovers from a file in trouble, and tells everyone who waited."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import group_commit
from storage.errors import Cause, StorageError, StorageUnavailable
from storage.group_commit import GroupCommitThread
from storage.sqlite import connect


def insert(number: int) -> group_commit.Work[bool]:
    def work(connection: sqlite3.Connection) -> bool:
        return connection.execute("insert into t values (?)", (number,)).rowcount == 1

    return work


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "inbox.db"
    connection = connect(file)
    connection.execute("create table t (n integer primary key)")
    connection.close()
    return file


@pytest.fixture
async def thread(path: Path) -> AsyncIterator[GroupCommitThread]:
    started = GroupCommitThread(path)
    yield started
    await started.close()


def stored(path: Path) -> list[int]:
    connection = connect(path)
    numbers = [row["n"] for row in connection.execute("select n from t order by n")]
    connection.close()
    return numbers


async def test_jobs_that_wait_share_a_commit(thread: GroupCommitThread, path: Path) -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()

    def occupied(connection: sqlite3.Connection) -> bool:
        has_begun.set()
        may_go_on.wait(10)
        return insert(-1)(connection)

    def seen(connection: sqlite3.Connection) -> int:
        del connection
        return len(stored(path))

    first = thread.submit(occupied)
    assert await asyncio.to_thread(has_begun.wait, 10)
    jobs = [thread.submit(insert(n)) for n in range(200)]
    inside = thread.submit(seen)
    may_go_on.set()
    assert all(await asyncio.gather(first, *jobs))
    assert await inside == 1
    assert len(stored(path)) == 201


async def test_a_taken_key_fails_its_job_alone(thread: GroupCommitThread, path: Path) -> None:
    jobs = [thread.submit(insert(n)) for n in (1, 1, 2)]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert (results[0], results[2]) == (True, True)
    assert isinstance(results[1], StorageError)
    assert stored(path) == [1, 2]


async def test_compound_work_that_raises_is_undone_as_a_whole(
    thread: GroupCommitThread, path: Path
) -> None:
    def work(connection: sqlite3.Connection) -> None:
        insert(1)(connection)
        raise ZeroDivisionError

    jobs = [thread.submit(work, is_compound=True), thread.submit(insert(2))]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(results[0], ZeroDivisionError)
    assert stored(path) == [2]


async def test_a_full_disk_is_told_to_all_and_then_forgotten(
    thread: GroupCommitThread, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_a_full_disk(file: Path, *, busy_timeout_ms: int) -> sqlite3.Connection:
        connection = connect(file, busy_timeout_ms=busy_timeout_ms)
        connection.execute("pragma max_page_count = 1")
        return connection

    def large(number: int) -> group_commit.Work[None]:
        def work(connection: sqlite3.Connection) -> None:
            insert(number)(connection)
            connection.execute(f"create table big{number} as select zeroblob(100000) as b")

        return work

    monkeypatch.setattr(group_commit, "connect", on_a_full_disk)
    jobs = [thread.submit(large(n), is_compound=True) for n in range(3)]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    causes = [r.cause for r in results if isinstance(r, StorageUnavailable)]
    assert causes == [Cause.FULL] * 3
    assert len({id(result) for result in results}) == 3
    assert stored(path) == []
    monkeypatch.undo()
    assert await thread.submit(insert(7))
    assert stored(path) == [7]


async def test_a_locked_file_is_told_and_then_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "BUSY_TIMEOUT_MS", 20)
    thread = GroupCommitThread(path)
    other = connect(path)
    other.execute("begin immediate")
    with pytest.raises(StorageUnavailable) as caught:
        await thread.submit(insert(1))
    assert caught.value.cause is Cause.LOCKED
    other.execute("rollback")
    other.close()
    assert await thread.submit(insert(1))
    await thread.close()


async def test_a_file_that_is_gone_is_told_and_used_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "not-mounted"
    thread = GroupCommitThread(folder / "inbox.db")
    with pytest.raises(StorageUnavailable) as caught:
        await thread.submit(insert(1))
    assert caught.value.cause is Cause.GONE
    folder.mkdir()
    await thread.submit(lambda connection: connection.execute("create table t (n integer)"))
    assert await thread.submit(insert(1))
    await thread.close()


async def test_refuses_more_than_the_queue_holds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_LIMIT", 0)
    thread = GroupCommitThread(path)
    with pytest.raises(StorageUnavailable) as caught:
        thread.submit(insert(1))
    assert caught.value.cause is Cause.OVERLOADED
    await thread.close()


async def test_commits_what_was_submitted_before_closing(path: Path) -> None:
    thread = GroupCommitThread(path)
    jobs = [thread.submit(insert(n)) for n in range(1_200)]
    await thread.close()
    await asyncio.gather(*jobs)
    assert len(stored(path)) == 1_200
    with pytest.raises(StorageUnavailable) as caught:
        thread.submit(insert(1))
    assert caught.value.cause is Cause.CLOSED
    await thread.close()


async def test_work_that_ends_the_transaction_fails_its_batch(
    thread: GroupCommitThread, path: Path
) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("rollback")
        raise ZeroDivisionError

    with pytest.raises(StorageUnavailable, match="the inbox file failed"):
        await thread.submit(work)
    assert await thread.submit(insert(1))
    assert stored(path) == [1]


def test_a_loop_that_is_gone_is_not_told(path: Path) -> None:
    may_commit = threading.Event()

    def work(connection: sqlite3.Connection) -> bool:
        may_commit.wait(5)
        return insert(1)(connection)

    async def start() -> GroupCommitThread:
        thread = GroupCommitThread(path)
        thread.submit(work)
        return thread

    thread = asyncio.run(start())
    may_commit.set()
    asyncio.run(thread.close())
    assert stored(path) == [1]
