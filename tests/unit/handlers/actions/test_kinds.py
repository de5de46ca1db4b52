"""Events of strange kinds wait sealed, and happen when somebody registers the kind."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from domain.events.event import Event, PropertyValue
from domain.events.registry import (
    EventKind,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import ContactKey, IdentityKind, PersonId, Refusal
from handlers.actions import kinds as action
from handlers.actions.kinds import register, release_known
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence
from handlers.reactions import settle
from storage.queries.kinds import kind_counts, waiting_kinds
from tests.factories import NOW, person
from tests.unit.handlers.company import Company, new_process

VISIT = EventKind(
    "visit",
    "上门拜访",
    Strength.STRONG,
    EventSource.PRODUCT,
    is_interaction=True,
    properties=MappingProxyType({"hours": PropertySpec("hours", "时长", PropertyType.NUMBER)}),
)
KEY = ContactKey(IdentityKind.UID, "shop:1")
SECRET = "13812345678"


async def known(company: Company) -> PersonId:
    """Return a person who can be found by their uid."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        made = work.add_person(person(id=PersonId(work.ids.next())))
        await work.commit()
    return made.id


async def happens(
    company: Company,
    who: PersonId,
    number: int,
    kind: str = "visit",
    properties: dict[str, PropertyValue] | None = None,
) -> Event | Refusal:
    what = Occurrence(
        kind,
        NOW - timedelta(days=number),
        f"key:{kind}:{number}",
        properties={"hours": float(number)} if properties is None else properties,
        text=SECRET,
    )
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load_people([who])
        found = await record_or_hold(work, company.ctx, "shop", who, what)
        await settle(work, company.ctx)
        await work.commit()
    return found


async def registers(company: Company, kind: EventKind = VISIT) -> int | Refusal:
    async with company.store.unit_of_work(company.clock.now()) as work:
        done = await register(work, company.ctx, kind, "WangManager")
        if not isinstance(done, Refusal):
            await work.commit()
    return done


def seen(events: list[Event]) -> list[tuple[object, ...]]:
    return [(e.kind, e.event_at, e.dedupe_key, dict(e.properties)) for e in events]


async def test_a_strange_event_waits_and_tells_nothing(company: Company) -> None:
    who = await known(company)
    found = await happens(company, who, 3, properties={"hours": 2.0, "phone": SECRET})
    assert found == Refusal("unknown_event_kind", "visit")
    (row,) = await company.rows("select * from held_event")
    assert (row["kind"], row["reason"], row["source"]) == ("visit", "unknown_event_kind", "shop")
    assert all(SECRET.encode() not in str(row[name]).encode() for name in row.keys())  # noqa: SIM118 - a row of asyncpg or sqlite3
    assert SECRET.encode() not in bytes(row["sealed"])
    async with company.store.database.read() as tx:
        (waiting,) = await waiting_kinds(tx)
    assert (waiting.name, waiting.count, waiting.sources) == ("visit", 1, ("shop",))
    assert waiting.shape == {"hours": PropertyType.NUMBER, "phone": PropertyType.TEXT}


async def test_registering_lets_what_waited_happen_as_if_it_had_been_known(
    company: Company,
) -> None:
    who = await known(company)
    days = [5, 1, 9, 3, 7]
    random.Random(7).shuffle(days)
    for number in days[:3]:
        await happens(company, who, number)
    await happens(company, who, days[0])  # delivered twice
    assert await registers(company) == 1
    await company.lets_pass(timedelta(0))
    for number in days[3:]:  # late ones, the kind is known by now
        await happens(company, who, number)
    events = await company.events("visit")
    assert seen(events) == [
        ("visit", NOW - timedelta(days=n), f"key:visit:{n}", {"hours": float(n)})
        for n in sorted(days, reverse=True)
    ]
    assert await company.count("held_event") == 0
    async with company.store.database.read() as tx:
        assert (await kind_counts(tx, NOW - timedelta(days=30)))["visit"] == len(days)


