"""Who gets a lead: one door for every change of owner, and the search for a rep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.buttons import Verb
from domain.lead import Lead, Stage, Status
from domain.lifecycle.transitions import SYSTEM, Actor
from domain.pools.pool import Member, Pool, PoolKind, PoolRules, Pools
from domain.values import Refusal, Role, UserId
from handlers.actions.assign import OwnerChange, change_owner
from storage.repositories.organisation import Employee
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import (
    HAN_MEIMEI,
    LI_LEI,
    MANAGER,
    STAFF,
    Company,
    changed,
    offered,
    words,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BOSS = Actor(frozenset({Role.MANAGER}), MANAGER)
REP = Actor(frozenset({Role.REP}), LI_LEI)
COLLEAGUE = Actor(frozenset({Role.REP}), HAN_MEIMEI)


async def waiting(company: Company, customer: str = acts.ZHANG_SAN) -> Lead:
    """Return a fresh lead that nobody has."""
    before = {lead.id for lead in await company.leads()}
    await company.receives(acts.entered(customer, at=company.clock.now()))
    (lead,) = [lead for lead in await company.leads() if lead.id not in before]
    return lead


async def given_to(
    company: Company, lead: Lead, to: str | None, actor: Actor = BOSS, expected: str | None = ""
) -> Lead | Refusal:
    """Carry out one change of owner in a unit of work of its own."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        owner = work.leads.get(lead.id).owner if expected == "" else expected
        target = None if to is None else UserId(to)
        seen = None if owner is None else UserId(owner)
        change = OwnerChange(lead.id, seen, target, "test", actor, "sales")
        [done] = await change_owner(work, company.ctx, [change])
        await work.commit()
    return done


async def ledger(company: Company, lead: Lead) -> list[tuple[int, str | None, str | None]]:
    rows = await company.rows(
        "select * from ownership where lead_id = $1 order by assignment", lead.id
    )
    return [(row["assignment"], row["from_owner"], row["to_owner"]) for row in rows]


# ------------------------------------------------------------------ one door


async def test_a_change_writes_owner_ledger_deadline_card_and_event(company: Company) -> None:
    lead = await waiting(company)
    await given_to(company, lead, LI_LEI)

    after = await company.lead()
    assert (after.owner, after.assignment, after.pool) == (LI_LEI, 1, "sales")
    assert after.offered_at == company.clock.now()
    (entry,) = await company.rows("select * from ownership")
    assert (entry["from_pool"], entry["to_pool"]) == ("nurture", "sales")
    assert (entry["reason"], entry["actor"]) == ("test", MANAGER)
    (timer,) = await company.rows("select * from timer where kind = 'offer_expires'")
    assert timer["state"] == "pending"
    (card,) = await company.cards(LI_LEI)
    assert card.task_id == f"offer-{lead.id}-1-0"
    assert [e.properties for e in await company.events("assigned")] == [
        {"userid": LI_LEI, "why": "test"}
    ]


@pytest.mark.parametrize(
    ("to", "actor", "before", "code"),
    [
        pytest.param("LiLei", SYSTEM, {"stage": Stage.SERVICE}, "locked_for_sales", id="lock"),
        pytest.param("LiLei", BOSS, {"stage": Stage.SERVICE}, "locked_for_sales", id="boss too"),
        pytest.param("LiLei", BOSS, {"stage": Stage.INVALID}, "lead_closed", id="invalid"),
        pytest.param("Nobody", BOSS, {}, "no_such_rep", id="unknown"),
        pytest.param("Gone", BOSS, {}, "no_such_rep", id="left"),
        pytest.param("Full", BOSS, {}, "rep_full", id="ceiling"),
    ],
)
async def test_a_lead_is_not_given(
    company: Company, to: str, actor: Actor, before: dict[str, object], code: str
) -> None:
    await company.employs(
        Employee(UserId("Gone"), "老王", frozenset({Role.REP}), is_active=False),
        Employee(UserId("Full"), "老李", frozenset({Role.REP}), daily_ceiling=0),
    )
    lead = await waiting(company)
    await changed(company, lead.id, **before)
    answer = await given_to(company, lead, to, actor)
    assert isinstance(answer, Refusal)
    assert answer.code == code
    assert await ledger(company, lead) == []
    assert await company.cards() == []


