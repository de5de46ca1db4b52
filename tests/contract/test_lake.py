"""Parquet buckets beside the database, on both databases: the answers are the database's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from bot.clock import DrivenClock
from domain.behaviour import syntax as tree
from domain.behaviour.kernel import evaluate
from domain.columns.days import Moments
from domain.columns.values import Item
from domain.events.event import PropertyValue
from domain.events.registry import PropertyType
from domain.person import Person
from domain.values import BUSINESS_ZONE, PersonId
from storage.database import Database
from storage.ids import IdSource
from storage.lake.layout import Layout
from storage.lake.live import FromLake
from storage.lake.manifest import Bucket, Manifest
from storage.lake.refreshing import Errand, bring_up, drop_unnamed
from storage.population.histories import Wish
from storage.population.source import FromDatabase, Source
from storage.population.whose import Span
from storage.unit_of_work import Store
from storage.vault import Vault
from tests import factories
from tests.contract.lake_files import brought_up

LAYOUT = Layout(
    zone=BUSINESS_ZONE,
    kinds=("pay_order", "view_page"),
    interactions=frozenset({"view_page"}),
    properties={"amount": PropertyType.NUMBER, "page": PropertyType.TEXT},
    facts={},
)
WISH = Wish(BUSINESS_ZONE, LAYOUT.interactions, frozenset(LAYOUT.properties))
PAID, VIEWED, ANY = (tree.EventPattern(kind) for kind in ("pay_order", "view_page", None))
ASKED: tuple[tree.Expression, ...] = (
    tree.Aggregate(tree.Function.SUM, PAID, "amount"),
    tree.Aggregate(tree.Function.COUNT, ANY, None, tree.Last(3)),
    tree.Edge(tree.End.LAST, VIEWED, "page"),
    tree.Edge(tree.End.FIRST, VIEWED, "amount"),
    tree.Sequence((VIEWED, PAID)),
)
Adds = Callable[..., Awaitable[None]]
Answers = dict[int, tuple[Item, ...]]


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


async def born(store: Store, count: int) -> list[PersonId]:
    """Let persons come who have done nothing."""
    now = factories.NOW
    async with store.unit_of_work(now) as work:
        found = [PersonId(work.ids.next()) for _ in range(count)]
        for one in found:
            work.people.add(Person(one, one, now))
        await work.commit()
    return found


@pytest.fixture
async def people(store: Store) -> list[PersonId]:
    return await born(store, 12)


@pytest.fixture
def adds(store: Store, now: datetime) -> Adds:
    """Return a function that appends an event of a person."""

    async def add(
        person: PersonId, kind: str, *, minutes: int = 0, **properties: PropertyValue
    ) -> None:
        async with store.unit_of_work(now) as work:
            await work.load_people([person])
            at = now - timedelta(minutes=minutes)
            one = factories.event(kind, person_id=person, event_at=at, properties=properties)
            assert work.events.add(one)
            await work.commit()

    return add


async def refreshed(
    database: Database, folder: Path, clock: DrivenClock, size: int = 5, layout: Layout = LAYOUT
) -> list[Bucket]:
    """Bring all buckets up to date, an hour later; return those that were written."""
    before = Manifest.read(folder) or Manifest(0)
    known = {bucket.number: bucket.generation for bucket in before.buckets}
    after = await brought_up(database, folder, layout, clock.advance(timedelta(hours=1)), size)
    return [one for one in after.buckets if one.generation != known.get(one.number, 0)]


async def answers(
    database: Database, source: Source, now: datetime, whose: Sequence[PersonId] | None = None
) -> Answers:
    """Return what expressions say of everybody, or of some."""
    found: Answers = {}
    async with database.read() as tx:
        for part in [whose] if whose else await source.spans(tx):
            async for piece in source.pieces(tx, part, WISH):
                values = evaluate(ASKED, piece.columns, Moments.at(now, BUSINESS_ZONE))
                for row, root in enumerate(piece.roots.tolist()):
                    assert root not in found
                    told = (value.item(row) for value in values)
                    found[root] = (*told, int(piece.received[row]))
    return found


def written_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("*.parquet"))


async def both(database: Database, folder: Path, clock: DrivenClock) -> tuple[Answers, Answers]:
    """Return the answers out of the files and of the database."""
    manifest, now = Manifest.read(folder), clock.now()
    assert manifest is not None
    lake = await answers(database, FromLake(folder, manifest, now), now)
    return lake, await answers(database, FromDatabase(4), now)


async def test_files_hold_what_the_database_holds(
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    people: list[PersonId],
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
) -> None:
    first, second, *others = people
    await adds(first, "pay_order", amount=30.5, note="13900139000")
    await adds(first, "view_page", minutes=5, page="价格", amount="many")
    await adds(second, "view_page", page=3.5)
    await adds(second, "pay_order", minutes=5, amount=2.0)
    await adds(second, "assigned")
    assert len(await refreshed(database, tmp_path, clock)) == 3
    monkeypatch.delattr("storage.lake.live.histories")
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert lake[first][:5] == (30.5, 1.0, "价格", "many", True)
    assert lake[second][:5] == (2.0, 1.0, 3.5, None, False)
    assert {lake[one][:5] for one in others} == {(0.0, 0.0, None, None, False)}
    assert b"13900139000" not in written_in(tmp_path)


async def test_only_buckets_with_news_are_rewritten(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, clock: DrivenClock
) -> None:
    await refreshed(database, tmp_path, clock)
    assert await refreshed(database, tmp_path, clock) == []
    await adds(people[7], "pay_order", amount=1.0)
    assert [bucket.number for bucket in await refreshed(database, tmp_path, clock)] == [1]
    assert await refreshed(database, tmp_path, clock) == []
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth


async def test_what_files_do_not_hold_yet_comes_from_the_database(
    database: Database,
    store: Store,
    people: list[PersonId],
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
) -> None:
    await adds(people[0], "view_page", page="a")
    await refreshed(database, tmp_path, clock)
    await adds(people[0], "view_page", minutes=9, page="late")
    await adds(people[1], "pay_order", amount=7.0)
    (new,) = await born(store, 1)
    await adds(new, "pay_order", amount=8.0)
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert (lake[people[1]][0], lake[new][0]) == (7.0, 8.0)


async def test_a_merge_moves_events_to_the_root_and_back(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, clock: DrivenClock
) -> None:
    one, other = people[0], people[9]
    await adds(one, "view_page", minutes=5)
    await adds(other, "pay_order", amount=7.0)
    await refreshed(database, tmp_path, clock)
    for root in (one, other):
        async with database.write() as tx:
            await tx.execute("update person set root_id = $1 where id = $2", root, other)
        for _ in range(2):  # before the files know of it, and then
            lake, truth = await both(database, tmp_path, clock)
            assert lake == truth
            assert (other in lake) is (root == other)
            assert lake[one][4] is (root == one)
            await refreshed(database, tmp_path, clock)


async def test_what_was_erased_leaves_the_files(
    database: Database, people: list[PersonId], adds: Adds, tmp_path: Path, clock: DrivenClock
) -> None:
    for one in people[:2]:
        await adds(one, "view_page", page="秘密")
    await refreshed(database, tmp_path, clock)
    before = Manifest.read(tmp_path)
    async with database.write() as tx:
        await tx.execute("delete from event where person_id = $1", people[0])
        await tx.execute("delete from event where person_id = $1", people[1])
        await tx.execute("delete from person where id = $1", people[1])
    assert len(await refreshed(database, tmp_path, clock)) == 1
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert people[1] not in lake
    after = Manifest.read(tmp_path)
    assert before is not None
    assert after is not None
    assert drop_unnamed(tmp_path, before, after) == 0, "somebody may still be reading them"
    assert drop_unnamed(tmp_path, after) == 2
    assert "秘密".encode() not in written_in(tmp_path)


async def test_another_layout_rewrites_everything(
    database: Database,
    people: list[PersonId],
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
    now: datetime,
) -> None:
    await adds(people[0], "view_page", page="a", seconds=3.0)
    await refreshed(database, tmp_path, clock)
    wider = replace(LAYOUT, properties={**LAYOUT.properties, "seconds": PropertyType.NUMBER})
    assert len(await refreshed(database, tmp_path, clock, layout=wider)) == 3
    assert await refreshed(database, tmp_path, clock, layout=LAYOUT) == []
    asked = replace(WISH, properties=frozenset({"seconds"}))
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    async with database.read() as tx:
        pieces = FromLake(tmp_path, manifest, now).pieces(tx, manifest.buckets[0].span, asked)
        found = [piece.columns.properties["seconds"] async for piece in pieces]
    assert found[0].numbers is not None
    assert np.nansum(found[0].numbers) == 3.0


async def test_a_bucket_that_cannot_be_read_is_read_from_the_database_and_mended(
    database: Database,
    people: list[PersonId],
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
    now: datetime,
) -> None:
    await adds(people[0], "view_page", page="a")
    await refreshed(database, tmp_path, clock)
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    first, second, _ = (bucket.files(tmp_path) for bucket in manifest.buckets)
    first.events.write_bytes(first.events.read_bytes()[:100])
    second.persons.unlink()
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert [one.number for one in await refreshed(database, tmp_path, clock)] == [1]
    again = Manifest.read(tmp_path)
    assert again is not None
    async with database.read() as tx:
        errand = Errand(tmp_path, LAYOUT, again.buckets[0], is_whole=True)
        mended = await bring_up(tx, errand, now)
    again.with_bucket(mended).write(tmp_path)
    assert first.events != mended.files(tmp_path).events
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth


async def test_a_refresh_that_was_killed_leaves_the_old_files_in_force(
    database: Database,
    people: list[PersonId],
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
    now: datetime,
) -> None:
    await refreshed(database, tmp_path, clock)
    await adds(people[0], "view_page", page="a")
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    async with database.read() as tx:  # the new files are there, the manifest is the old one
        await bring_up(tx, Errand(tmp_path, LAYOUT, manifest.buckets[0]), now)
    (tmp_path / "events-0001-g2.partial").write_bytes(b"cut off")
    assert Manifest.read(tmp_path) == manifest
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert len(await refreshed(database, tmp_path, clock)) == 1
    lake, truth = await both(database, tmp_path, clock)
    assert lake == truth
    assert drop_unnamed(tmp_path, Manifest.read(tmp_path) or manifest) == 3


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_answers_are_those_of_the_database(
    database: Database,
    store: Store,
    adds: Adds,
    tmp_path: Path,
    clock: DrivenClock,
    seed: int,
) -> None:
    dice = Random(seed)
    people = await born(store, 9)

    async def act() -> None:
        who = dice.choice(people)
        match dice.randrange(8):
            case 0:
                people.extend(await born(store, 1))
            case 1:
                other = dice.choice(people)
                async with database.write() as tx:
                    await tx.execute("update person set root_id = $1 where root_id = $2", who, who)
                    await tx.execute("update person set root_id = $1 where id = $1", other)
                    row = await tx.fetch_one("select root_id from person where id = $1", other)
                    assert row is not None
                    await tx.execute("update person set root_id = $1 where id = $2", other, who)
            case 2:
                async with database.write() as tx:
                    await tx.execute("update person set root_id = id where id = $1", who)
            case 3:
                now_ = dice.choice([3.5, "word", True])
                await adds(who, "view_page", minutes=dice.randrange(9_000), amount=now_)
            case _:
                kind, at = dice.choice(["pay_order", "view_page", "other"]), dice.randrange(9_000)
                page = dice.choice(["a", "b", ""])
                await adds(who, kind, minutes=at, page=page, amount=float(dice.randrange(99)))

    for _ in range(5):
        for _ in range(dice.randrange(7)):
            await act()
        if dice.random() < 0.6:
            await refreshed(database, tmp_path, clock, size=4)
        if Manifest.read(tmp_path) is not None:
            lake, truth = await both(database, tmp_path, clock)
            assert lake == truth
    roots = sorted(dice.sample(sorted(truth), 3))
    manifest = Manifest.read(tmp_path) or Manifest(0)
    some = await answers(database, FromLake(tmp_path, manifest, clock.now()), clock.now(), roots)
    assert some == {root: truth[root] for root in roots}


async def test_buckets_are_spans_that_together_are_everybody(
    database: Database,
    store: Store,
    people: list[PersonId],
    tmp_path: Path,
    clock: DrivenClock,
) -> None:
    await refreshed(database, tmp_path, clock)
    more = await born(store, 9)
    await refreshed(database, tmp_path, clock)
    manifest = Manifest.read(tmp_path)
    assert manifest is not None
    assert (manifest.persons, manifest.events) == (21, 0)
    assert [bucket.persons for bucket in manifest.buckets] == [5, 5, 5, 5, 1]
    found = [bucket.span for bucket in manifest.buckets]
    assert (found[0].after, found[-1].until) == (0, Span().until)
    assert [one.until for one in found[:-1]] == [two.after for two in found[1:]]
    everybody = [*people, *more]
    assert sum(span.after < root <= span.until for span in found for root in everybody) == 21
