"""Leads are scored once per batch, at once for all, and looked at again when time will tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.lead import Stage
from domain.outcomes import GradeChanged, LeadMatured, LeadScored
from handlers.actions.listen import hear
from handlers.actions.score import explain, rescore
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company, changed, offered

DAY = timedelta(days=1)


async def test_a_batch_gives_the_same_score_as_one_by_one(company: Company) -> None:
    said = ("多少钱", "孩子三年级，想学数学", "我们在上海")
    await company.receives(*(acts.wrote(text) for text in said))
    for text in said:
        await company.receives(acts.wrote(text, acts.LI_SI))
    together, one_by_one = await company.leads()
    assert together.score == one_by_one.score
    assert together.score.composite > 0


async def test_a_score_is_told_only_when_it_changed(company: Company) -> None:
    await company.receives(acts.added())
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        work.rescore(person.id)
        assert rescore(work, company.ctx)
        assert work.take_outcomes() == ()
        assert not rescore(work, company.ctx), "nobody is marked any more"


async def test_two_marked_persons_who_are_one_are_scored_once(company: Company) -> None:
    await company.receives(acts.followed(), acts.added())
    await company.receives(acts.wrote(acts.EAGER))
    async with company.store.unit_of_work(NOW) as work:
        await company.handles(work, acts.follower_fetched("un1"), acts.fetched(unionid="un1"))
        await work.commit()
    assert len(await company.events("assigned")) == 1


@pytest.mark.parametrize("mark", [LeadScored, GradeChanged, LeadMatured])
async def test_crossing_the_pass_mark_is_told(company: Company, mark: type) -> None:
    await company.receives(acts.added())
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        await hear(work, company.ctx, person, acts.wrote(acts.EAGER), acts.EAGER)
        rescore(work, company.ctx)
        assert mark in {type(outcome) for outcome in work.take_outcomes()}


async def test_what_time_takes_cools_a_lead_without_any_event(company: Company) -> None:
    lead, _ = await offered(company)
    await company.receives(acts.clicked(acts.button(Verb.ACCEPT, lead.id, 1), "LiLei"))
    assert len(await company.rows("select id from timer where kind = 'score_crossing'")) == 1
    before = await company.lead()
    await company.lets_pass(90 * DAY)
    after = await company.lead()
    assert before.score.is_mature
    assert not after.score.is_mature
    assert after.score.composite < before.score.composite
    assert after.stage is Stage.FOLLOWING, "whoever follows it keeps it"


async def test_an_invalid_lead_is_not_scored(company: Company) -> None:
    await company.receives(acts.added())
    lead = await changed(company, (await company.lead()).id, stage=Stage.INVALID)
    await company.receives(acts.deleted_rep())
    assert (await company.lead()).score == lead.score


async def test_the_explanation_adds_up_to_the_score(company: Company) -> None:
    await company.receives(acts.added(), acts.wrote("多少钱"))
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        [lead] = work.leads_of(person.id)
        scored = explain(work, company.ctx, lead)
    assert scored.state == lead.score
    assert scored.contributions
