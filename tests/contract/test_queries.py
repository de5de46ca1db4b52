"""Read models for chat and operators, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.events.event import PropertyValue
from domain.lead import Lead, ScoreState, Stage, Status, Touch
from domain.person import Attribute, Identity, Person, Source
from domain.reports.funnel import FunnelRow
from domain.values import ContactKey, IdentityKind, LeadId, PersonId, UserId
from storage.database import Database
from storage.ids import IdSource
from storage.queries import find
from storage.queries.funnel import Period, funnel_rows
from storage.queries.openings import latest_events
from storage.queries.unknown import unknown_updates
from storage.repositories.leads import OwnershipEntry
from storage.unit_of_work import Store
from storage.vault import Vault
from tests import factories

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Saves = Callable[..., Awaitable[Lead]]
PHONE = ContactKey(IdentityKind.PHONE, "+8613900001234")


@pytest.fixture
def store(database: Database, vault: Vault, ids: IdSource) -> Store:
    return Store(database, vault, ids)


@pytest.fixture
def saves(store: Store, now: datetime) -> Saves:
    """Return a function that saves a person called so, with a lead, and returns the lead."""

    async def save(
        name: str = "张三", *keys: ContactKey, root: PersonId | None = None, **fields: object
    ) -> Lead:
        async with store.unit_of_work(now) as work:
            person_id = PersonId(work.ids.next())
            await work.load(keys)
            identities = tuple(
                Identity(key, is_verified=False, source=Source.TEXT, since=now) for key in keys
            )
            facts = {"name": Attribute(name, Source.HUMAN, now)} if name else {}
            person = Person(person_id, root or person_id, now, name, facts, identities)
            work.people.add(person)
            await work.load_people([person_id])
            lead = factories.lead(id=LeadId(work.ids.next()), person_id=person_id)
            lead = work.leads.put(replace(lead, **fields))  # type: ignore[arg-type]
            if lead.owner:
                work.leads.record_ownership(taken(lead, work.now))
            await work.commit()
        return lead

    return save


def taken(lead: Lead, at: datetime) -> OwnershipEntry:
    return OwnershipEntry(lead.id, 1, None, lead.owner, "", "sales", "test", "system", at)


def rated(composite: float, *, is_mature: bool = False) -> ScoreState:
    return ScoreState(composite=composite, is_mature=is_mature)


# ------------------------------------------------------------------ find


async def names(store: Store, word: str, own: str = "") -> list[str]:
    async with store.database.read() as tx:
        return [hit.name for hit in await find.by_name(tx, word, own)]


async def test_a_whole_name_comes_before_a_part_of_one(store: Store, saves: Saves) -> None:
    for name in ("张三", "张三丰"):
        await saves(name)
    assert await names(store, "张三") == ["张三"]
    assert sorted(await names(store, "张")) == ["张三", "张三丰"]


@pytest.mark.parametrize("word", ["%", "_", "\\", "张%"])
async def test_signs_of_a_pattern_are_only_signs(store: Store, saves: Saves, word: str) -> None:
    await saves("张三")
    assert await names(store, word) == []
    await saves(f"张{word}三")
    assert await names(store, word) == [f"张{word}三"]


async def test_the_best_score_comes_first_but_ones_own_before_all(
    store: Store, saves: Saves
) -> None:
    await saves("张一", score=rated(50))
    await saves("张二", score=rated(90))
    await saves("张三", score=rated(10), owner=UserId("LiLei"))
    assert await names(store, "张") == ["张二", "张一", "张三"]
    assert await names(store, "张", "LiLei") == ["张三", "张二", "张一"]


async def test_an_own_lead_is_found_behind_any_number_of_better_ones(
    store: Store, saves: Saves
) -> None:
    await saves("张三", score=rated(1), owner=UserId("LiLei"))
    for _ in range(find.MOST + 2):
        await saves("张三", score=rated(99))
    async with store.database.read() as tx:
        hits = await find.by_name(tx, "张三", "LiLei")
    assert len(hits) == find.MOST + 1
    assert hits[0].lead.owner == "LiLei"


async def test_invalid_leads_are_not_found(store: Store, saves: Saves) -> None:
    await saves("张三", stage=Stage.INVALID)
    assert await names(store, "张三") == []


async def test_a_merged_person_is_found_by_every_name_and_key(store: Store, saves: Saves) -> None:
    nameless = await saves("")
    await saves("张三", PHONE, root=nameless.person_id)
    async with store.database.read() as tx:
        for hits in (
            await find.by_name(tx, "张三"),
            await find.by_phone(tx, store.vault, PHONE.value),
            await find.by_phone(tx, store.vault, "1234"),
        ):
            assert {hit.root_id for hit in hits} == {nameless.person_id}
            assert {hit.name for hit in hits} == {"张三"}
            assert len(hits) == 2


async def test_leads_of_an_owner_are_listed_the_ready_ones_first(
    store: Store, saves: Saves
) -> None:
    li_lei = UserId("LiLei")
    await saves("一", owner=li_lei, score=rated(59))
    await saves("二", owner=li_lei, score=rated(61, is_mature=True))
    await saves("三", owner=li_lei, score=rated(90, is_mature=True))
    await saves("四", owner=UserId("HanMeimei"))
    await saves("五", owner=li_lei, stage=Stage.INVALID)
    async with store.database.read() as tx:
        hits = await find.of_owner(tx, li_lei)
        assert [hit.name for hit in hits] == ["三", "二", "一"]
        assert len(await find.of_owner(tx, li_lei, limit=1)) == 1


# ------------------------------------------------------------------ funnel


@pytest.fixture
def happens(store: Store, now: datetime) -> Callable[..., Awaitable[None]]:
    """Return a function that records (kind, hours from now, properties…) of a lead's person."""

    async def record(whose: Lead, kind: str, hours: float, **facts: PropertyValue) -> None:
        async with store.unit_of_work(now) as work:
            await work.load((), [whose.id])
            at = now + hours * HOUR
            event = factories.event(kind, person_id=whose.person_id, event_at=at, properties=facts)
            work.events.add(event)
            await work.commit()

    return record


