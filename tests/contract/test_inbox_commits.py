"""Commits of callbacks that are under way at once, and what shares a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from domain.values import Priority
from storage.database import Database, inbox_url_of
from storage.ids import IdSource
from storage.inbox import Delivery, Done, Inbox, open_inbox
from storage.vault import Vault
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


async def test_each_commit_tells_how_many_shared_it_and_how_long_the_first_waited(
    database: Database, migrated_url: str, vault: Vault, ids: IdSource
) -> None:
    told: list[tuple[int, float]] = []
    loop = asyncio.get_running_loop()
    url = inbox_url_of(migrated_url)
    inbox = open_inbox(url, database, vault, ids, on_commit=lambda *one: told.append(one))
    started = loop.time()
    await put_all(inbox, range(300))
    took = loop.time() - started
    await inbox.close()
    assert sum(shared for shared, _ in told) == 300
    assert all(0 < waited <= took for _, waited in told)


async def test_a_claim_finishes_rows_in_hand_and_then_gives_their_subject(inbox: Inbox) -> None:
    lease = timedelta(minutes=2)
    for key in (b"1", b"2"):
        made = Delivery("wecom:clew", key, "wm1", Priority.NORMAL, key, NOW)
        await inbox.put(lambda made=made: made)  # type: ignore[misc]
    [first] = await inbox.claim(1, lease, NOW)
    assert await inbox.claim(10, lease, NOW, [Done("another lease", (first.id,))]) == []
    done = [Done(first.lease_token, (first.id,))]
    assert [row.payload for row in await inbox.claim(10, lease, NOW, done)] == [b"2"]
    assert await inbox.finish(first.lease_token, [first.id]) == 0, "it was finished"
