"""Leads move along the one table, and every move is an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.condition import Comparison, Condition
from domain.lead import Lead, Stage, Status
from domain.lifecycle.transitions import SYSTEM, Actor
from domain.pools.pool import Pool, PoolKind, Pools
from domain.values import Refusal, Role
from handlers.actions.advance import advance, enter_pool, pool_of, set_status
from handlers.reactions import settle
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, Company, changed

REP = Actor(frozenset({Role.REP}), LI_LEI)


async def moved(company: Company, name: str, actor: Actor = SYSTEM, reason: str = "") -> object:
    lead = await company.lead()
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        done = advance(work, company.ctx, lead.id, name, actor, reason)
        await settle(work, company.ctx)
        await work.commit()
    return done


async def test_a_move_is_kept_and_written_down(company: Company) -> None:
    await company.receives(acts.added())
    before = len(await company.events("stage_changed"))
    assert isinstance(await moved(company, "sink"), Lead)
    assert (await company.lead()).stage is Stage.DORMANT
    event = (await company.events("stage_changed"))[before]
    facts = {"from": "nurture_pool", "to": "dormant", "by": "system"}
    assert event.properties == {"lead": str((await company.lead()).id)} | facts


@pytest.mark.parametrize(
    ("name", "actor", "code"),
    [
        ("win", SYSTEM, "not_from_here"),
        ("sink", REP, "role_not_allowed"),
        ("invalidate", SYSTEM, "reason_needed"),
        ("fly", SYSTEM, "unknown_transition"),
        ("to_nurture_pool", SYSTEM, "already_there"),
    ],
)
async def test_a_move_that_the_table_refuses_changes_nothing(
    company: Company, name: str, actor: Actor, code: str
) -> None:
    await company.receives(acts.added())
    before, events = await company.lead(), await company.kinds()
    answer = await moved(company, name, actor)
    assert isinstance(answer, Refusal)
    assert answer.code == code
    after = await company.lead()
    assert (after.stage, after.status) == (before.stage, before.status)
    assert await company.kinds() == events


async def test_a_status_is_reached_by_whatever_move_leads_there(company: Company) -> None:
    await company.receives(acts.added())
    lead = await changed(company, (await company.lead()).id, stage=Stage.FOLLOWING)
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $1", LI_LEI)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        for status, stage in ((Status.CLEAR, Stage.FOLLOWING), (Status.WON, Stage.FIRST_SALE)):
            done = set_status(work, company.ctx, lead.id, status, REP)
            assert isinstance(done, Lead)
            assert (done.status, done.stage) == (status, stage)


@pytest.mark.parametrize(
    ("kind", "stage", "pool"),
    [
        (PoolKind.NURTURE, Stage.NURTURE_POOL, "nurture"),
        (PoolKind.DEPARTMENT, Stage.DEPARTMENT_POOL, "sales"),
    ],
)
async def test_a_lead_waits_in_the_pool_that_its_facts_lead_to(
    company: Company, kind: PoolKind, stage: Stage, pool: str
) -> None:
    await company.receives(acts.added())
    lead = await company.lead()
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        for _ in range(2):
            entered = enter_pool(work, company.ctx, lead.id, kind)
            assert isinstance(entered, Lead)
            assert (entered.stage, entered.pool) == (stage, pool)


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        ("information_level", "marked", "cold"),
        ("information_level", "portrayed", "warm"),
        ("intent", "price", "warm"),
    ],
)
async def test_a_pool_asks_for_what_events_tell(
    company: Company, fact: str, value: str, code: str
) -> None:
    asks = Pool(code, code, PoolKind.NURTURE, (Condition(fact, Comparison.EQUAL, (value,)),))
    pools = Pools.of([asks, *company.ctx.catalog.pools.pools.values()])
    company.ctx = replace(company.ctx, catalog=replace(company.ctx.catalog, pools=pools))
    await company.receives(acts.added())
    if code == "warm":
        await company.receives(acts.wrote("三年级数学多少钱？", at=NOW + timedelta(minutes=1)))
    lead = await company.lead()
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        assert pool_of(work, company.ctx, work.leads.get(lead.id), PoolKind.NURTURE).code == code


async def test_a_lead_that_may_not_wait_says_why(company: Company) -> None:
    await company.receives(acts.added())
    lead = await changed(company, (await company.lead()).id, stage=Stage.SERVICE)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        answer = enter_pool(work, company.ctx, lead.id, PoolKind.DEPARTMENT)
        assert answer == Refusal("not_from_here", "to_department_pool")
