"""Callbacks that come twice, late, out of order and all at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.simulator import demo
from bot.simulator.config import DeliveryConfig, SimulatorConfig
from bot.simulator.faults import Fault, FaultKind
from tests.patience import NEVER_COMES, until
from tests.unit.bot.simulator.seeded import EXPO, ZHANG_SAN

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

#: Far beyond what a test takes: what waits for it never comes by itself.
LONG = 300.0


@pytest.fixture
def base_config() -> SimulatorConfig:
    return replace(demo.demo_config(), delivery=DeliveryConfig(parallel=1))


def said(clew: ListeningClew) -> list[str]:
    texts = (arrived.fields for arrived in clew.arrived if arrived.fields["MsgType"] == "text")
    return [fields["Content"] for fields in texts]


async def say(sim: Simulator, *texts: str) -> None:
    for text in texts:
        await sim.say_app("LiLei", text)


async def test_a_doubled_callback_comes_again_with_equal_plaintext(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DOUBLED, "text", after=1))
    await say(sim, "一", "二", "三")
    await sim.settled()
    assert said(clew) == ["一", "二", "二", "三"]
    assert clew.arrived[1].body != clew.arrived[2].body


async def test_a_delayed_callback_comes_after_those_said_later(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DELAYED, seconds=LONG))
    await say(sim, "一", "二")
    await until(lambda: said(clew))
    assert said(clew) == ["二"]


async def test_a_delayed_callback_comes_in_the_end(sim: Simulator, clew: ListeningClew) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DELAYED, seconds=NEVER_COMES))
    await say(sim, "一")
    await sim.settled()
    assert said(clew) == ["一"]


async def test_an_overtaken_callback_waits_until_later_ones_have_left(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_OVERTAKEN, copies=2, seconds=LONG))
    await say(sim, "一")
    await until(lambda: sim.world.courier._room._overtaken)
    await say(sim, "二", "三")
    await sim.settled()
    assert said(clew) == ["二", "三", "一"]


async def test_an_overtaken_callback_that_nobody_overtakes_leaves_after_its_time(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_OVERTAKEN, copies=2, seconds=0.05))
    await say(sim, "一")
    await sim.settled()
    assert said(clew) == ["一"]


async def test_callbacks_in_parallel_leave_at_once_however_few_workers_there_are(
    sim: Simulator, clew: ListeningClew
) -> None:
    clew.gate = asyncio.Event()
    sim.faults.add(Fault(FaultKind.CALLBACK_PARALLEL, times=6, copies=6, seconds=LONG))
    await say(sim, *"一二三四五六")
    await until(lambda: clew.running == 6)
    clew.gate.set()
    await sim.settled()
    assert sorted(said(clew)) == sorted("一二三四五六")


async def test_a_crowd_that_is_not_complete_leaves_after_its_time(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_PARALLEL, times=2, copies=6, seconds=0.1))
    await say(sim, "一", "二")
    await sim.settled()
    assert sorted(said(clew)) == sorted("一二")


async def test_callbacks_are_struck_by_name_and_by_whom_they_name(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DOUBLED, "change_external_contact.*", times=None))
    sim.faults.add(
        Fault(FaultKind.CALLBACK_DOUBLED, "text", times=None, copies=3, receiver="WangManager")
    )
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.say_app("WangManager", "我")
    await sim.say_app("LiLei", "你")
    await sim.settled()
    assert len(clew.named("add_external_contact")) == 2
    assert said(clew) == ["我", "我", "我", "你"]


async def test_an_account_of_the_other_host_is_not_struck(
    sim: Simulator, clew: ListeningClew
) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DOUBLED, times=None, account=demo.MP_APPID))
    await sim.follow(ZHANG_SAN)
    await say(sim, "你好")
    await sim.settled()
    assert len(clew.named("subscribe")) == 2
    assert said(clew) == ["你好"]


async def test_callbacks_that_are_no_xml_are_struck_like_others(sim: Simulator) -> None:
    sim.faults.add(Fault(FaultKind.CALLBACK_DOUBLED, times=None, receiver="LiLei"))
    for plaintext in (b'{"from": {"userid": "LiLei"}}', b"<xml><FromUserName>lilei", b"\xff\x00"):
        sim.staff.emit_raw(plaintext)
    await sim.settled()
    copies = [delivery.copy for delivery in sim.deliveries]
    assert copies == [0, 1, 0, 1, 0]