async def test_whoever_saw_another_owner_is_refused(company: Company) -> None:
    lead = await waiting(company)
    await given_to(company, lead, LI_LEI)
    assert await given_to(company, lead, HAN_MEIMEI, expected=None) == Refusal("owner_changed")
    assert await ledger(company, lead) == [(1, None, LI_LEI)]


async def test_giving_a_lead_to_its_owner_is_no_change(company: Company) -> None:
    lead = await waiting(company)
    await given_to(company, lead, LI_LEI)
    assert await given_to(company, lead, LI_LEI) == Refusal("already_there")
    assert await ledger(company, lead) == [(1, None, LI_LEI)]


@pytest.mark.parametrize(
    ("actor", "may"), [(SYSTEM, False), (COLLEAGUE, False), (REP, True), (BOSS, True)]
)
async def test_during_protection_only_the_owner_and_managers_may(
    company: Company, actor: Actor, *, may: bool
) -> None:
    lead, card = await offered(company)
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), LI_LEI))
    answer = await given_to(company, lead, HAN_MEIMEI, actor)
    assert answer != Refusal("protected") if may else answer == Refusal("protected")
    company.clock.advance(timedelta(days=3))
    await given_to(company, lead, HAN_MEIMEI, actor)
    assert (await company.lead()).owner == HAN_MEIMEI, "it ends"


async def test_a_release_puts_the_lead_into_the_pool_and_ends_the_deadline(
    company: Company,
) -> None:
    lead = await waiting(company)
    await given_to(company, lead, LI_LEI)
    await given_to(company, lead, None)
    after = await company.lead()
    assert (after.owner, after.pool, after.offered_at) == (None, "sales", None)
    assert await ledger(company, lead) == [(1, None, LI_LEI), (2, LI_LEI, None)]
    (timer,) = await company.rows("select state from timer where kind = 'offer_expires'")
    assert timer["state"] == "cancelled"
    assert len(await company.events("released")) == 1


# A wish to change: which lead, to whom, by whom; or the owner accepts, or time passes.
wishes = st.one_of(
    st.tuples(
        st.just("give"),
        st.integers(0, 1),
        st.sampled_from(["LiLei", "HanMeimei", None]),
        st.sampled_from([SYSTEM, REP, COLLEAGUE, BOSS]),
        st.sampled_from(["", None, "HanMeimei"]),
    ),
    st.tuples(st.just("accept"), st.integers(0, 1)),
    st.tuples(st.just("lock"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.just(0)),
)


@dataclass(slots=True)
class Watched:
    """Checks after each act what must always hold."""

    company: Company
    leads: list[Lead]

    async def act(self, wish: tuple[object, ...]) -> None:
        what, number, *how = wish
        before = (await self.company.leads())[number]  # type: ignore[call-overload]
        if what == "give":
            to, actor, expected = how
            answer = await given_to(self.company, before, to, actor, expected)  # type: ignore[arg-type]
            await self.must_hold(before, to, actor, answer)  # type: ignore[arg-type]
        elif what == "accept" and before.owner:
            key = acts.button(Verb.ACCEPT, before.id, before.assignment)
            await self.company.receives(acts.clicked(key, before.owner))
        elif what == "lock":
            await changed(self.company, before.id, stage=Stage.SERVICE)
        elif what == "wait":
            self.company.clock.advance(DAY)

    async def must_hold(
        self, before: Lead, to: str | None, actor: Actor, answer: Lead | Refusal
    ) -> None:
        after = next(x for x in await self.company.leads() if x.id == before.id)
        lines = await ledger(self.company, before)
        assert after.assignment == len(lines), "every change is one line"
        assert [line[0] for line in lines] == list(range(1, len(lines) + 1))
        assert [line[1] for line in lines] == [None, *(line[2] for line in lines)][: len(lines)]
        assert after.owner == (lines[-1][2] if lines else None), "ledger and lead agree"
        if isinstance(answer, Refusal):
            assert (after.owner, after.assignment) == (before.owner, before.assignment)
        else:
            assert after.owner == to
            assert not (to and before.stage is Stage.SERVICE), "locked"
            until = before.protected_until or self.company.clock.now()
            is_protected = until > self.company.clock.now()
            assert not is_protected or before.is_of(actor.userid) or actor is BOSS, "protected"
        for row in await self.company.rows("select used from rep_day"):
            assert row["used"] <= 2, "ceilings are never passed"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=st.lists(wishes, min_size=1, max_size=10))
