"""Runs, parts and what they met, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.identity.facts import SeenByRep, with_follower, with_relation
from domain.identity.keys import platform_claim, with_claims
from domain.messages import Fetch, FetchKind
from domain.person import Person, RelationState
from domain.sync.part import FIRST_PARTS, PartKind, PartPlan, PartState
from domain.values import ContactKey, IdentityKind, PersonId, UserId
from storage.database import Database
from storage.fetches import Fetches
from storage.ids import IdSource
from storage.moments import to_micros
from storage.queries.sync_progress import Failure, ListProgress, SyncProgress, sync_progress
from storage.repositories.organisation import CorpTag, Employee, GroupMemberAt
from storage.repositories.synchronisation import EMPLOYEE, GROUP, RELATION
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import Vault

LI = UserId("LiLei")
DAY = timedelta(days=1)


@pytest.fixture
def store(database: Database, vault: Vault, now: datetime) -> Store:
    return Store(database, vault, IdSource(lambda: now))


def customer(work: UnitOfWork, ident: str, state: RelationState, at: datetime) -> Person:
    person_id = PersonId(work.ids.next())
    person = Person(id=person_id, root_id=person_id, created_at=at)
    claim = platform_claim(ContactKey(IdentityKind.EXTERNAL_USERID, ident), at)
    person = replace(person, identities=with_claims(person, [claim]))
    return work.add_person(with_relation(person, LI, state, at))


async def progress(store: Store) -> SyncProgress:
    async with store.database.read() as tx:
        found = await sync_progress(tx)
    assert found is not None
    return found


async def test_a_part_comes_back_as_it_was_saved(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        run = await work.syncs.begin(now)
        [made] = await work.syncs.add(run.id, [PartPlan(PartKind.CUSTOMERS, ("LiLei", "Han"))])
        after = replace(made, cursor="c1", pages=1, items=100, state=PartState.FAILED, error="no")
        await work.syncs.save(after)
        await work.commit()
    async with store.unit_of_work(now) as work:
        assert await work.syncs.unfinished() == run
        assert await work.syncs.part(made.id) == after
        assert await work.syncs.parts(run.id) == [after]
        await work.syncs.finish(run, now)
        assert await work.syncs.unfinished() is None
        assert await work.syncs.part(7) is None


async def test_a_friendship_that_no_list_names_is_gone(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        customer(work, "wmListed", RelationState.FRIEND, now - DAY)
        gone = customer(work, "wmGone", RelationState.FRIEND, now - DAY)
        customer(work, "wmHalf", RelationState.HALF, now - DAY)
        customer(work, "wmLeft", RelationState.DELETED_BY_CUSTOMER, now - DAY)
        customer(work, "wmNew", RelationState.FRIEND, now)
        await work.commit()
    async with store.unit_of_work(now) as work:
        run = await work.syncs.begin(now)
        await work.syncs.saw(run.id, RELATION, [("lilei", "wmListed"), ("LiLei", "wmListed")])
        [lost] = await work.syncs.gone_relations(run, ["LILEI"])
        assert (lost.person_id, lost.external_userid, lost.userid) == (gone.id, "wmGone", LI)
        assert await work.syncs.gone_relations(run, ["HanMeimei"]) == []


async def test_who_and_what_the_lists_do_not_name_is_gone(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        for userid in ("LiLei", "HanMeimei", "Tom"):
            employee = Employee(UserId(userid), userid, is_active=userid != "Tom")
            await work.organisation.put_employee(employee, now)
        for chat_id in ("wrA", "wrB"):
            await work.organisation.put_group(chat_id, "群", "LiLei", to_micros(now - DAY))
        run = await work.syncs.begin(now)
        await work.syncs.saw(run.id, EMPLOYEE, [("lilei", "")])
        await work.syncs.saw(run.id, GROUP, [("", "wrA")])
        assert await work.syncs.gone_employees(run) == ["HanMeimei"]
        assert await work.syncs.gone_groups(run) == ["wrB"]


async def test_what_a_run_met_is_forgotten_by_the_next(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        await work.organisation.put_employee(Employee(LI, "李雷"), now)
        first = await work.syncs.begin(now)
        await work.syncs.saw(first.id, EMPLOYEE, [("LiLei", "")])
        assert await work.syncs.gone_employees(first) == []
        second = await work.syncs.begin(now)
        assert await work.syncs.gone_employees(second) == ["LiLei"]


async def test_progress_counts_lists_entries_and_groups_to_come(
    store: Store, now: datetime
) -> None:
    async with store.database.read() as tx:
        assert await sync_progress(tx) is None
    async with store.unit_of_work(now) as work:
        run = await work.syncs.begin(now)
        [one, two] = await work.syncs.add(run.id, [PartPlan(PartKind.CUSTOMERS)] * 2)
        await work.syncs.save(replace(one, items=30, pages=1, state=PartState.DONE))
        await work.syncs.saw(run.id, GROUP, [("", "wrA"), ("", "wrB")])
        await work.organisation.put_group("wrA", "群", "LiLei", to_micros(now))
        await work.commit()
    seen = await progress(store)
    assert seen.lists == (ListProgress("customers", 2, 1, 30),)
    assert (seen.groups_ahead, seen.failures, seen.is_over) == (1, (), False)
    async with store.unit_of_work(now) as work:
        await work.syncs.save(replace(two, state=PartState.FAILED, error="errcode 60011"))
        await work.syncs.finish(run, now)
        await work.organisation.put_group("wrB", "群", "LiLei", to_micros(now))
        await work.commit()
    seen = await progress(store)
    assert seen.failures == (Failure("customers", "", "errcode 60011"),)
    assert seen.is_over


async def test_progress_shows_what_waits_and_what_was_given_up(
    store: Store, database: Database, now: datetime
) -> None:
    async with store.unit_of_work(now) as work:
        run = await work.syncs.begin(now)
        for part in await work.syncs.add(run.id, FIRST_PARTS[:2]):
            kind, generation = part.kind.value, to_micros(now)
            work.ask(Fetch(FetchKind.SYNC_PAGE, str(part.id), kind, generation))
        await work.commit()
    fetches = Fetches(database)
    first, second = await fetches.claim(2, DAY, now)
    await fetches.retry(first, now + DAY, "45009")
    assert (await progress(store)).waits_because == "45009"
    assert (await progress(store)).asked == 2
    assert not (await progress(store)).is_over
    await fetches.fail(second, "gave up")
    assert not (await progress(store)).is_over
    [again] = await fetches.claim(2, DAY, now + DAY)
    await fetches.fail(again, "gave up")
    seen = await progress(store)
    assert [failure.error for failure in seen.failures] == ["gave up", "gave up"]
    assert seen.is_over


async def test_the_tag_library_forgets_what_is_not_in_it(store: Store, now: datetime) -> None:
    one, two = CorpTag("t1", "高意向", "g1", "意向"), CorpTag("t2", "老客户", "g2", "来源", 3)
    async with store.unit_of_work(now) as work:
        await work.organisation.put_corp_tags([one, two], generation=1)
        assert await work.organisation.corp_tags() == [one, two]
        await work.organisation.put_corp_tags([replace(two, name="熟客")], generation=2)
        assert await work.organisation.corp_tags() == [replace(two, name="熟客")]


async def test_departments_keep_a_name_that_nobody_may_read_now(
    store: Store, now: datetime
) -> None:
    async with store.unit_of_work(now) as work:
        await work.organisation.put_departments([(2, "销售部", 1), (1, "公司", None)])
        await work.organisation.put_departments([(2, "", 7)])
        rows = await work.tx.fetch("select id, name, parent_id from department order by id")
        assert [tuple(row) for row in rows] == [(1, "公司", None), (2, "销售部", 7)]  # type: ignore[arg-type]


async def test_a_group_holds_who_the_newest_list_names(store: Store, now: datetime) -> None:
    async with store.unit_of_work(now) as work:
        organisation = work.organisation
        assert await organisation.put_group("wrA", "群", "LiLei", 2)
        assert not await organisation.put_group("wrA", "旧群", "LiLei", 1)
        await organisation.put_members(
            "wrA", [GroupMemberAt("LiLei", is_outside=False), GroupMemberAt("wm1", is_outside=True)]
        )
        await organisation.put_members("wrA", [GroupMemberAt("wm2", is_outside=True)])
        rows = await work.tx.fetch("select member, is_outside from group_member")
        assert [(row["member"], bool(row["is_outside"])) for row in rows] == [("wm2", True)]
        await organisation.drop_members("wrA", ["wm2", "wm3"])
        assert await work.tx.fetch("select member from group_member") == []


async def test_tags_of_a_relation_come_back(store: Store, now: datetime) -> None:
    key = ContactKey(IdentityKind.EXTERNAL_USERID, "wmTagged")
    async with store.unit_of_work(now) as work:
        person = customer(work, key.value, RelationState.FRIEND, now)
        work.people.put(with_follower(person, SeenByRep(LI, now, "张三", ["t2", "t1"])))
        await work.commit()
    async with store.unit_of_work(now) as work:
        await work.load([key])
        found = work.people.holder(key)
        assert found is not None
        assert found.relations[0].tag_ids == ("t1", "t2")
