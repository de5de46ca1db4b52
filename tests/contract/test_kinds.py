"""Registrations and quarantine on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest

from domain.events.registry import (
    EventKind,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import PersonId
from storage.database import Database
from storage.errors import Erased
from storage.ids import IdSource
from storage.queries.kinds import kinds_in_force, newest_kind, waiting_kinds
from storage.repositories.kinds import HeldEvent
from storage.unit_of_work import Store
from storage.vault import Vault
from tests.factories import person

VISIT = EventKind(
    "visit",
    "上门拜访",
    Strength.STRONG,
    EventSource.PRODUCT,
    is_interaction=True,
    properties=MappingProxyType({"hours": PropertySpec("hours", "时长", PropertyType.NUMBER)}),
)


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


def held(who: PersonId, key: str, at: datetime, kind: str = "visit") -> HeldEvent:
    properties = {"hours": 2.0, "phone": "13812345678", "is_new": True}
    return HeldEvent(who, "shop", "unknown_event_kind", kind, at, key, 7, properties, "话")


async def test_versions_have_rising_numbers_and_the_newest_of_a_name_counts(
    store: Store, now: datetime
) -> None:
    for kind in (VISIT, replace(VISIT, name="call"), replace(VISIT, label="到访")):
        async with store.unit_of_work(now) as work:
            await work.kinds.lock()
            await work.kinds.register(kind, "WangManager", now)
            await work.commit()
    async with store.unit_of_work(now) as work:
        assert await newest_kind(work.tx) == 3
        found = await kinds_in_force(work.tx)
    assert [(v.number, v.kind.name, v.kind.label) for v in found] == [
        (2, "call", "上门拜访"),
        (3, "visit", "到访"),
    ]
    assert found[0].kind == replace(VISIT, name="call", properties=dict(VISIT.properties))
    assert (found[0].author, found[0].at) == ("WangManager", now)


async def test_two_who_register_at_once_get_numbers_of_their_own(
    store: Store, now: datetime
) -> None:
    async def register(name: str) -> int:
        async with store.unit_of_work(now) as work:
            await work.kinds.lock()
            number = await work.kinds.register(replace(VISIT, name=name), "x", now)
            await work.commit()
        return number

    assert sorted(await asyncio.gather(*map(register, "abc"))) == [1, 2, 3]


async def test_a_held_event_comes_back_as_it_was_and_once(store: Store, now: datetime) -> None:
    at = now - timedelta(days=3, microseconds=1)
    async with store.unit_of_work(now) as work:
        who = work.add_person(person(id=PersonId(work.ids.next()))).id
        await work.kinds.hold(held(who, "visit:1", at), now)
        await work.kinds.hold(held(who, "visit:1", now), now)
        await work.commit()
    async with store.unit_of_work(now) as work:
        (row,) = await work.kinds.held_rows("visit", 0, 10)
        assert await work.kinds.held_rows("visit", row["id"], 10) == []
        await work.load_people([who])
        assert work.kinds.opened(row) == replace(held(who, "visit:1", at), id=row["id"])
        await work.kinds.drop_held([row["id"]])
        assert await work.kinds.held_rows("visit", 0, 10) == []


@pytest.mark.parametrize(
    "erase", ["update data_key set wrapped = $1", "delete from data_key where wrapped <> $1"]
)
async def test_what_an_erased_person_left_cannot_be_opened(
    store: Store, now: datetime, erase: str
) -> None:
    async with store.unit_of_work(now) as work:
        who = work.add_person(person(id=PersonId(work.ids.next()))).id
        await work.kinds.hold(held(who, "visit:1", now), now)
        await work.commit()
    async with store.unit_of_work(now) as work:
        await work.tx.execute(erase, b"")
        await work.commit()
    async with store.unit_of_work(now) as work:
        (row,) = await work.kinds.held_rows("visit", 0, 10)
        await work.load_people([who])
        with pytest.raises(Erased):
            work.kinds.opened(row)


async def test_quarantine_is_summed_up_by_name_without_values(
    store: Store, database: Database, now: datetime
) -> None:
    async with store.unit_of_work(now) as work:
        who = work.add_person(person(id=PersonId(work.ids.next()))).id
        for number in range(3):
            at = now - timedelta(days=number)
            await work.kinds.hold(held(who, f"visit:{number}", at), now)
        await work.kinds.hold(held(who, "long", now, kind="x\n" * 80), now)
        await work.commit()
    async with database.read() as tx:
        visit, strange = await waiting_kinds(tx)
    assert (visit.name, visit.count) == ("visit", 3)
    assert (visit.first_at, visit.last_at) == (now - timedelta(days=2), now)
    assert visit.shape == {
        "hours": PropertyType.NUMBER,
        "is_new": PropertyType.FLAG,
        "phone": PropertyType.TEXT,
    }
    assert len(strange.name) <= 96
    assert "\n" not in strange.name
