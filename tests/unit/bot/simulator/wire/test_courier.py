"""Delivery: time limits, tries, copies, order (fact sheet 1.5)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.simulator import demo
from bot.simulator.config import DeliveryConfig, SimulatorConfig
from bot.simulator.wire.envelopes import Line
from tests.patience import NEVER_COMES, until
from tests.unit.bot.simulator.listening_clew import Answer, ListeningClew

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.simulator.simulator import Simulator


@pytest.fixture
def delivery() -> DeliveryConfig:
    return DeliveryConfig(pause=0.0, parallel=1)


@pytest.fixture
def base_config(delivery: DeliveryConfig) -> SimulatorConfig:
    return replace(demo.demo_config(), delivery=delivery)


def contents(clew: ListeningClew) -> list[str]:
    return [arrived.fields["Content"] for arrived in clew.arrived]


async def test_callback_arrives_once_when_it_is_accepted(
    sim: Simulator, clew: ListeningClew
) -> None:
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    (arrived,) = clew.arrived
    assert arrived.fields["Content"] == "你好"
    (delivery,) = sim.deliveries
    assert delivery.is_accepted
    assert delivery.parcel.name == "text"
    assert delivery.at == sim.world.now


async def test_refused_callback_comes_again_with_equal_plaintext_and_fresh_cipher(
    sim: Simulator, clew: ListeningClew
) -> None:
    clew.answers.extend([Answer(500), Answer(403)])
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert len(clew.arrived) == 3
    assert len({arrived.plaintext for arrived in clew.arrived}) == 1
    assert len({arrived.body for arrived in clew.arrived}) == 3
    assert len({arrived.query["nonce"] for arrived in clew.arrived}) == 3
    assert [answer.status for answer in sim.deliveries[0].answers] == [500, 403, 200]


async def test_callback_is_given_up_after_three_tries(sim: Simulator, clew: ListeningClew) -> None:
    clew.answers.extend([Answer(500)] * 3)
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert len(clew.arrived) == 3
    assert not sim.deliveries[0].is_accepted


async def test_silence_is_cut_off_and_tried_again(sim: Simulator, clew: ListeningClew) -> None:
    courier = sim.world.courier
    courier.options = replace(courier.options, answer_within=NEVER_COMES, tries=2)
    clew.answers.extend([Answer(is_silent=True)] * 2)
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    answers = [(answer.status, answer.error) for answer in sim.deliveries[0].answers]
    assert answers == [(0, "TimeoutError")] * 2


async def test_nobody_listening_is_an_answer_too(
    sim: Simulator, free_port: Callable[[], int]
) -> None:
    sim.point_at(f"http://127.0.0.1:{free_port()}")
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert [answer.error for answer in sim.deliveries[0].answers] == ["ClientConnectorError"] * 3


async def test_without_an_address_nothing_is_sent(sim: Simulator) -> None:
    sim.reconfigure(demo.demo_config())
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert sim.deliveries == []
    assert await sim.verify_urls() == dict.fromkeys(Line, False)


async def test_one_at_a_time_keeps_the_order(sim: Simulator, clew: ListeningClew) -> None:
    for number in range(6):
        await sim.say_app("LiLei", str(number))
    await sim.settled()
    assert contents(clew) == list("012345")
    assert clew.most_running == 1


class TestDisorder:
    @pytest.fixture
    def delivery(self) -> DeliveryConfig:
        return DeliveryConfig(redeliver=3, shuffle=7, parallel=2, pause=0.0)

    async def test_every_callback_comes_as_often_as_asked_and_out_of_order(
        self, sim: Simulator, clew: ListeningClew
    ) -> None:
        for number in range(6):
            await sim.say_app("LiLei", str(number))
        await sim.settled()
        assert sorted(contents(clew)) == sorted("012345" * 3)
        assert contents(clew) != sorted(contents(clew))
        assert len({arrived.plaintext for arrived in clew.arrived}) == 6
        assert len({arrived.body for arrived in clew.arrived}) == 18

    async def test_several_are_under_way_at_once(self, sim: Simulator, clew: ListeningClew) -> None:
        clew.gate = asyncio.Event()
        await sim.say_app("LiLei", "你好")
        await until(lambda: clew.running == 2)
        clew.gate.set()
        await sim.settled()
        assert clew.most_running == 2


async def test_settled_waits_for_what_is_under_way(sim: Simulator, clew: ListeningClew) -> None:
    clew.gate = asyncio.Event()
    await sim.say_app("LiLei", "你好")
    settled = asyncio.create_task(sim.settled())
    await until(lambda: clew.running)
    assert not settled.done()
    clew.gate.set()
    await settled
    assert len(clew.arrived) == 1


async def test_urls_are_verified(sim: Simulator, clew: ListeningClew) -> None:
    assert await sim.verify_urls() == {Line.CORP: True, Line.OFFICIAL: True, Line.BOT: True}
    assert clew.arrived == []


async def test_wrong_echo_fails_the_check(sim: Simulator, clew: ListeningClew) -> None:
    clew.echo_suffix = b"\n"
    assert await sim.verify_urls() == {Line.CORP: False, Line.OFFICIAL: True, Line.BOT: True}