async def test_a_batch_goes_on_with_the_next_and_leaves_what_is_still_wrong(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action, "_AT_ONCE", 2)
    who = await known(company)
    for number in range(1, 6):
        wrong: dict[str, PropertyValue] = {"hours": "viel"}
        await happens(company, who, number, properties=wrong if number == 2 else None)
    await registers(company)
    await company.lets_pass(timedelta(minutes=5))
    assert await company.kinds() == ["visit"] * 4
    (left,) = await company.rows("select dedupe_key from held_event")
    assert left["dedupe_key"] == "key:visit:2"


async def test_another_process_knows_at_its_next_strange_event(company: Company) -> None:
    who = await known(company)
    await registers(company)
    other = replace(company, ctx=new_process())
    assert "visit" not in other.ctx.events.kinds
    assert isinstance(await happens(other, who, 1), Event)
    assert other.ctx.vocabulary.kind("上门拜访") == other.ctx.events.kinds["visit"]


async def test_what_another_process_held_meanwhile_is_found_a_little_later(
    company: Company,
) -> None:
    who = await known(company)
    late = replace(company, ctx=new_process())
    await registers(company)
    await company.lets_pass(timedelta(0))
    hold = late.ctx.kinds

    async def knows_nothing(_kinds: object) -> bool:
        return False

    late.ctx.kinds.refresh = knows_nothing  # type: ignore[method-assign, assignment]
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load_people([who])
        what = Occurrence("visit", NOW, "late", properties={})
        assert isinstance(await record_or_hold(work, late.ctx, "shop", who, what), Refusal)
        await work.commit()
    assert hold is late.ctx.kinds
    assert await company.count("held_event") == 1
    await company.lets_pass(timedelta(minutes=3))
    assert await company.count("held_event") == 0
    assert await company.kinds() == ["visit"]


async def test_events_called_by_the_label_wait_for_it_too(company: Company) -> None:
    who = await known(company)
    await happens(company, who, 1, kind="上门拜访")
    await registers(company)
    await company.lets_pass(timedelta(minutes=3))
    assert await company.kinds() == ["visit"]


async def test_a_registration_that_confuses_is_refused(company: Company) -> None:
    refusal = await registers(company, replace(VISIT, label="登录"))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "kind_label_taken"
    assert await company.count("kind_version") == 0


async def test_the_newest_registration_of_a_name_counts(company: Company) -> None:
    assert await registers(company) == 1
    assert await registers(company, replace(VISIT, label="到访")) == 2
    other = new_process()
    async with company.store.unit_of_work(company.clock.now()) as work:
        assert await other.kinds.refresh(work.tx)
        assert not await other.kinds.refresh(work.tx)
    assert other.events.label("visit") == "到访"
    assert other.events.named("上门拜访") is None


async def test_what_was_rolled_back_was_never_registered(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await register(work, company.ctx, VISIT, "WangManager")
        await settle(work, company.ctx)
    assert await settled(company) is None
    other = Company(company.store, company.clock, new_process())
    tour = replace(VISIT, name="tour", label="参观")
    async with company.store.unit_of_work(company.clock.now()) as work:
        await register(work, company.ctx, VISIT, "WangManager")
        await settle(work, company.ctx)
    assert await registers(other, tour) == 1
    assert await settled(company) is None
    assert company.ctx.events.named("参观") == tour
    assert "tour" in company.ctx.tags.interactions


async def settled(company: Company) -> EventKind | None:
    """Return the kind, if this process knows it after another unit of work."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await settle(work, company.ctx)
        await work.commit()
    return company.ctx.events.named("visit")


async def test_kinds_that_the_files_got_since_are_released_at_the_start(company: Company) -> None:
    who = await known(company)
    await happens(company, who, 1)
    catalog = company.ctx.catalog
    since = replace(catalog, events=catalog.events.with_kinds([VISIT]))
    company.ctx = new_process(since)
    async with company.store.unit_of_work(company.clock.now()) as work:
        assert await release_known(work, company.ctx) == ("visit",)
        await work.commit()
    await company.lets_pass(timedelta(minutes=3))
    assert await company.kinds() == ["visit"]
