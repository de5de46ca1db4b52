"""Commits of callbacks that are under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from domain.values import Priority
from storage.inbox import Delivery, Inbox
from tests.factories import NOW


async def put_all(inbox: Inbox, numbers: Iterable[int]) -> int:
    """Put a delivery per number, all at once; return how many of them were new."""
    made = [
        Delivery("wecom:clew", b"%d" % number, f"wm{number}", Priority.NORMAL, b"x", NOW)
        for number in numbers
    ]

    async def put(delivery: Delivery) -> bool:
        return await inbox.put(lambda: delivery)

    return sum(await asyncio.gather(*map(put, made)))


async def test_the_same_keys_in_two_commits_at_once_are_stored_once(inbox: Inbox) -> None:
    there = asyncio.create_task(put_all(inbox, range(400)))
    await asyncio.sleep(0)
    back = asyncio.create_task(put_all(inbox, reversed(range(400))))
    assert await there + await back == 400