async def test_whatever_is_wished_there_is_one_owner_and_the_ledger_agrees(
    company: Company, wanted: list[tuple[object, ...]]
) -> None:
    async with company.store.database.write() as tx:
        for table in ("lead", "person", "identity", "event", "ownership", "rep_day", "timer"):
            await tx.execute(f"delete from {table}")
    await company.employs(*(replace(e, daily_ceiling=2) for e in STAFF))
    watched = Watched(company, [await waiting(company), await waiting(company, acts.LI_SI)])
    for wish in wanted:
        await watched.act(wish)


# ------------------------------------------------------------------ finding a rep


async def test_leads_are_dealt_in_turn(company: Company) -> None:
    for number in range(4):
        await company.receives(acts.wrote(acts.EAGER, f"wmclewtest00000000000000customer{number}"))
    assert [lead.owner for lead in await company.leads()] == [HAN_MEIMEI, LI_LEI] * 2


async def test_a_mature_lead_is_following_and_to_be_followed(company: Company) -> None:
    lead, _ = await offered(company)
    assert (lead.stage, lead.status) == (Stage.FOLLOWING, Status.TO_FOLLOW)
    stages = [e.properties["to"] for e in await company.events("stage_changed")]
    assert stages == ["screening", "nurture_pool", "department_pool", "following"]


async def test_the_former_owner_of_the_person_comes_before_the_turn(company: Company) -> None:
    lead, card = await offered(company)
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), LI_LEI))
    await company.receives(acts.deleted_rep())
    await changed(company, lead.id, stage=Stage.INVALID)
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))

    _, again = await company.leads()
    assert (again.cycle, again.owner) == (2, LI_LEI), "not a friend any more, but knows them"
    reasons = await company.rows("select reason from ownership order by id")
    assert [row["reason"] for row in reasons] == ["friend", "former_owner"]


@pytest.mark.parametrize(
    "absence",
    [
        {"is_paused": True},
        {"is_active": False},
        {"leave_until": NOW + DAY},
        {"daily_ceiling": 0},
        {"weight": 0},
        {"roles": frozenset({Role.SERVICE})},
    ],
    ids=lambda absence: next(iter(absence)),
)
async def test_a_rep_who_takes_no_leads_gets_none(
    company: Company, absence: dict[str, object]
) -> None:
    await company.employs(replace(STAFF[1], **absence))  # type: ignore[arg-type]
    await company.receives(acts.wrote(acts.EAGER))
    assert (await company.lead()).owner == LI_LEI


async def test_a_ceiling_of_the_pool_holds_at_the_row_too(company: Company) -> None:
    pools = Pools(MappingProxyType({"sales": sales_pool(Member(LI_LEI, daily_ceiling=1))}))
    catalog = replace(company.ctx.catalog, pools=pools)
    few = replace(company, ctx=replace(company.ctx, catalog=catalog))
    first, second = await waiting(company), await waiting(company, acts.LI_SI)
    assert isinstance(await given_to(few, first, LI_LEI), Lead)
    assert await given_to(few, second, LI_LEI) == Refusal("rep_full", LI_LEI)


def sales_pool(*members: Member, rules: PoolRules | None = None) -> Pool:
    kind = PoolKind.DEPARTMENT
    return Pool("sales", "公海", kind, members=members, rules=rules or PoolRules())


async def test_the_deadline_is_that_of_the_pool_the_lead_goes_to(company: Company) -> None:
    nurture = company.ctx.catalog.pools.pools["nurture"]
    sales = sales_pool(rules=PoolRules(accept_for=5 * MINUTE))
    pools = Pools(MappingProxyType({"nurture": nurture, "sales": sales}))
    catalog = replace(company.ctx.catalog, pools=pools)
    hasty = replace(company, ctx=replace(company.ctx, catalog=catalog))
    _, card = await offered(hasty)
    assert "10:05" in card.description
    await hasty.lets_pass(5 * MINUTE)
    assert (await company.lead()).owner == HAN_MEIMEI


