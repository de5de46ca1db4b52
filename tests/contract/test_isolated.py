"""What was put aside is found by name, phone and reason, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.clock import DrivenClock
from domain.lead import Lead, Stage
from domain.person import Identity, Person, Source
from domain.screening.contact import Contacted, ContactKind
from domain.screening.rules import Objection, Reason, Verdict
from domain.values import ContactKey, IdentityKind, LeadId, PersonId
from storage.database import inbox_url_of, open_database
from storage.ids import IdSource
from storage.queries.isolated import Wish, count_isolated, isolated
from storage.repositories.screenings import ObjectionState
from storage.schema import migrate
from storage.unit_of_work import Store
from storage.vault import MasterKeys, Vault

BLACK = Objection(Reason.BLACKLISTED, Verdict.REJECT)
FLAGGED = Objection(Reason.SENSITIVE_CHAT, Verdict.FLAG, "company", "涉赌")


@pytest.fixture
async def store(database_url: str, clock: DrivenClock) -> AsyncIterator[Store]:
    await migrate(database_url, inbox_url_of(database_url))
    database = await open_database(database_url)
    yield Store(database, Vault(MasterKeys({1: bytes(32)})), IdSource(clock.now))
    await database.close()


async def put(
    store: Store,
    now: datetime,
    name: str,
    *against: Objection,
    stage: Stage = Stage.NURTURE_POOL,
    reason: str = "",
) -> LeadId:
    """Store a person with a phone and a lead that something speaks against."""
    async with store.unit_of_work(now) as work:
        person_id = PersonId(work.ids.next())
        key = ContactKey(IdentityKind.PHONE, f"+86139{person_id % 10**8:08}")
        identity = Identity(key, is_verified=False, source=Source.TEXT, since=now)
        work.add_person(Person(person_id, person_id, now, name, identities=(identity,)))
        lead = Lead(
            LeadId(work.ids.next()), person_id, "math", now, stage=stage, invalid_reason=reason
        )
        work.leads.put(lead)
        await work.screenings.open(lead, against, now)
        await work.commit()
    return lead.id


async def names(store: Store, wish: Wish = Wish()) -> list[str]:  # noqa: B008 — frozen
    async with store.database.read() as tx:
        return [one.name for one in await isolated(tx, store.vault, wish)]


async def test_the_newest_come_first_with_their_reasons(store: Store, now: datetime) -> None:
    await put(store, now, "张三", BLACK, FLAGGED)
    await put(store, now + timedelta(hours=1), "李四", FLAGGED)
    await put(store, now, "没事")
    await put(store, now - timedelta(1), "空号", stage=Stage.INVALID, reason="wrong_number")
    await put(store, now, "重复", stage=Stage.INVALID, reason="duplicate")
    async with store.database.read() as tx:
        found = await isolated(tx, store.vault, Wish())
        counts = await count_isolated(tx)
    assert [one.name for one in found] == ["李四", "张三", "空号"]
    assert {r.reason for r in found[1].reasons} == {"blacklisted", "sensitive_chat"}
    assert [r.reason for r in found[2].reasons] == ["wrong_number"]
    assert counts == {"sensitive_chat": 2, "blacklisted": 1, "wrong_number": 1}


async def test_leads_are_found_by_name_phone_and_reason(store: Store, now: datetime) -> None:
    await put(store, now, "张三丰", BLACK)
    await put(store, now, "李四_%", FLAGGED)
    async with store.database.read() as tx:
        rows = await tx.fetch("select person_id from lead order by id")
    phone = f"+86139{rows[0]['person_id'] % 10**8:08}"
    assert await names(store, Wish(name="张三")) == ["张三丰"]
    assert await names(store, Wish(name="_%")) == ["李四_%"]
    assert await names(store, Wish(phone=phone)) == ["张三丰"]
    assert "张三丰" in await names(store, Wish(phone=phone[-4:]))
    assert await names(store, Wish(reason="sensitive_chat")) == ["李四_%"]
    assert await names(store, Wish(name="张三", reason="sensitive_chat")) == []


async def test_one_more_than_a_page_tells_that_there_is_more(store: Store, now: datetime) -> None:
    for number in range(5):
        await put(store, now + timedelta(number), f"客户{number}", BLACK)
    assert await names(store, Wish(limit=2)) == ["客户4", "客户3", "客户2"]
    assert await names(store, Wish(limit=2, offset=4)) == ["客户0"]


async def test_what_was_restored_stays_so_and_what_was_cleared_may_come_back(
    store: Store, now: datetime
) -> None:
    lead_id = await put(store, now, "张三", BLACK, FLAGGED)
    async with store.unit_of_work(now) as work:
        await work.load((), [lead_id])
        lead, screenings = work.leads.get(lead_id), work.screenings
        restored, cleared = ObjectionState.RESTORED, ObjectionState.CLEARED
        await screenings.close(lead_id, [BLACK.reason], restored, by="WangManager", at=now)
        await screenings.close(lead_id, [FLAGGED.reason], cleared, by="system", at=now)
        await screenings.open(lead, [BLACK, FLAGGED], now)
        states = {s.objection.reason: s.state for s in await screenings.of_lead(lead)}
        assert states == {BLACK.reason: restored, FLAGGED.reason: ObjectionState.OPEN}
        assert await screenings.restored([lead.person_id]) == {BLACK.reason}
        await work.commit()


async def test_contacts_are_counted_once_and_since_a_moment(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        one, campaign = PersonId(work.ids.next()), ContactKind.CAMPAIGN
        for key in ("a", "a", "b"):
            work.screenings.contacted(one, campaign, dedupe_key=key, at=now)
        early = now - timedelta(days=8)
        work.screenings.contacted(one, campaign, dedupe_key="c", at=early)
        found = await work.screenings.contacts([one], now - timedelta(days=7))
        assert list(found) == [Contacted(campaign, now)] * 2
        await work.commit()