async def rows(store: Store, now: datetime) -> list[FunnelRow]:
    period = Period(now - DAY, now + DAY)
    async with store.database.read() as tx:
        return list(await funnel_rows(tx, period, {"kf_message"}))


async def test_a_row_says_when_each_step_was_reached(
    store: Store, saves: Saves, happens: Callable[..., Awaitable[None]], now: datetime
) -> None:
    lead = await saves(owner=UserId("LiLei"), pool="sales", first_touch=Touch("expo", "b7", now))
    mine, other = str(lead.id), str(lead.id + 1)
    for kind, hours in (
        ("kf_message", -1),
        ("kf_message", 1),
        ("kf_message", 2),
        ("mp_followed", 1),
    ):
        await happens(lead, kind, hours)
    await happens(lead, "status_changed", 2, lead=other, to="won")
    await happens(lead, "status_changed", 3, lead=mine, to="clear")
    await happens(lead, "status_changed", 4, lead=mine, to="won")

    (row,) = await rows(store, now)
    assert row.listed_at == now
    assert row.delivered_at == now
    assert row.interacted_at == now + HOUR, "the first after delivery"
    assert row.intent_at == now + 3 * HOUR
    assert row.deal_at == now + 4 * HOUR, "of this lead, not of another one"
    assert row.repurchase_at is None
    assert row.labels == {"channel": "expo", "rep": "LiLei", "pool": "sales"}


async def test_a_lead_that_nobody_got_is_only_listed(
    store: Store, saves: Saves, happens: Callable[..., Awaitable[None]], now: datetime
) -> None:
    lead = await saves()
    await happens(lead, "kf_message", 1)
    (row,) = await rows(store, now)
    assert (row.delivered_at, row.interacted_at, row.deal_at) == (None, None, None)


async def test_a_second_cycle_is_a_repurchase(
    store: Store, saves: Saves, happens: Callable[..., Awaitable[None]], now: datetime
) -> None:
    lead = await saves(owner=UserId("LiLei"), cycle=2, status=Status.WON)
    await happens(lead, "status_changed", 1, lead=str(lead.id), to="won")
    (row,) = await rows(store, now)
    assert row.repurchase_at == row.deal_at == now + HOUR


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 1),
        ({"created_at": factories.NOW - DAY}, 1),
        ({"created_at": factories.NOW - DAY - HOUR}, 0),
        ({"created_at": factories.NOW + DAY}, 0),
        ({"stage": Stage.INVALID, "invalid_reason": "rep_said"}, 1),
        ({"stage": Stage.INVALID, "invalid_reason": "duplicate"}, 0),
    ],
)
async def test_leads_of_the_period_are_listed_but_duplicates(
    store: Store, saves: Saves, now: datetime, fields: dict[str, object], count: int
) -> None:
    await saves(**fields)
    assert len(await rows(store, now)) == count


async def test_an_empty_period_has_an_empty_funnel(store: Store, now: datetime) -> None:
    assert await rows(store, now) == []


# ------------------------------------------------------------------ openings


async def test_the_newest_acts_of_a_whole_person_open_windows(
    store: Store, saves: Saves, happens: Callable[..., Awaitable[None]], now: datetime
) -> None:
    lead = await saves()
    merged = await saves("张三", root=lead.person_id)
    for who, hours in ((lead, -1), (merged, -2), (lead, -3), (lead, -4), (lead, -50)):
        await happens(who, "kf_message", hours)
    await happens(lead, "mp_followed", -5)
    kinds = ["kf_message", "mp_message"]
    for person_id in (lead.person_id, merged.person_id):
        found = await latest_events(store.database, person_id, kinds, now - 2 * DAY)
        assert found == [("kf_message", now - n * HOUR) for n in (1, 2, 3)]


# ------------------------------------------------------------------ unknown


async def test_operators_see_the_newest_unknown_updates_but_not_what_they_say(
    store: Store, now: datetime
) -> None:
    async with store.unit_of_work(now) as work:
        for number in range(3):
            await work.records.unknown(
                "wecom:clew",
                f"event.{number}",
                b"<secret/>",
                dedupe_key=f"k{number}",
                at=now + number * HOUR,
            )
        await work.commit()
    async with store.database.read() as tx:
        shown = await unknown_updates(tx, 2)
    assert [(entry.kind, entry.at) for entry in shown] == [
        ("event.2", now + 2 * HOUR),
        ("event.1", now + HOUR),
    ]
    assert "secret" not in repr(shown)