# ------------------------------------------------------------------ nobody


async def test_everybody_declined_the_lead_waits_and_managers_are_told_once(
    company: Company,
) -> None:
    lead, _ = await offered(company)
    await company.lets_pass(timedelta(hours=3))

    after = await company.lead()
    assert (after.owner, after.stage, after.pool) == (None, Stage.DEPARTMENT_POOL, "sales")
    assert await ledger(company, lead) == [
        (1, None, LI_LEI),
        (2, LI_LEI, HAN_MEIMEI),
        (3, HAN_MEIMEI, None),
    ]
    reason = words("refusals.everybody_declined")
    assert await company.texts(MANAGER) == [words("assign.nobody", name="未留姓名", reason=reason)]


async def test_after_a_day_everybody_is_asked_anew(company: Company) -> None:
    lead, _ = await offered(company)
    await company.lets_pass(timedelta(hours=1))
    assert (await company.lead()).owner is None
    await company.lets_pass(DAY)
    owners = [owner for _, _, owner in await ledger(company, lead)]
    assert owners[:4] == [LI_LEI, HAN_MEIMEI, None, LI_LEI]


@pytest.mark.parametrize(
    ("absence", "reason"),
    [
        ({"is_paused": True}, "nobody_on_duty"),
        ({"daily_ceiling": 0}, "everybody_full"),
        ({"roles": frozenset({Role.SERVICE})}, "no_reps"),
    ],
)
async def test_without_a_rep_the_lead_waits_and_is_tried_again(
    company: Company, absence: dict[str, object], reason: str
) -> None:
    away = [replace(employee, **absence) for employee in STAFF[:2]]  # type: ignore[arg-type]
    await company.employs(*away)
    await company.receives(acts.wrote(acts.EAGER))
    lead = await company.lead()
    assert (lead.owner, lead.stage, lead.pool) == (None, Stage.DEPARTMENT_POOL, "sales")
    await company.lets_pass(timedelta(hours=5))
    text = words("assign.nobody", name="未留姓名", reason=words(f"refusals.{reason}"))
    assert await company.texts(MANAGER) == [text], "told once, however often it was tried"

    await company.employs(*STAFF)
    await company.lets_pass(30 * MINUTE)
    assert (await company.lead()).owner == HAN_MEIMEI


async def test_a_lead_that_cooled_meanwhile_is_not_offered(company: Company) -> None:
    await company.employs(*(replace(e, is_paused=True) for e in STAFF[:2]))
    await company.receives(acts.wrote(acts.EAGER))
    await company.employs(*STAFF)
    await company.receives(acts.wrote("不要再给我发消息了，退订，不需要，别烦我"))
    lead = await company.lead()
    assert (lead.score.is_mature, lead.stage, lead.pool) == (False, Stage.NURTURE_POOL, "nurture")
    await company.lets_pass(timedelta(hours=2))
    assert (await company.lead()).owner is None


@pytest.mark.parametrize("stage", [Stage.SERVICE, Stage.FIRST_SALE])
async def test_who_was_sold_to_is_offered_to_nobody(company: Company, stage: Stage) -> None:
    lead = await waiting(company)
    await changed(company, lead.id, stage=stage)
    await company.receives(acts.wrote(acts.EAGER))
    after = await company.lead()
    assert after.score.is_mature
    assert (after.stage, after.owner) == (stage, None)
    assert await company.sent(MANAGER) == []


async def test_an_invalid_lead_that_waited_for_a_rep_is_left_alone(company: Company) -> None:
    await company.employs(*(replace(e, is_paused=True) for e in STAFF[:2]))
    await company.receives(acts.wrote(acts.EAGER))
    await changed(company, (await company.lead()).id, stage=Stage.INVALID)
    await company.employs(*STAFF)
    await company.lets_pass(timedelta(hours=2))
    assert ((await company.lead()).owner, await company.cards()) == (None, [])
