"""Computed tags: with the event that moves them, by timers, after a merge; equal to the sweep."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from bot.crowds import Crowds
from bot.tagging import TagSweeper
from domain.messages import WearTags
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, Company
from tests.unit.handlers.tagged import Did, computed, did, paid, root_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def sweeper(company: Company) -> TagSweeper:
    return TagSweeper(Crowds(company.store, company.ctx, company.clock))


async def test_an_event_moves_its_tags_in_the_same_transaction(company: Company) -> None:
    await company.receives(acts.added())
    assert (await computed(company))["生命周期"] == "了解期"
    await did(company, paid(6000), paid(5000, "英语"))
    tags = await computed(company)
    assert tags["价值分层"] == "高价值"
    assert tags["近90天消费"] == 11000.0
    assert tags["购买偏好"] == ("英语", "数学")
    assert tags["生命周期"] == "复购客户"
    assert tags["最近支付距今"] == 0.0


async def test_whoever_is_new_has_the_values_of_having_done_nothing(company: Company) -> None:
    await company.receives(acts.added())
    live = await computed(company)
    assert live["近90天订单数"] == 0.0, "nothing that happened speaks of orders"
    assert await sweeper(company).sweep_if_due()
    swept = await computed(company)
    daily = {spec.name for spec in company.ctx.tags.book.specs.values() if spec.refresh == "daily"}
    assert {name: value for name, value in swept.items() if name not in daily} == live


async def test_only_tags_that_speak_of_what_is_new_are_computed(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, paid(100))
    before = len(await company.rows("select * from tag_change where name = '客单价'"))
    async with company.store.database.write() as tx:
        await tx.execute("update tagging set value = '7.0' where name = '客单价'")
    await did(company, ("view_page", {"category": "数学"}))
    assert (await computed(company))["客单价"] == 7.0, "a page view says nothing of orders"
    await did(company, paid(300))
    assert (await computed(company))["客单价"] == 200.0
    assert len(await company.rows("select * from tag_change where name = '客单价'")) == before + 1


async def test_every_change_is_a_row_with_what_was_before(company: Company) -> None:
    await company.receives(acts.added())
    for amount in (2000, 9000):
        await did(company, paid(amount))
    rows = await company.rows(
        "select before, after, source, version from tag_change where name = '价值分层' order by id"
    )
    assert [tuple(row) for row in rows] == [
        (None, '"中价值"', "rule", 1),
        ('"中价值"', '"高价值"', "rule", 1),
    ]


async def test_a_layer_is_shown_in_wecom_in_the_place_of_the_one_before(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, paid(2000))
    await did(company, paid(9000))
    wish = [sent.body for sent in await company.sent() if isinstance(sent.body, WearTags)][-1]
    assert wish.userid == LI_LEI
    assert ("价值分层", "高价值") in {(tag.group, tag.name) for tag in wish.add}
    assert ("价值分层", "中价值") in {(tag.group, tag.name) for tag in wish.remove}


async def test_a_fact_moves_the_tags_that_speak_of_it(company: Company) -> None:
    await company.receives(acts.followed(), acts.added())
    assert "来源类型" in await computed(company)


async def test_what_did_not_follow_is_noticed_when_its_time_is_over(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, ("submit_order", {"amount": 10.0}), at=NOW - 10 * HOUR)
    assert "下单未付" not in await computed(company)
    await company.lets_pass(14 * HOUR + timedelta(minutes=1))
    assert "下单未付" not in await computed(company), "the timer of tomorrow is set at midnight"
    assert await sweeper(company).sweep_if_due()
    assert (await computed(company))["下单未付"] == "是"


async def test_a_turn_within_the_day_comes_by_its_timer(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, ("submit_order", {"amount": 10.0}), at=NOW - 20 * HOUR)
    await company.lets_pass(4 * HOUR + timedelta(seconds=1))
    assert (await computed(company))["下单未付"] == "是"


async def test_days_turn_at_midnight_for_everybody_once(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, paid(100))
    await sweeper(company).sweep_if_due()
    assert not await sweeper(company).sweep_if_due()
    company.clock.advance(2 * DAY)
    assert await sweeper(company).sweep_if_due()
    assert (await computed(company))["最近支付距今"] == 2.0


async def test_after_a_merge_the_tags_are_those_of_the_whole_person(company: Company) -> None:
    await company.receives(
        acts.added(acts.ZHANG_SAN), acts.added(acts.LI_SI), acts.fetched(unionid="union1")
    )
    await did(company, paid(1500))
    await did(company, paid(1500), customer=acts.LI_SI)
    assert (await computed(company))["价值分层"] == "低价值"
    await company.receives(acts.fetched(acts.LI_SI, unionid="union1"))
    assert (await computed(company))["价值分层"] == "中价值"
    assert await root_of(company) == await root_of(company, acts.LI_SI)


DOES: tuple[Did, ...] = (
    paid(100.0),
    paid(2500.0, "英语"),
    ("submit_order", {"amount": 10.0}),
    ("view_page", {"category": "数学"}),
    ("intent_price", {}),
)


@pytest.mark.parametrize("seed", range(6))
async def test_live_values_in_any_order_are_those_of_the_sweep(company: Company, seed: int) -> None:
    chance = Random(seed)
    done = [(chance.randrange(80), chance.choice(DOES)) for _ in range(8)]
    shuffled = chance.sample(done, len(done))
    one, other = acts.ZHANG_SAN, acts.LI_SI
    for customer, order in ((one, done), (other, shuffled)):
        await company.receives(acts.added(customer))
        for days_ago, what in order:
            await did(company, what, customer=customer, at=NOW - days_ago * DAY / 2)
    live = await computed(company, one)
    assert await computed(company, other) == live

    assert await sweeper(company).sweep_if_due()
    daily = {spec.name for spec in company.ctx.tags.book.specs.values() if spec.refresh == "daily"}
    swept = await computed(company, one)
    assert {name: value for name, value in swept.items() if name not in daily} == live
