"""What the inbox promises, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.values import Priority
from storage.database import Database, inbox_url_of, open_database
from storage.errors import Cause, StorageUnavailable
from storage.ids import IdSource
from storage.inbox import SUSPECT_AFTER, Claimed, Delivery, Inbox, InboxState, open_inbox
from storage.inbox_sql import INSERT
from storage.sqlite import connect, path_of_url
from storage.vault import Vault
from tests.factories import NOW
from tests.patience import NEVER_COMES, PATIENCE
from tests.services import postgres

LEASE = timedelta(minutes=2)
LATER = NOW + timedelta(minutes=3)


def delivery(key: str, subject: str = "wmalpha", priority: Priority = Priority.NORMAL) -> Delivery:
    return Delivery("wecom:clew", key.encode(), subject, priority, f"<{key}>".encode(), NOW)


async def put(inbox: Inbox, *keys: str, subject: str = "") -> list[bool]:
    """Put deliveries of a subject each, unless one is named; all at once."""
    ready = [delivery(key, subject or f"wm{key}") for key in keys]
    return await asyncio.gather(*(put_one(inbox, item) for item in ready))


async def put_one(inbox: Inbox, item: Delivery) -> bool:
    return await inbox.put(lambda: item)


def payloads(claimed: list[Claimed]) -> list[str]:
    return [row.payload.decode().strip("<>") for row in claimed]


# ------------------------------------------------------------------------- put


async def test_a_new_key_is_new_and_a_known_one_is_a_repeat(inbox: Inbox) -> None:
    assert await put(inbox, "a", "b", "a") == [True, True, False]
    assert await put(inbox, "a", "c") == [False, True]
    assert sorted(payloads(await inbox.claim(10, LEASE, NOW))) == ["a", "b", "c"]


async def test_many_callers_share_commits_and_none_is_lost(inbox: Inbox) -> None:
    keys = [str(n) for n in range(2_000)]
    assert all(await put(inbox, *keys))
    assert await inbox.counts() == {
        InboxState.PENDING: 2_000,
        InboxState.LEASED: 0,
        InboxState.PARKED: 0,
    }


async def test_what_prepare_raises_reaches_its_caller_alone(inbox: Inbox) -> None:
    def refuse() -> Delivery:
        raise ZeroDivisionError

    results = await asyncio.gather(
        put_one(inbox, delivery("a")),
        inbox.put(refuse),
        put_one(inbox, delivery("b")),
        return_exceptions=True,
    )
    assert results[0] is True
    assert isinstance(results[1], ZeroDivisionError)
    assert results[2] is True


async def test_a_row_that_the_database_refuses_fails_alone(inbox: Inbox) -> None:
    bad = Delivery("wecom:clew", b"bad", "\ud800", Priority.NORMAL, b"", NOW)
    results = await asyncio.gather(
        put_one(inbox, delivery("a")),
        put_one(inbox, bad),
        put_one(inbox, delivery("b")),
        return_exceptions=True,
    )
    assert (results[0], results[2]) == (True, True)
    assert isinstance(results[1], Exception)
    assert len(await inbox.claim(10, LEASE, NOW)) == 2


async def test_a_cancelled_caller_disturbs_nobody(inbox: Inbox) -> None:
    hasty = asyncio.ensure_future(put_one(inbox, delivery("hasty")))
    await asyncio.sleep(0)
    hasty.cancel()
    assert await put(inbox, "a") == [True]


async def test_the_payload_is_sealed_at_rest(
    inbox: Inbox, migrated_url: str, database: Database
) -> None:
    await put(inbox, "13812345678")
    sql = "select payload from inbox"
    if database.dialect == "sqlite":
        file = connect(path_of_url(inbox_url_of(migrated_url)))
        stored = file.execute(sql).fetchone()["payload"]
        file.close()
    else:
        async with database.read() as tx:
            stored = (await tx.fetch(sql))[0]["payload"]
    assert b"13812345678" not in stored
    assert payloads(await inbox.claim(1, LEASE, NOW)) == ["13812345678"]


async def test_what_was_put_survives_closing(
    inbox: Inbox, migrated_url: str, database: Database, vault: Vault, ids: IdSource
) -> None:
    putting = asyncio.gather(*(put_one(inbox, delivery(str(n), f"wm{n}")) for n in range(50)))
    await asyncio.sleep(0)
    await inbox.close()
    assert all(await putting)
    again = open_inbox(inbox_url_of(migrated_url), database, vault, ids)
    assert len(await again.claim(100, LEASE, NOW)) == 50
    await again.close()


async def test_a_closed_inbox_is_unavailable(inbox: Inbox) -> None:
    await inbox.close()
    with pytest.raises(StorageUnavailable) as caught:
        await put(inbox, "a")
    assert caught.value.cause is Cause.CLOSED


# ----------------------------------------------------------------- pages, cursor


async def test_a_page_and_its_cursor_are_stored_together(inbox: Inbox) -> None:
    assert await inbox.cursor("kf:wk1") == ""
    page = [delivery("m1"), delivery("m2")]
    assert await inbox.put_page(page, "kf:wk1", "cursor-1") == 2
    assert await inbox.put_page([*page, delivery("m3")], "kf:wk1", "cursor-2") == 1
    assert await inbox.put_page([], "kf:wk2", "other") == 0
    assert await inbox.cursor("kf:wk1") == "cursor-2"
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["m1", "m2", "m3"]


async def test_a_page_that_fails_moves_no_cursor(inbox: Inbox) -> None:
    bad = Delivery("kf:wk1", b"bad", "\ud800", Priority.NORMAL, b"", NOW)
    with pytest.raises(Exception):  # noqa: B017, PT011 — each driver has its own word for it
        await inbox.put_page([delivery("m1"), bad], "kf:wk1", "cursor-1")
    assert await inbox.cursor("kf:wk1") == ""
    assert await inbox.claim(10, LEASE, NOW) == []


# ------------------------------------------------------------------------ claim


async def test_claims_welcome_first_then_oldest(inbox: Inbox) -> None:
    await put(inbox, "old")
    await put_one(inbox, delivery("chat", "wmchat", Priority.CHAT))
    await put(inbox, "new")
    await put_one(inbox, delivery("welcome", "wmwelcome", Priority.WELCOME))
    assert payloads(await inbox.claim(3, LEASE, NOW)) == ["welcome", "chat", "old"]
    assert payloads(await inbox.claim(3, LEASE, NOW)) == ["new"]


async def test_a_claimed_row_says_what_came_in(inbox: Inbox) -> None:
    await put_one(inbox, delivery("a", "wmalpha", Priority.CHAT))
    (row,) = await inbox.claim(1, LEASE, NOW)
    assert (row.source, row.subject, row.payload) == ("wecom:clew", "wmalpha", b"<a>")
    assert (row.priority, row.received_at, row.attempts) == (Priority.CHAT, NOW, 1)


async def test_a_lease_holds_its_rows_until_it_ends(inbox: Inbox) -> None:
    await put(inbox, "a")
    (first,) = await inbox.claim(1, LEASE, NOW)
    assert await inbox.claim(1, LEASE, NOW + LEASE - timedelta(seconds=1)) == []
    (second,) = await inbox.claim(1, LEASE, NOW + LEASE)
    assert (second.id, second.attempts) == (first.id, 2)
    assert second.lease_token != first.lease_token
    assert await inbox.finish(first.lease_token, [first.id]) == 0
    assert await inbox.finish(second.lease_token, [second.id]) == 1


async def test_a_subject_is_never_in_two_hands(inbox: Inbox) -> None:
    await put(inbox, "a1", subject="wmalpha")
    first = await inbox.claim(10, LEASE, NOW)
    await put(inbox, "a2", "a3", subject="wmalpha")
    await put(inbox, "b1", subject="wmbeta")
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["b1"]
    await inbox.finish(first[0].lease_token, [first[0].id])
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["a2", "a3"]


async def test_rows_of_nobody_do_not_wait_for_each_other(inbox: Inbox) -> None:
    await put_one(inbox, delivery("a", subject=""))
    await put_one(inbox, delivery("b", subject=""))
    assert len(await inbox.claim(1, LEASE, NOW)) == len(await inbox.claim(1, LEASE, NOW)) == 1


async def test_claims_at_once_share_no_row_and_no_subject(inbox: Inbox) -> None:
    for subject in ("wm1", "wm2", "wm3", "wm4"):
        await put(inbox, *(f"{subject}{n}" for n in range(10)), subject=subject)
    taken = await asyncio.gather(*(inbox.claim(7, LEASE, NOW) for _ in range(8)))
    ids = [row.id for claimed in taken for row in claimed]
    assert len(ids) == len(set(ids))
    holders: dict[str, set[str]] = {}
    for claimed in taken:
        for row in claimed:
            holders.setdefault(row.subject, set()).add(row.lease_token)
    assert all(len(tokens) == 1 for tokens in holders.values())


async def test_finishing_counts_and_ends_a_row_for_good(inbox: Inbox) -> None:
    await put(inbox, "a", "b")
    rows = await inbox.claim(10, LEASE, NOW)
    assert await inbox.finish(rows[0].lease_token, [row.id for row in rows]) == 2
    assert await inbox.finish(rows[0].lease_token, [row.id for row in rows]) == 0
    assert await inbox.claim(10, LEASE, LATER) == []
    assert await put(inbox, "a") == [False]


async def test_a_released_row_comes_back_at_its_moment(inbox: Inbox) -> None:
    await put(inbox, "a")
    (row,) = await inbox.claim(1, LEASE, NOW)
    at = NOW + timedelta(seconds=30)
    assert await inbox.release(row.lease_token, [row.id], at) == 1
    assert await inbox.claim(1, LEASE, at - timedelta(seconds=1)) == []
    (again,) = await inbox.claim(1, LEASE, at)
    assert again.attempts == 2


async def test_a_suspect_row_is_given_alone(inbox: Inbox) -> None:
    await put(inbox, "suspect", "b", "c")
    for _ in range(SUSPECT_AFTER):
        (row,) = [r for r in await inbox.claim(1, LEASE, NOW) if r.payload == b"<suspect>"]
        await inbox.release(row.lease_token, [row.id], NOW)
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["suspect"]
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["b", "c"]


async def test_rows_before_a_suspect_one_go_without_it(inbox: Inbox) -> None:
    await put(inbox, "suspect")
    for _ in range(SUSPECT_AFTER):
        (row,) = await inbox.claim(1, LEASE, NOW)
        await inbox.release(row.lease_token, [row.id], NOW)
    await put_one(inbox, delivery("welcome", "wmnew", Priority.WELCOME))
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["welcome"]
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["suspect"]


# ---------------------------------------------------------------------- parking


async def test_a_parked_row_is_visible_and_replayable(inbox: Inbox) -> None:
    await put(inbox, "a")
    (row,) = await inbox.claim(1, LEASE, NOW)
    assert await inbox.park(row.lease_token, row.id, "x" * 600) == 1
    assert await inbox.claim(1, LEASE, LATER) == []
    (entry,) = await inbox.list(InboxState.PARKED, 10)
    assert (entry.id, entry.subject, entry.attempts, len(entry.error)) == (row.id, "wma", 1, 500)
    assert (await inbox.counts())[InboxState.PARKED] == 1
    assert await inbox.replay(row.id)
    assert not await inbox.replay(row.id)
    (again,) = await inbox.claim(1, LEASE, NOW)
    assert (again.id, again.attempts, again.payload) == (row.id, 1, b"<a>")


async def test_a_lost_lease_parks_nothing(inbox: Inbox) -> None:
    await put(inbox, "a")
    (old,) = await inbox.claim(1, LEASE, NOW)
    (new,) = await inbox.claim(1, LEASE, LATER)
    assert await inbox.park(old.lease_token, old.id, "late") == 0
    assert await inbox.release(old.lease_token, [old.id], NOW) == 0
    assert await inbox.finish(new.lease_token, [new.id]) == 1


async def test_a_payload_that_cannot_be_opened_is_parked_and_others_go_on(
    inbox: Inbox, migrated_url: str, database: Database, ids: IdSource
) -> None:
    broken = (ids.next(), b"broken", "wecom:clew", "wmx", 20, b"\x00\x09noise", 0)
    if database.dialect == "sqlite":
        file = connect(path_of_url(inbox_url_of(migrated_url)))
        file.execute(INSERT.replace("$", "?"), broken)
        file.close()
    else:
        async with database.write() as tx:
            await tx.execute(INSERT, *broken)
    await put(inbox, "a")
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["a"]
    (entry,) = await inbox.list(InboxState.PARKED, 10)
    assert "CLEW_MASTER_KEY" in entry.error


@pytest.mark.parametrize(
    ("state", "found"),
    [(InboxState.PENDING, 1), (InboxState.LEASED, 1), (InboxState.DONE, 1), (InboxState.PARKED, 0)],
)
async def test_lists_rows_by_state(inbox: Inbox, state: InboxState, found: int) -> None:
    await put(inbox, "a")
    (row,) = await inbox.claim(1, LEASE, NOW)
    await inbox.finish(row.lease_token, [row.id])
    await put(inbox, "b")
    await inbox.claim(1, LEASE, NOW)
    await put(inbox, "c")
    assert len(await inbox.list(state, 10)) == found


async def test_purging_drops_payloads_of_done_rows_and_keeps_their_keys(inbox: Inbox) -> None:
    await put(inbox, "a", "b")
    rows = await inbox.claim(1, LEASE, NOW)
    await inbox.finish(rows[0].lease_token, [rows[0].id])
    assert await inbox.purge(NOW) == 0
    assert await inbox.purge(LATER) == 1
    assert await inbox.purge(LATER) == 0
    assert await put(inbox, "a", "b") == [False, False]
    assert len(await inbox.list(InboxState.DONE, 10)) == 1
    assert payloads(await inbox.claim(10, LEASE, NOW)) == ["b"]


# --------------------------------------------------------------------- wake-ups


@pytest.mark.parametrize(
    "ring",
    [
        pytest.param(lambda inbox: put(inbox, "a"), id="put"),
        pytest.param(lambda inbox: inbox.put_page([delivery("a")], "k", "c"), id="page"),
        pytest.param(lambda inbox: asyncio.sleep(0, inbox.wake()), id="wake"),
    ],
)
async def test_work_wakes_who_waits(inbox: Inbox, ring: Callable[[Inbox], object]) -> None:
    waiting = asyncio.create_task(inbox.wait_for_work(2 * PATIENCE))
    await asyncio.sleep(0)
    await ring(inbox)  # type: ignore[misc]
    await asyncio.wait_for(waiting, PATIENCE)


async def test_work_that_came_before_the_wait_is_heard(inbox: Inbox) -> None:
    await put(inbox, "a")
    await asyncio.wait_for(inbox.wait_for_work(2 * PATIENCE), PATIENCE)


async def test_waiting_ends_without_work(inbox: Inbox) -> None:
    await inbox.wait_for_work(NEVER_COMES)


async def test_a_repeat_wakes_nobody(inbox: Inbox) -> None:
    await put(inbox, "a")
    await inbox.wait_for_work(PATIENCE)
    await put(inbox, "a")
    waiting = asyncio.create_task(inbox.wait_for_work(NEVER_COMES))
    started = asyncio.get_running_loop().time()
    await waiting
    assert asyncio.get_running_loop().time() - started > NEVER_COMES / 2


# ------------------------------------------------------------------- properties


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(keys=st.lists(st.sampled_from("abcdefgh"), max_size=30))
async def test_each_key_is_new_exactly_once(inbox: Inbox, keys: list[str]) -> None:
    salt = uuid4()  # an example that is run again must not meet its own keys
    results = await put(inbox, *(f"{salt}{key}" for key in keys))
    assert sum(results) == len(set(keys))


# ------------------------------------------------------------------- lost server


@pytest.mark.postgres
async def test_a_lost_connection_is_told_and_the_next_put_works(
    migrated_postgres_url: str, postgres_address: str, vault: Vault, ids: IdSource
) -> None:
    database = await open_database(migrated_postgres_url)
    inbox = open_inbox(migrated_postgres_url, database, vault, ids)
    await put(inbox, "a")
    name = migrated_postgres_url.rpartition("/")[2]
    others = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    await asyncio.to_thread(postgres.execute, postgres_address, others)
    results = [await asyncio.gather(put(inbox, "b"), return_exceptions=True) for _ in range(12)]
    refused = [r for (r,) in results if isinstance(r, BaseException)]
    assert all(isinstance(error, StorageUnavailable) for error in refused)
    assert await put(inbox, "c") == [True]
    await inbox.close()
    await database.close()
