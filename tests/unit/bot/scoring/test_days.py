"""Live, replayed and checked scores are one number; days turn, and what differs is told."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.metrics import SCORES_DIFFERING
from bot.scoring.days import CHECKED, SWEPT
from domain.buttons import Verb
from domain.lead import Lead, ScoreState, Stage
from domain.scoring.rating import rate_case
from domain.scoring.truth import MISSED, NO_RULES, Truth
from handlers.actions.replay import Replayed, replayed
from handlers.actions.score import case_of
from storage.marks import mark_of
from tests.unit.bot.scoring.histories import day_keeper, disordered, history, plays, truth
from tests.unit.handlers import acts
from tests.unit.handlers.company import MANAGER, Company, changed, offered

DAY = timedelta(days=1)


@pytest.mark.parametrize("seed", range(6))
async def test_live_replayed_and_checked_scores_are_one_number(company: Company, seed: int) -> None:
    dice = random.Random(seed)
    told = await plays(company, disordered(dice, history(dice, 8)), dice)
    # Of scores of one moment the last one stands.
    live = {(lead.id, lead.score.scored_at): lead for lead in told}.values()
    assert len({lead.score for lead in live}) > 4
    found = await truth(company)
    assert (found.differing, found.leads) == (0, len(await company.leads())), found.differences
    async with company.store.looking(company.clock.now()) as work:
        await work.load((), {lead.id for lead in live})
        for lead in live:
            at = lead.score.scored_at
            assert at is not None
            again = await replayed(work, company.ctx, work.leads.get(lead.id), at)
            assert isinstance(again, Replayed)
            assert again.then.state == lead.score


@pytest.mark.parametrize("seed", [11, 12, 13])
async def test_the_order_of_delivery_changes_no_score(company: Company, seed: int) -> None:
    dice = random.Random(seed)
    updates = history(dice, 8)
    await company.receives(*updates)
    await company.lets_pass(timedelta(hours=1))
    scores = {lead.person_id: lead.score for lead in await company.leads()}
    await company.receives(*disordered(dice, updates))
    await day_keeper(company).look()
    assert {lead.person_id: lead.score.static for lead in await company.leads()} == {
        person: score.static for person, score in scores.items()
    }
    assert (await truth(company)).differing == 0


async def test_a_wrong_score_is_found_and_told_to_managers(company: Company) -> None:
    await company.receives(acts.added(), acts.wrote("多少钱"))
    lead = await company.lead()
    await changed(company, lead.id, score=replace(lead.score, dynamic=99.0))
    found = await truth(company)
    assert (found.leads, found.differing) == (1, 1)
    [difference] = found.differences
    assert (difference.what, difference.live) == ("dynamic", "99.0")
    assert difference.truth == str(lead.score.dynamic)
    assert "1 条线索里有 1 条" in (await company.texts(MANAGER))[-1]


async def test_a_score_by_rules_that_are_gone_is_found(company: Company) -> None:
    await company.receives(acts.added())
    lead = await company.lead()
    await changed(company, lead.id, score=replace(lead.score, rules_version=77))
    [difference] = (await truth(company)).differences
    assert difference.what == NO_RULES


async def test_leads_that_wait_to_be_worked_off_are_left_out(company: Company) -> None:
    await company.receives(acts.added())
    lead = await company.lead()
    waiting = await changed(company, lead.id, score=ScoreState(), stage=Stage.GENERATED)
    assert await truth(company) == Truth()
    await changed(company, lead.id, score=replace(waiting.score, static=7.0))
    assert (await truth(company)).differing == 1


async def test_a_crossing_that_nobody_noticed_is_found(company: Company) -> None:
    lead, _ = await offered(company)
    assert lead.score.is_mature
    company.clock.advance(120 * DAY)
    assert MISSED in [one.what for one in (await truth(company)).differences]


async def test_a_crossing_by_time_alone_is_noticed_within_a_minute(company: Company) -> None:
    lead, card = await offered(company)
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), str(lead.owner)))
    crossing = await crossing_of(company, lead)
    await company.lets_pass(crossing - timedelta(minutes=1) - company.clock.now())
    assert (await company.lead()).score.is_mature
    await company.lets_pass(timedelta(minutes=2))
    assert not (await company.lead()).score.is_mature
    assert (await company.lead()).stage is Stage.FOLLOWING, "whoever follows it keeps it"


async def crossing_of(company: Company, lead: Lead) -> datetime:
    """Return the minute in which the lead's maturity ends, found by the kernel alone."""
    async with company.store.looking(company.clock.now()) as work:
        await work.load((), [lead.id])
        case = case_of(work, work.leads.get(lead.id))
        low, high = company.clock.now(), company.clock.now() + 300 * DAY
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            rated = rate_case(replace(case, at=middle), company.ctx.rules)
            low, high = (middle, high) if rated.state.is_mature else (low, middle)
    return high


async def test_the_truth_is_checked_once_a_day_and_not_before_its_hour(company: Company) -> None:
    await company.receives(acts.added())
    keeper, days = day_keeper(company), []

    async def checked() -> int:
        async with company.store.database.read() as tx:
            return await mark_of(tx, CHECKED)

    for hours in (0, 16, 1, 2, 1):  # 10:00, 02:00, 03:00, 05:00, 06:00
        company.clock.advance(timedelta(hours=hours))
        await keeper.look()
        days.append(await checked())
    assert days == [days[0]] * 3 + [days[0] + 1] * 2
    assert SCORES_DIFFERING._value.get() == 0


async def test_midnight_scores_every_lead_anew_once_a_day(company: Company) -> None:
    await company.receives(acts.added())
    keeper = day_keeper(company)
    await keeper.look()
    first = (await company.lead()).score
    await keeper.look()
    assert (await company.lead()).score == first
    company.clock.advance(8 * DAY)
    await keeper.look()
    second = (await company.lead()).score
    assert second.scored_at == company.clock.now()
    assert second.dynamic < first.dynamic, "a week without a word"
    async with company.store.database.read() as tx:
        assert await mark_of(tx, SWEPT) > 0
    assert (await truth(company)).differing == 0
