"""Which lead an employee means, and that nobody sees more than is theirs to see."""

from __future__ import annotations

import pytest

from domain.lead import Lead, Stage
from domain.lifecycle.transitions import Actor
from domain.values import Role, UserId
from handlers.actions.look_up import Missed, find_lead, may_see
from storage.repositories.organisation import Employee
from tests import factories
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, changed, words

REP = Actor(frozenset({Role.REP}), LI_LEI)
COLLEAGUE = Actor(frozenset({Role.REP}), HAN_MEIMEI)
BOSS = Actor(frozenset({Role.MANAGER}), MANAGER)
SOMEBODY = Actor(frozenset(), UserId("Guest"))


async def known(company: Company, customer: str, name: str, owner: str | None = None) -> Lead:
    before = {lead.id for lead in await company.leads()}
    await company.receives(acts.added(customer), acts.fetched(customer, name=name))
    (lead,) = [lead for lead in await company.leads() if lead.id not in before]
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $2 where id = $1", lead.id, owner)
    return lead


async def found(company: Company, actor: Actor, wanted: str) -> Lead | str:
    async with company.store.unit_of_work(company.clock.now()) as work:
        lead = await find_lead(work, company.ctx, actor, wanted)
        return lead.text if isinstance(lead, Missed) else lead


def is_lead(answer: Lead | str, lead: Lead) -> bool:
    return isinstance(answer, Lead) and answer.id == lead.id


@pytest.mark.parametrize(
    ("owner", "roles", "userid", "expected"),
    [
        ("LiLei", {Role.REP}, "lilei", True),
        ("LiLei", {Role.REP}, "HanMeimei", False),
        ("LiLei", {Role.MANAGER}, "WangManager", True),
        ("LiLei", {Role.OPERATIONS}, "Ops", True),
        ("LiLei", {Role.SERVICE}, "Teacher", False),
        ("LiLei", set(), "LiLei", False),
        (None, {Role.REP}, "HanMeimei", True),
        (None, {Role.SDR}, "Sdr", True),
        (None, {Role.SERVICE}, "Teacher", False),
        (None, set(), "Guest", False),
    ],
)
def test_a_lead_is_seen_by_its_owner_and_managers_and_nobodys_lead_by_who_sells(
    owner: str | None, roles: set[Role], userid: str, *, expected: bool
) -> None:
    lead = factories.lead(owner=owner)
    assert may_see(lead, Actor(frozenset(roles), UserId(userid))) is expected


async def test_the_owner_finds_their_lead(company: Company) -> None:
    lead = await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    assert is_lead(await found(company, REP, "张三"), lead)
    assert is_lead(await found(company, REP, "张"), lead)


async def test_a_rep_is_told_who_follows_somebody_elses_lead(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    expected = words("lead.of_somebody", wanted="张三", owner="李雷")
    assert await found(company, COLLEAGUE, "张三") == expected


async def test_leads_of_others_are_not_listed_to_a_rep_either(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    mine = await known(company, acts.LI_SI, "张三丰", HAN_MEIMEI)
    assert is_lead(await found(company, COLLEAGUE, "张"), mine)
    await known(company, "wmclewtest0000000000000zhangsi01", "张四", MANAGER)
    expected = words("lead.of_somebody", wanted="张四", owner="王主管")
    assert await found(company, COLLEAGUE, "张四") == expected


async def test_several_owners_are_named_when_nothing_may_be_shown(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    await known(company, acts.LI_SI, "张三", "Gone")
    expected = words("lead.of_somebody", wanted="张三", owner="Gone、李雷")
    assert await found(company, COLLEAGUE, "张三") == expected


async def test_of_several_the_own_one_is_meant(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", HAN_MEIMEI)
    mine = await known(company, acts.LI_SI, "张三", LI_LEI)
    assert is_lead(await found(company, REP, "张三"), mine)


async def test_several_are_listed_to_a_manager(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    await known(company, acts.LI_SI, "张三")
    listed = await found(company, BOSS, "张三")
    assert isinstance(listed, str)
    assert listed.count("张三｜") == 2


async def test_two_leads_of_one_person_need_no_choice(company: Company) -> None:
    """Sold once and bought again: a phone could not tell the two apart either."""
    first = await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        again = factories.lead(id=first.id + 1, person_id=person.id, cycle=2)
        work.leads.put(again)
        await work.commit()
    assert is_lead(await found(company, BOSS, "张三"), await newest_score(company))


async def newest_score(company: Company) -> Lead:
    return max(await company.leads(), key=lambda lead: (lead.score.composite, -lead.id))


async def test_a_name_that_came_with_a_merged_person_is_found(company: Company) -> None:
    await company.receives(acts.followed())
    await known(company, acts.ZHANG_SAN, "张三")
    await company.receives(acts.follower_fetched("un1"), acts.fetched(unionid="un1"))
    kept, closed = await company.leads()
    assert closed.stage is Stage.INVALID
    assert is_lead(await found(company, BOSS, "张三"), kept)


@pytest.mark.parametrize("wanted", ["13900001234", "139 0000 1234", "+8613900001234", "1234"])
async def test_a_lead_is_found_by_phone_or_its_end(company: Company, wanted: str) -> None:
    lead = await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"))
    assert is_lead(await found(company, REP, wanted), lead)


@pytest.mark.parametrize("wanted", ["李四", "12345678901", "9999", "%"])
async def test_nobody_is_nobody(company: Company, wanted: str) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    assert await found(company, REP, wanted) == words("lead.none", wanted=wanted)


async def test_who_is_meant_must_be_said(company: Company) -> None:
    assert await found(company, REP, "") == words("lead.who")


async def test_who_holds_no_role_learns_nothing_of_leads_in_pools(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三")
    assert await found(company, SOMEBODY, "张三") == words("lead.none", wanted="张三")


async def test_an_invalid_lead_is_not_found(company: Company) -> None:
    lead = await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    await changed(company, lead.id, stage=Stage.INVALID)
    assert await found(company, BOSS, "张三") == words("lead.none", wanted="张三")


async def test_a_lead_of_somebody_who_left_is_still_named(company: Company) -> None:
    await known(company, acts.ZHANG_SAN, "张三", LI_LEI)
    await company.employs(Employee(LI_LEI, "李雷", is_active=False))
    expected = words("lead.of_somebody", wanted="张三", owner="李雷")
    assert await found(company, COLLEAGUE, "张三") == expected
