"""One unit of work: loaded in sets, saved in sets, all or nothing, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.identity.keys import platform_claim, with_claims
from domain.lead import Lead, Stage, Touch
from domain.person import Attribute, Identity, Person, Relation, RelationState, Source
from domain.values import ContactKey, IdentityKind, LeadId, PersonId, UserId
from storage.database import Database
from storage.errors import Conflict
from storage.ids import IdSource
from storage.queries import find
from storage.repositories.leads import OwnerChanged, OwnershipEntry
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import MasterKeys, Vault
from tests import factories

WECHAT = ContactKey(IdentityKind.EXTERNAL_USERID, "wmtestcontact0000000000000000001")
PHONE = ContactKey(IdentityKind.PHONE, "+8613900000001")
KEYS = MasterKeys.parse("1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")


@pytest.fixture
def store(database: Database, now: datetime) -> Store:
    return Store(database, Vault(KEYS), IdSource(lambda: now))


def zhang_san(work: UnitOfWork) -> Person:
    person_id = PersonId(work.ids.next())
    person = Person(id=person_id, root_id=person_id, created_at=work.now, name="张三")
    claims = [platform_claim(WECHAT, work.now)]
    phone = Identity(PHONE, is_verified=False, source=Source.TEXT, since=work.now)
    return replace(
        person,
        identities=(*with_claims(person, claims), phone),
        attributes={"city": Attribute("上海", Source.TEXT, work.now, 0.9, "我在上海")},
        relations=(Relation(UserId("LiLei"), RelationState.FRIEND, work.now, work.now, "展会"),),
    )


async def saved(store: Store, now: datetime) -> Person:
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT, PHONE])
        person = work.add_person(zhang_san(work))
        lead_id = LeadId(work.ids.next())
        work.leads.put(Lead(lead_id, person.id, "math", now, first_touch=Touch("expo", "b7", now)))
        work.events.add(factories.event("kf_message", person_id=person.id, dedupe_key="m1"))
        await work.commit()
    return person


async def test_a_person_comes_back_as_saved(store: Store, now: datetime) -> None:
    person = await saved(store, now)
    async with store.unit_of_work(now) as work:
        await work.load([PHONE])
        found = work.people.holder(PHONE)
        assert found == replace(person, version=1)
        assert work.people.holder(WECHAT) == found


async def test_phone_and_evidence_are_not_in_the_rows(store: Store, now: datetime) -> None:
    await saved(store, now)
    async with store.database.read() as tx:
        rows = [
            dict(zip(row.keys(), tuple(row), strict=True))  # type: ignore[attr-defined]
            for table in ("identity", "person")
            for row in await tx.fetch(f"select * from {table}")
        ]
    text = repr([bytes(v) if isinstance(v, memoryview) else v for r in rows for v in r.values()])
    assert "13900000001" not in text
    assert "我在上海" not in text


async def test_leaving_without_commit_keeps_nothing(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT])
        work.add_person(zhang_san(work))
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT])
        assert work.people.holder(WECHAT) is None


async def test_an_error_keeps_nothing(store: Store, now: datetime) -> None:
    async def break_off() -> None:
        async with store.unit_of_work(now) as work:
            await work.load([WECHAT])
            work.add_person(zhang_san(work))
            await work.people.save()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT])
        assert work.people.holder(WECHAT) is None


async def test_a_repeated_event_falls_on_the_one_that_stands(store: Store, now: datetime) -> None:
    person = await saved(store, now)
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT])
        repeat = factories.event("kf_message", person_id=person.id, dedupe_key="m1")
        assert not work.events.add(repeat)
        late = replace(repeat, dedupe_key="m0", event_at=now - timedelta(days=1))
        assert work.events.add(late)
        await work.commit()
    async with store.unit_of_work(now) as work:
        await work.load([WECHAT])
        assert [e.dedupe_key for e in work.events.history([person.id])] == ["m0", "m1"]


async def test_a_merged_group_is_loaded_whole(store: Store, now: datetime) -> None:
    older = await saved(store, now)
    openid = ContactKey(IdentityKind.OPENID, "gh_test:o1")
    async with store.unit_of_work(now + timedelta(hours=1)) as work:
        await work.load([openid, WECHAT])
        younger_id = PersonId(work.ids.next())
        younger = Person(
            younger_id,
            older.id,
            work.now,
            identities=(Identity(openid, is_verified=True, source=Source.PLATFORM, since=now),),
        )
        work.add_person(younger)
        await work.commit()
    async with store.unit_of_work(now) as work:
        await work.load([openid])
        assert work.people.root(younger_id).id == older.id
        assert {p.id for p in work.people.group(younger_id)} == {older.id, younger_id}
        assert len(work.leads.of([older.id])) == 1
        assert {i.key for i in work.people.whole(younger_id).identities} == {openid, WECHAT, PHONE}


async def test_an_owner_that_changed_meanwhile_is_refused(store: Store, now: datetime) -> None:
    person = await saved(store, now)

    async def take(userid: str) -> None:
        async with store.unit_of_work(now) as work:
            await work.load([WECHAT])
            lead = work.leads.of([person.id])[0]
            entry = OwnershipEntry(
                lead.id, 1, None, UserId(userid), "", "", "round_robin", "system", now
            )
            work.leads.put(replace(lead, stage=Stage.FOLLOWING))
            work.leads.record_ownership(entry)
            await work.commit()

    await take("LiLei")
    with pytest.raises(OwnerChanged):
        await take("HanMeimei")
    async with store.database.read() as tx:
        rows = await tx.fetch("select owner, stage from lead")
        ledger = await tx.fetch("select to_owner from ownership")
    assert [row["owner"] for row in rows] == ["LiLei"]
    assert [row["to_owner"] for row in ledger] == ["LiLei"]


async def test_an_inbox_row_is_applied_once(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        await work.commit(applied=[7])
    async with store.unit_of_work(now) as work:
        assert await work.applied_before([7, 8]) == {7}
    with pytest.raises(Conflict):
        async with store.unit_of_work(now) as work:
            await work.commit(applied=[7])


async def test_a_rep_never_passes_the_daily_ceiling(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        took = [await work.organisation.take_slot("LiLei", "2026-03-02", 2) for _ in range(3)]
        await work.commit()
        assert took == [True, True, False]
        assert await work.organisation.taken_on("2026-03-02") == {"LiLei": 2}


@pytest.mark.parametrize("word", ["张三", "张"])
async def test_a_lead_is_found_by_name(store: Store, now: datetime, word: str) -> None:
    await saved(store, now)
    async with store.database.read() as tx:
        assert [hit.name for hit in await find.by_name(tx, word)] == ["张三"]
        assert await find.by_name(tx, "%") == ()


@pytest.mark.parametrize("phone", ["+8613900000001", "0001"])
async def test_a_lead_is_found_by_phone_or_its_end(store: Store, now: datetime, phone: str) -> None:
    await saved(store, now)
    async with store.database.read() as tx:
        assert [hit.name for hit in await find.by_phone(tx, store.vault, phone)] == ["张三"]
        assert await find.by_phone(tx, store.vault, "9999") == ()


async def test_refusals_are_told_once_they_are_kept(store: Store, now: datetime) -> None:
    told: list[tuple[str, str]] = []
    store.on_refused.append(lambda door, reason: told.append((door, reason)))
    async with store.unit_of_work(now) as work:
        work.refused("filter", "never kept")
    async with store.unit_of_work(now) as work:
        work.refused("card", "lead_closed")
        await work.commit()
        another = work.another()
        another.refused("dedup", "case_open")
        await another.commit()
        assert told == []
    assert told == [("card", "lead_closed"), ("dedup", "case_open")]
