"""Calls made at the same time share a group; what goes wrong stays with its caller."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from storage.errors import Cause, InvalidRow, StorageUnavailable
from storage.grouped import MOST, Grouped


class Doubling:
    """Doubles numbers once it is let; refuses negative ones; keeps the groups it saw."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.has_begun = asyncio.Event()
        self.is_let = asyncio.Event()
        self.is_away = False

    async def work(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.has_begun.set()
        await self.is_let.wait()
        if self.is_away:
            problem = "away"
            raise StorageUnavailable(problem, Cause.GONE)
        if any(item < 0 for item in items):
            problem = "negative"
            raise InvalidRow(problem)
        return [2 * item for item in items]


@pytest.fixture
def doubling() -> Doubling:
    return Doubling()


async def test_what_queues_up_behind_a_group_is_the_next_group(doubling: Doubling) -> None:
    grouped = Grouped(doubling.work)
    first = asyncio.create_task(grouped.do(1))
    await doubling.has_begun.wait()
    rest = [asyncio.create_task(grouped.do(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    doubling.is_let.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6]
    assert doubling.groups == [[1], [2, 3]]


async def test_a_group_has_a_bound(doubling: Doubling) -> None:
    doubling.is_let.set()
    grouped = Grouped(doubling.work)
    await asyncio.gather(*(grouped.do(number) for number in range(MOST + 1)))
    assert [len(group) for group in doubling.groups] == [MOST, 1]


async def test_one_bad_item_fails_alone(doubling: Doubling) -> None:
    doubling.is_let.set()
    grouped = Grouped(doubling.work)
    calls = (grouped.do(number) for number in (1, -1, 3))
    first, second, third = await asyncio.gather(*calls, return_exceptions=True)
    assert (first, third) == (2, 6)
    assert isinstance(second, InvalidRow)


async def test_everybody_hears_that_the_storage_is_away_and_the_next_try_works(
    doubling: Doubling,
) -> None:
    doubling.is_let.set()
    doubling.is_away = True
    grouped = Grouped(doubling.work)
    first, second = await asyncio.gather(grouped.do(1), grouped.do(2), return_exceptions=True)
    assert isinstance(first, StorageUnavailable)
    assert isinstance(second, StorageUnavailable)
    assert first is not second
    doubling.is_away = False
    assert await grouped.do(4) == 8


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others(
    doubling: Doubling,
) -> None:
    grouped = Grouped(doubling.work)
    calls = [asyncio.create_task(grouped.do(number)) for number in (1, 2)]
    await doubling.has_begun.wait()
    calls[0].cancel()
    doubling.is_let.set()
    assert await calls[1] == 4
    assert doubling.groups == [[1, 2]]
