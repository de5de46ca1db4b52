"""What is asked of the platform: the newest request per subject wins."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.messages import Fetch, FetchKind
from storage.database import Database
from storage.fetches import Fetches, insert_fetches, newest_generation
from storage.ids import IdSource
from tests.factories import NOW

LEASE = timedelta(minutes=1)


def fetch(generation: int = 1, subject: str = "wm1", token: str = "") -> Fetch:
    return Fetch(FetchKind.EXTERNAL_CONTACT, subject, "clew", generation, token)


class Desk:
    """Asks as a unit of work does."""

    def __init__(self, database: Database, ids: IdSource) -> None:
        self._database, self._ids = database, ids

    async def ask(self, *fetches: Fetch) -> None:
        async with self._database.write() as tx:
            await insert_fetches(tx, self._ids, fetches, NOW)

    async def newest(self, subject: str) -> int | None:
        async with self._database.read() as tx:
            return await newest_generation(tx, FetchKind.EXTERNAL_CONTACT, subject, "clew")


@pytest.fixture
def desk(database: Database, ids: IdSource) -> Desk:
    return Desk(database, ids)


@pytest.fixture
def fetches(database: Database) -> Fetches:
    return Fetches(database)


async def test_a_request_comes_back_as_it_went_in(fetches: Fetches, desk: Desk) -> None:
    asked = Fetch(FetchKind.KF_MESSAGES, "wkclew", "clew", 42, "pull-token")
    await desk.ask(asked)
    (row,) = await fetches.claim(10, LEASE, NOW)
    assert (row.fetch, row.attempts, row.asked_at) == (asked, 1, NOW)


async def test_a_newer_request_takes_the_row_over(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch(1))
    (old,) = await fetches.claim(10, LEASE, NOW)
    await desk.ask(fetch(2, token="new"))
    assert not await fetches.finish(old)
    (new,) = await fetches.claim(10, LEASE, NOW)
    assert (new.fetch, new.attempts) == (fetch(2, token="new"), 1)
    assert await fetches.finish(new)


async def test_an_older_request_changes_nothing(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch(2), fetch(1))
    (row,) = await fetches.claim(10, LEASE, NOW)
    await desk.ask(fetch(1))
    assert row.fetch.generation == 2
    assert await fetches.finish(row)
    await desk.ask(fetch(1))
    assert await fetches.claim(10, LEASE, NOW) == []


async def test_an_equally_old_request_asks_again(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch(2))
    (first,) = await fetches.claim(10, LEASE, NOW)
    await desk.ask(fetch(2))
    assert not await fetches.finish(first)
    assert len(await fetches.claim(10, LEASE, NOW)) == 1


async def test_tells_which_answer_is_stale(desk: Desk) -> None:
    assert await desk.newest("wm1") is None
    await desk.ask(fetch(1), fetch(3))
    assert await desk.newest("wm1") == 3


async def test_fetchers_at_once_share_no_row(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(*(fetch(subject=f"wm{n}") for n in range(20)))
    taken = await asyncio.gather(*(fetches.claim(6, LEASE, NOW) for _ in range(5)))
    ids = [row.id for claimed in taken for row in claimed]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 6


async def test_a_lease_that_ends_gives_the_request_back(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch())
    (first,) = await fetches.claim(1, LEASE, NOW)
    assert await fetches.claim(1, LEASE, NOW) == []
    (second,) = await fetches.claim(1, LEASE, NOW + LEASE)
    assert second.attempts == 2
    assert not await fetches.finish(first)


async def test_a_retried_request_waits(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch())
    (row,) = await fetches.claim(1, LEASE, NOW)
    at = NOW + timedelta(seconds=5)
    assert await fetches.retry(row, at, "busy")
    assert await fetches.claim(1, LEASE, NOW) == []
    assert len(await fetches.claim(1, LEASE, at)) == 1


async def test_a_failed_request_is_visible_and_replayable(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch(), fetch(subject="wm2"))
    (row,) = await fetches.claim(1, LEASE, NOW)
    assert await fetches.fail(row, "x" * 600)
    assert await fetches.counts() == {"open": 1, "failed": 1}
    (failed,) = await fetches.failed(10)
    assert (failed.fetch, failed.attempts, len(failed.error)) == (row.fetch, 1, 500)
    assert await fetches.replay(failed.id)
    assert not await fetches.replay(failed.id)
    assert len(await fetches.claim(10, LEASE, NOW)) == 2


async def test_counts_nothing_as_nothing(fetches: Fetches) -> None:
    assert await fetches.counts() == {"open": 0, "failed": 0}


async def test_a_postponed_request_was_never_taken(fetches: Fetches, desk: Desk) -> None:
    await desk.ask(fetch())
    (row,) = await fetches.claim(1, LEASE, NOW)
    assert await fetches.postpone(row, NOW + LEASE)
    assert await fetches.claim(1, LEASE, NOW) == []
    (again,) = await fetches.claim(1, LEASE, NOW + LEASE)
    assert again.attempts == 1
    assert not await fetches.postpone(row, NOW)
