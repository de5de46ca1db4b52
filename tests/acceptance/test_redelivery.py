"""Callbacks that come again and in disorder leave no trace: same state, same pushes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.simulator.config import DeliveryConfig
from tests.acceptance.fingerprint import Fingerprint, differences, fingerprint
from tests.story import calm, day_turns_held, play_whole, told_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.story import Story

COPIES = 5
ZHANG_SAN, XIAO_MEI = "wmClewDemoZhangSan00000000000001", "wmClewDemoXiaoMei000000000000002"
CONTACT_WAY, GROUP = "cwexpo2026b7000000000000000000001", "wrClewDemoMathParents00000000001"
#: What may not depend on the order in which callbacks come. What was said may:
#: a card tells what was known when it left.
STATE = ("people", "leads", "events", "ownership", "timer")


@pytest.fixture(scope="module", autouse=True)
def _days_do_not_turn() -> Iterator[None]:
    with day_turns_held():
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> Fingerprint:
    """Return what the story leaves behind when each callback comes once, in order."""
    once = DeliveryConfig(parallel=1)
    async with told_by(tmp_path_factory.mktemp("plain"), delivery=once) as story:
        await play_whole(story)
        return await fingerprint(story.demo)


@pytest.mark.parametrize("seed", [1, 2])
async def test_five_copies_in_disorder_are_as_good_as_one(
    tmp_path: Path, database_url: str, plain: Fingerprint, seed: int
) -> None:
    disorder = DeliveryConfig(redeliver=COPIES, shuffle=seed, parallel=4)
    async with told_by(tmp_path, database_url, disorder) as story:
        await play_whole(story)
        sim = story.demo.sim
        assert len(sim.deliveries) == COPIES * len({id(d.parcel) for d in sim.deliveries})
        assert all(delivery.is_accepted for delivery in sim.deliveries)
        assert differences(await fingerprint(story.demo), plain) == []


async def test_the_whole_day_delivered_once_more_changes_nothing(
    tmp_path: Path, database_url: str, plain: Fingerprint
) -> None:
    disorder = DeliveryConfig(shuffle=3, parallel=4)
    async with told_by(tmp_path, database_url, disorder) as story:
        await play_whole(story)
        before = await fingerprint(story.demo)
        for delivery in list(story.demo.sim.deliveries):
            story.demo.sim.world.courier.post(delivery.parcel)
        await calm(story.demo)
        assert differences(await fingerprint(story.demo), before) == []
        assert differences(before, plain) == []


async def rush(story: Story) -> None:
    """Let customers do many things, a second apart, before anything of it arrives."""
    await calm(story.demo)
    await story.demo.sim.world.courier.close()
    sim, newcomer = story.demo.sim, story.demo.sim.staff.add_customer("王五")
    for act in (
        sim.scan(ZHANG_SAN, CONTACT_WAY),
        sim.enter_kf(ZHANG_SAN),
        sim.say_kf(ZHANG_SAN, "你好，孩子三年级，想报数学班，多少钱？"),
        sim.follow(XIAO_MEI),
        sim.say_mp(XIAO_MEI, "你好，我叫小美，英语课多少钱？孩子五年级，在上海"),
        sim.say_kf(ZHANG_SAN, "我电话 139 0000 1234，想约周六试听"),
        sim.say_mp(XIAO_MEI, "想试听，手机139-0000-5678"),
        sim.join_group(newcomer.external_userid, GROUP),
        sim.say_mp(XIAO_MEI, "孩子四年级，刚才说错了"),
    ):
        await act
        story.clock.advance(timedelta(seconds=1))
    await sim.world.courier.open()
    await calm(story.demo)


@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_what_arrives_out_of_order_counts_as_if_it_had_come_in_order(
    tmp_path: Path, sqlite_url: str, postgres_url: str, seed: int
) -> None:
    async with told_by(tmp_path / "a", sqlite_url, DeliveryConfig(parallel=1)) as story:
        await rush(story)
        ordered = await fingerprint(story.demo)
    disorder = DeliveryConfig(redeliver=COPIES, shuffle=seed, parallel=4)
    async with told_by(tmp_path / "b", postgres_url, disorder) as story:
        await rush(story)
        mixed = await fingerprint(story.demo)
    assert differences(part(mixed), part(ordered)) == []


def part(whole: Fingerprint) -> Fingerprint:
    return {section: whole[section] for section in STATE}
