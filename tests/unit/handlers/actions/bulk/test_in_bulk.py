"""Scores and tags in bulk are those of the ordinary way, whoever they are worked out for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import pytest

from domain.behaviour.kernel import evaluate
from domain.columns.days import Moments
from domain.columns.persons import columns_of
from domain.scoring.rating import rate_case
from domain.values import PersonId
from handlers.actions.bulk import scoring
from handlers.actions.bulk.scoring import score_people
from handlers.actions.bulk.tagging import retag_people, untrue_tags
from handlers.actions.score import cases_of
from handlers.actions.segments.defining import book_of
from handlers.actions.segments.finding import in_segment
from handlers.actions.tags.compute import behaviour_of, retag_all
from handlers.reactions import settle
from storage.population.whose import EVERYBODY
from storage.unit_of_work import UnitOfWork
from tests.unit.bot.scoring.histories import disordered, history, truth
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company, changed, offered
from tests.unit.handlers.tagged import Did, computed, did, paid

DAY = timedelta(days=1)
Step = Callable[[UnitOfWork, list[PersonId]], Awaitable[object]]
DOES: tuple[Did, ...] = (
    paid(100.0),
    paid(2500.0, "英语"),
    ("submit_order", {"amount": 10.0}),
    ("view_page", {"category": "数学"}),
)


async def busy_company(company: Company, seed: int) -> list[PersonId]:
    """Let two customers live, some of them as one person, and time go by unnoticed."""
    dice = Random(seed)
    await company.receives(*disordered(dice, history(dice, 8)))
    for _ in range(dice.randrange(6)):
        at = company.clock.now() - timedelta(minutes=dice.randrange(100_000))
        await did(company, dice.choice(DOES), at=at)
    if dice.random() < 0.4:
        both = [acts.fetched(one, unionid="union1") for one in (acts.ZHANG_SAN, acts.LI_SI)]
        await company.receives(*both)
    company.clock.advance(timedelta(seconds=dice.randrange(2_000_000)))
    rows = await company.rows("select distinct root_id from person order by root_id")
    return [PersonId(row["root_id"]) for row in rows]


async def kept(company: Company, step: Step, roots: list[PersonId]) -> object:
    async with company.store.unit_of_work(company.clock.now()) as work:
        found = await step(work, roots)
        await work.commit()
    return found


async def everything(company: Company) -> dict[str, list[tuple[object, ...]]]:
    """Return what scores and tags leave behind, but for the numbers of rows."""
    asked = {
        "lead": "select id, stage, score_initial, score_static, score_dynamic, score_composite,"
        " score_standard, level, grade, is_mature, rules_version, basis_mark from lead",
        "tagging": "select person_id, name, value, source, version from tagging",
        "timer": "select kind, subject_id, due_at, dedupe_key, state from timer"
        " where kind in ('score_crossing', 'tag_turn')",
        "basis": "select lead_id, at from score_basis",
        "outbox": "select endpoint, receiver, dedupe_key from outbox",
        "history": "select person_id, name, before, after from tag_change",
    }
    return {
        name: sorted((tuple(row) for row in await company.rows(sql)), key=repr)
        for name, sql in asked.items()
    }


@pytest.mark.parametrize("seed", range(8))
async def test_scores_in_bulk_are_those_of_the_kernel(company: Company, seed: int) -> None:
    roots = await busy_company(company, seed)
    async with company.store.looking(company.clock.now()) as work:
        await work.load_people(roots)
        leads = [lead for root in roots for lead in work.leads_of(root) if lead.is_open]
        cases = cases_of(work, leads)
        told = {
            lead.id: rate_case(case, company.ctx.rules).state
            for lead, case in zip(leads, cases, strict=True)
        }
    await kept(company, lambda work, all_: score_people(work, company.ctx, all_), roots)
    for lead in await company.leads():
        if lead.is_open and lead.stage == next(one.stage for one in leads if one.id == lead.id):
            state = told[lead.id]
            assert (lead.score.static, lead.score.composite) == (state.static, state.composite)
    assert (await truth(company)).differing == 0


@pytest.mark.parametrize("seed", range(20, 28))
async def test_bulk_leaves_behind_what_the_ordinary_way_would(company: Company, seed: int) -> None:
    roots = await busy_company(company, seed)
    await kept(company, lambda work, all_: score_people(work, company.ctx, all_), roots)
    await kept(company, lambda work, all_: retag_people(work, company.ctx, all_), roots)
    before = await everything(company)

    async def again(work: UnitOfWork, everybody: list[PersonId]) -> None:
        await company.ctx.tag_keeper.refresh(work.tx)
        await work.load_people(everybody)
        retag_all(work, company.ctx, everybody)
        for root in everybody:
            work.rescore(root)
        await settle(work, company.ctx)

    await kept(company, again, roots)
    assert await everything(company) == before


async def test_a_score_that_is_as_it_was_is_not_written(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await company.receives(acts.added())
    lead = await company.lead()
    monkeypatch.delattr(scoring, "settle")  # nobody goes the ordinary way
    roots = [lead.person_id, PersonId(7)]
    await kept(company, lambda work, all_: score_people(work, company.ctx, all_), roots)
    assert await company.lead() == lead


async def test_leads_that_were_never_scored_are(company: Company) -> None:
    await company.receives(acts.added())
    lead = await company.lead()
    await changed(company, lead.id, score=type(lead.score)(), basis_mark="")
    roots = [lead.person_id]
    await kept(company, lambda work, all_: score_people(work, company.ctx, all_), roots)
    found = await company.lead()
    assert (found.score, found.basis_mark) == (lead.score, lead.basis_mark)


async def test_who_cools_by_time_alone_goes_the_ordinary_way(company: Company) -> None:
    lead, _ = await offered(company)
    company.clock.advance(120 * DAY)
    assert await looks(company) == ["pending"]
    roots = [lead.person_id]
    await kept(company, lambda work, all_: score_people(work, company.ctx, all_), roots)
    assert not (await company.lead()).score.is_mature
    assert await looks(company) == ["cancelled"], "which only the ordinary way does"


async def looks(company: Company) -> list[str]:
    """Return what became of the timers that look at scores again."""
    return [
        row["state"]
        for row in await company.rows(
            "select state from timer where kind = 'score_crossing' order by id"
        )
    ]


async def test_who_is_tagged_as_they_should_be_is_not_found(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, paid(100))
    company.clock.advance(2 * DAY)
    found: list[object] = []
    for _ in range(2):
        async with company.store.looking(company.clock.now()) as work:
            found.append(await untrue_tags(work, company.ctx, EVERYBODY))
        roots = [PersonId(row["id"]) for row in await company.rows("select id from person")]
        await kept(company, lambda work, all_: retag_people(work, company.ctx, all_), roots)
    assert found == [roots, []]
    assert (await computed(company))["最近支付距今"] == 2.0


@pytest.mark.parametrize("seed", range(40, 44))
async def test_a_segment_in_bulk_has_whom_the_language_finds(company: Company, seed: int) -> None:
    roots = await busy_company(company, seed)
    async with company.store.looking(company.clock.now()) as work:
        book = await book_of(work.tx, company.ctx)
        await work.load_people(roots)
        people = [behaviour_of(work, root) for root in roots]
        columns = columns_of(people, company.ctx.events.interactions(), company.ctx.zone)
        conditions = list(book.wholes.values())
        values = evaluate(conditions, columns, Moments.at(work.now, company.ctx.zone))
        for condition, value in zip(conditions, values, strict=True):
            wanted = [root for root, holds in zip(roots, value.holds, strict=True) if holds]
            assert await in_segment(work, company.ctx, condition, EVERYBODY) == wanted
            assert await in_segment(work, company.ctx, condition, roots) == wanted
