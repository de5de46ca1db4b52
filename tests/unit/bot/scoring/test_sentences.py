"""What a rule says in ``when``, live: points come with the event and go when time takes them."""

from __future__ import annotations

from datetime import timedelta

from bot.scoring.days import DayKeeper
from config.rules import seed_sources
from config.tables.scorecard import FILE
from domain.scoring.score import Part, Scored
from handlers.actions.replay import Replayed, replayed
from handlers.actions.reports import score_report
from handlers.actions.rule_table import parts_of
from handlers.actions.score import explain
from handlers.reactions import settle
from storage.repositories.rules import Draft
from tests.factories import NOW
from tests.unit.bot.scoring.histories import day_keeper, truth
from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_rules import seeded
from tests.unit.handlers.company import Company

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SEED = seed_sources(None)
#: NOW is ten in the morning of the business day.
MIDNIGHT = NOW + 14 * HOUR
HOURS = "做过(询问价格, 2小时)"
DAYS = "次数(询问价格, 1天) >= 1"


async def says(company: Company, when: str, table: str = "standing") -> None:
    """Put rules in force that give ten points while a sentence holds."""
    case = f'{{ when = "{when}", points = 10 }}'
    rule = f'\n[[{table}]]\nid = "asks"\nlabel = "刚问过价格"\ncases = [{case}]\n'
    await seeded(company)
    async with company.store.unit_of_work(company.clock.now()) as work:
        frame = company.ctx.rulebook.reader.frame
        draft = Draft("问价", {**SEED, FILE: SEED[FILE] + rule}, frame, "cli")
        await work.rules.publish(await work.rules.add(draft, work.now), "cli", work.now)
        await settle(work, company.ctx)
        await work.commit()


async def explained(company: Company) -> Scored:
    lead = await company.lead()
    async with company.store.looking(company.clock.now()) as work:
        await work.load((), [lead.id])
        return explain(work, company.ctx, work.leads.get(lead.id))


async def is_given(company: Company, part: Part = Part.STANDING) -> bool:
    """Tell whether the lead has the points, by what is kept, which equals what is explained."""
    scored, kept = await explained(company), (await company.lead()).score
    given = any(one.rule == "asks" and one.part is part for one in scored.contributions)
    # What fades goes on fading between two looks; ten points do not hide in it.
    assert abs(kept.dynamic - scored.state.dynamic) < 2
    assert kept.static == scored.state.static
    return given


async def test_a_window_of_hours_ends_at_its_minute(company: Company) -> None:
    await says(company, HOURS)
    await company.receives(acts.added())
    assert not await is_given(company)
    await company.receives(acts.wrote("多少钱"))
    assert await is_given(company)
    await company.lets_pass(2 * HOUR - MINUTE)
    assert await is_given(company)
    await company.lets_pass(2 * MINUTE)
    assert not await is_given(company)
    assert (await truth(company)).differing == 0


async def test_a_window_of_days_ends_at_midnight(company: Company) -> None:
    await says(company, DAYS)
    await company.receives(acts.added(), acts.wrote("多少钱"))
    keeper: DayKeeper = day_keeper(company)
    await keeper.look()
    company.clock.advance(MIDNIGHT - MINUTE - company.clock.now())
    await keeper.look()
    assert await is_given(company)
    company.clock.advance(2 * MINUTE)
    await keeper.look()
    assert not await is_given(company)
    assert (await truth(company)).differing == 0


async def test_the_static_score_comes_and_goes_as_well(company: Company) -> None:
    await says(company, HOURS, "static")
    await company.receives(acts.added(), acts.wrote("多少钱"))
    before = (await company.lead()).score
    assert await is_given(company, Part.STATIC)
    await company.lets_pass(2 * HOUR + MINUTE)
    after = (await company.lead()).score
    assert not await is_given(company, Part.STATIC)
    assert before.static - after.static == 10


async def test_the_score_of_then_still_has_the_points(company: Company) -> None:
    await says(company, HOURS)
    await company.receives(acts.added(), acts.wrote("多少钱"))
    lead = await company.lead()
    await company.lets_pass(3 * HOUR)
    async with company.store.looking(company.clock.now()) as work:
        await work.load((), [lead.id])
        found = await replayed(work, company.ctx, work.leads.get(lead.id), NOW)
    assert isinstance(found, Replayed)
    assert found.then.state == lead.score


async def test_the_rule_is_named_and_its_sentence_shown_with_it_alone(company: Company) -> None:
    await says(company, HOURS)
    await company.receives(acts.added(), acts.wrote("多少钱"))
    grading = company.ctx.rules.whole.grading
    report = score_report(company.ctx, "张三", await explained(company), grading)
    assert "刚问过价格 +10" in report
    assert "when:" not in report
    parts = {part.code: part.rows for part in parts_of(company.ctx, company.ctx.rules)}
    assert parts["standing"][-1].label == "刚问过价格"
    assert parts["standing"][-1].details == ("做过(询问价格, 2小时)：+10",)
    assert [code for code in parts if code.startswith("journey.")] == [
        f"journey.{one.label}" for one in company.ctx.catalog.rules.journeys.journeys
    ]
