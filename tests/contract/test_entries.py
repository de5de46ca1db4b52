"""Entry points as rows, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from domain.channels.entry import Entry, EntryKind, EntryState, Schedule, Shift
from domain.values import UserId
from storage.database import Database
from storage.ids import IdSource
from storage.unit_of_work import Store
from storage.vault import Vault

LI, HAN = UserId("LiLei"), UserId("HanMeimei")
SHIFT = Shift((LI, HAN), frozenset({1, 7}), time(9, 30), time(18))
ENTRY = Entry(
    id=1,
    kind=EntryKind.CONTACT_WAY,
    word="poster7",
    channel="expo",
    title="展会",
    schedule=Schedule((SHIFT,), (HAN,), 20),
    shown=(LI,),
    life_for=timedelta(days=7),
    chat_ids=("wr1", "wr2"),
)


@pytest.fixture
def store(database: Database, vault: Vault, now: datetime) -> Store:
    return Store(database, vault, IdSource(lambda: now))


async def test_an_entry_point_comes_back_as_saved(store: Store, now: datetime) -> None:
    after = replace(
        ENTRY, state=EntryState.READY, platform_id="cw1", url="u", qr_code="q", version=2
    )
    async with store.unit_of_work(now) as work:
        assert await work.entries.add(ENTRY, now)
        assert await work.entries.get(1) == ENTRY
        await work.entries.save(after)
        await work.commit()
    async with store.unit_of_work(now) as work:
        assert await work.entries.all() == [after]
        assert await work.entries.get(2) is None


async def test_a_word_is_taken_once_per_kind_and_account(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        assert await work.entries.add(ENTRY, now)
        assert not await work.entries.add(replace(ENTRY, id=2), now)
        assert await work.entries.add(replace(ENTRY, id=3, account="gh_1"), now)
        assert await work.entries.add(replace(ENTRY, id=4, kind=EntryKind.MP_SCENE), now)
        kinds = (EntryKind.CONTACT_WAY, EntryKind.ACQUISITION_LINK)
        for account, expected in (("", 1), ("gh_1", 3)):
            found = await work.entries.of_word(kinds, "poster7", account)
            assert found is not None
            assert found.id == expected
        assert await work.entries.of_word(kinds, "poster8") is None


async def test_contact_ways_are_found_by_their_members(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        await work.entries.add(ENTRY, now)
        await work.entries.add(replace(ENTRY, id=2, word="gone", state=EntryState.DELETED), now)
        assert [entry.id for entry in await work.entries.with_member("hanmeimei")] == [1]
        assert await work.entries.with_member("Tom") == []


async def test_customers_are_counted_by_member_and_day(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        for userid, day in ((LI, "2026-03-02"), (LI, "2026-03-02"), (HAN, "2026-03-03")):
            await work.entries.count(1, userid, day)
        assert await work.entries.taken(1, "2026-03-02") == {"LiLei": 2}
        assert await work.entries.taken(2, "2026-03-02") == {}
