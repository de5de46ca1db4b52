"""Parquet buckets out of the database, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.behaviour import syntax as tree
from domain.behaviour.columns import columns_of
from domain.behaviour.days import Moments
from domain.behaviour.kernel import evaluate
from domain.events.event import PropertyValue
from domain.events.registry import PropertyType
from domain.person import Person
from domain.values import BUSINESS_ZONE, PersonId
from storage.database import Database
from storage.ids import IdSource
from storage.lake.layout import Layout, bucket_of, files_of
from storage.lake.reading import read_bucket
from storage.lake.refreshing import refresh
from storage.unit_of_work import Store
from storage.vault import Vault
from tests import factories

LAYOUT = Layout(
    buckets=4,
    zone=BUSINESS_ZONE,
    kinds=("pay_order", "view_page"),
    interactions=frozenset({"view_page"}),
    properties={"amount": PropertyType.NUMBER, "page": PropertyType.TEXT},
    facts={},
)
PAID = tree.Aggregate(tree.Function.SUM, tree.EventPattern("pay_order"), "amount")
TWICE = tree.Sequence((tree.EventPattern("view_page"), tree.EventPattern("pay_order")))
Adds = Callable[..., Awaitable[None]]


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


@pytest.fixture
async def people(store: Store, now: datetime) -> list[PersonId]:
    """Return twelve persons who have done nothing."""
    async with store.unit_of_work(now) as work:
        found = [PersonId(work.ids.next()) for _ in range(12)]
        for one in found:
            work.people.add(Person(one, one, now))
        await work.commit()
    return found


@pytest.fixture
def adds(store: Store, now: datetime) -> Adds:
    """Return a function that appends an event of a person."""

    async def add(
        person: PersonId, kind: str, *, minutes: int = 0, **properties: PropertyValue
    ) -> None:
        async with store.unit_of_work(now) as work:
            await work.load_people([person])
            await work.events.load([person])
            at = now - timedelta(minutes=minutes)
            one = factories.event(kind, person_id=person, event_at=at, properties=properties)
            assert work.events.add(one)
            await work.commit()

    return add


def read(folder: Path, now: datetime) -> dict[int, tuple[object, object]]:
    found = {}
    for files in files_of(folder, range(LAYOUT.buckets)):
        for chunk in read_bucket(files):
            values = evaluate([PAID, TWICE], chunk.columns, Moments.at(now, BUSINESS_ZONE))
            for row, root in enumerate(chunk.roots.tolist()):
                found[root] = (values[0].item(row), values[1].item(row))
    return found


async def test_files_hold_what_the_database_holds(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, now: datetime
) -> None:
    first, second, *others = people
    await adds(first, "pay_order", amount=30.5, note="13900139000")
    await adds(first, "view_page", minutes=5, page="价格")
    await adds(second, "view_page")
    await adds(second, "pay_order", minutes=5, amount=2.0)
    await adds(second, "assigned")
    assert (await refresh(database, tmp_path, LAYOUT)).written == (0, 1, 2, 3)
    nothing = dict.fromkeys(others, (0.0, False))
    assert read(tmp_path, now) == {first: (30.5, True), second: (2.0, False), **nothing}


async def test_only_buckets_with_news_are_rewritten(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, now: datetime
) -> None:
    await refresh(database, tmp_path, LAYOUT)
    assert (await refresh(database, tmp_path, LAYOUT)).written == ()
    await adds(people[3], "pay_order", amount=1.0)
    bucket = int(bucket_of(columns_of([]).offsets + people[3], LAYOUT.buckets)[0])
    assert (await refresh(database, tmp_path, LAYOUT)).written == (bucket,)
    assert read(tmp_path, now)[people[3]] == (1.0, False)


async def test_a_merge_moves_events_to_the_root(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, now: datetime
) -> None:
    one, other = people[0], people[1]
    await adds(one, "view_page", minutes=5)
    await adds(other, "pay_order", amount=7.0)
    await refresh(database, tmp_path, LAYOUT)
    async with database.write() as tx:
        await tx.execute("update person set root_id = $1 where id = $2", one, other)
    await refresh(database, tmp_path, LAYOUT)
    found = read(tmp_path, now)
    assert found[one] == (7.0, True)
    assert other not in found


async def test_erased_events_leave_the_files(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, now: datetime
) -> None:
    await adds(people[0], "pay_order", amount=7.0)
    await refresh(database, tmp_path, LAYOUT)
    async with database.write() as tx:
        await tx.execute("delete from event where person_id = $1", people[0])
    await refresh(database, tmp_path, LAYOUT)
    assert read(tmp_path, now)[people[0]] == (0.0, False)


async def test_another_layout_rewrites_everything(
    database: Database, people: list[PersonId], tmp_path: Path
) -> None:
    assert people
    await refresh(database, tmp_path, LAYOUT)
    wider = replace(LAYOUT, kinds=(*LAYOUT.kinds, "login"))
    assert (await refresh(database, tmp_path, wider)).written == (0, 1, 2, 3)
