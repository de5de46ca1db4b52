"""The hand that tests use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.simulator.demo import demo_config, with_clew
from bot.simulator.simulator import Simulator
from bot.simulator.wire.envelopes import Line
from tests.patience import NEVER_COMES
from tests.unit.bot.simulator.seeded import ZHANG_SAN
from tests.unit.bot.simulator.wire_cards import text_message

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from tests.unit.bot.simulator.listening_clew import ListeningClew
    from tests.unit.bot.simulator.platform_caller import PlatformCaller


async def test_waiting_finds_what_is_there_and_what_comes(
    sim: Simulator, api: PlatformCaller
) -> None:
    await sim.say_app("LiLei", "漏斗")
    assert (await sim.wait_message("app:LiLei")).text == "漏斗"
    waiting = asyncio.create_task(sim.wait_message("app:LiLei", lambda m: m.text == "答"))
    await api.post("message/send", text_message("答"))
    assert (await waiting).sender == "clew"


async def test_waiting_sees_a_message_change(sim: Simulator) -> None:
    message = await sim.say_app("LiLei", "漏斗")
    waiting = asyncio.create_task(sim.wait_message("app:LiLei", lambda m: m.replaced == "已接收"))
    await asyncio.sleep(0)
    message.replaced = "已接收"
    sim.world.windows.changed(message)
    assert await waiting is message


async def test_waiting_in_vain_says_what_is_there(sim: Simulator) -> None:
    await sim.say_app("LiLei", "漏斗")
    with pytest.raises(TimeoutError, match=r"no such message in app:LiLei .*漏斗"):
        await sim.wait_message("app:LiLei", lambda _: False, timeout=NEVER_COMES)
    with pytest.raises(TimeoutError):
        await sim.wait_message("kf:nobody", timeout=NEVER_COMES)


async def test_addresses_follow_from_clews_base(clock: DrivenClock) -> None:
    sim = Simulator(demo_config(), clock)
    sim.point_at("http://127.0.0.1:8080/")
    urls = {line: envelope.url for line, envelope in sim.world.courier.envelopes.items()}
    assert urls == {
        Line.CORP: "http://127.0.0.1:8080/callback/wecom/clew",
        Line.OFFICIAL: "http://127.0.0.1:8080/callback/mp/gh_clewdemo00001",
        Line.BOT: "http://127.0.0.1:8080/callback/aibot/aibClewDemo0001",
    }
    config = with_clew(demo_config(), "http://127.0.0.1:8080")
    assert config.corp.callback.url == urls[Line.CORP]


async def test_delivery_can_be_disordered_before_it_begins(
    clock: DrivenClock, clew: ListeningClew
) -> None:
    sim = Simulator(demo_config(clew.url), clock)
    sim.deliver_anew(redeliver=5, shuffle=3, parallel=2)
    await sim.open()
    for text in ("一", "二", "三"):
        await sim.say_app("LiLei", text)
    await sim.settled()
    await sim.close()
    assert len(clew.arrived) == 15
    assert len({arrived.plaintext for arrived in clew.arrived}) == 3


async def test_two_runs_never_share_an_id(clock: DrivenClock, clew: ListeningClew) -> None:
    for _ in range(2):
        sim = Simulator(demo_config(clew.url), clock)
        await sim.open()
        await sim.say_app("LiLei", "你好")
        await sim.enter_kf(ZHANG_SAN)
        await sim.settled()
        await sim.close()
    message_ids = [a.fields["MsgId"] for a in clew.arrived if "MsgId" in a.fields]
    tokens = [a.fields["Token"] for a in clew.arrived if "Token" in a.fields]
    assert len(set(message_ids)) == len(set(tokens)) == 2


async def test_what_breaks_a_worker_is_raised_at_the_end(
    clock: DrivenClock, clew: ListeningClew, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = Simulator(demo_config(clew.url), clock)

    def fail(*_: object) -> None:
        message = "sealing failed"
        raise ValueError(message)

    monkeypatch.setattr(sim.world.courier.envelopes[Line.CORP], "seal", fail)
    await sim.open()
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    with pytest.raises(ValueError, match="sealing failed"):
        await sim.close()
