"""The trend of a score: each point is what the replay of its moment gives."""

from __future__ import annotations

from datetime import timedelta

from handlers.actions.replay import Replayed, replayed
from handlers.actions.trend import DAYS, Point, trend_of
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

DAY = timedelta(days=1)


async def trend(company: Company) -> list[Point]:
    """Return the trend of the one lead, having compared it with replays."""
    lead = await company.lead()
    async with company.store.looking(company.clock.now()) as work:
        await work.load((), [lead.id])
        found = await trend_of(work, company.ctx, work.leads.get(lead.id))
        for point in found:
            again = await replayed(work, company.ctx, work.leads.get(lead.id), point.at)
            assert isinstance(again, Replayed)
            assert again.then.state == point.state
    return found


async def test_a_new_lead_has_the_point_of_now_alone(company: Company) -> None:
    await company.receives(acts.added())
    (point,) = await trend(company)
    assert point.at == company.clock.now()
    assert point.state.composite == (await company.lead()).score.composite


async def test_a_trend_rises_with_what_is_done_and_falls_with_time(company: Company) -> None:
    await company.receives(acts.added())
    await company.lets_pass(2 * DAY)
    await company.receives(acts.wrote("多少钱"))
    await company.lets_pass(3 * DAY)
    before, _, asked, *after = [point.state.composite for point in await trend(company)]
    assert asked > before
    assert [asked, *after] == sorted([asked, *after], reverse=True)
    assert len(after) == 3


async def test_a_trend_ends_days_in_the_business_zone_and_is_no_longer_than_two_weeks(
    company: Company,
) -> None:
    await company.receives(acts.added())
    company.clock.advance(30 * DAY)
    found = await trend(company)
    assert len(found) == DAYS
    ends = [point.at.astimezone(company.ctx.zone) for point in found[:-1]]
    assert {f"{end:%H:%M}" for end in ends} == {"23:59"}
    assert ends[-1].date() == company.clock.now().astimezone(company.ctx.zone).date() - DAY
