"""Customers at 微信客服 (fact sheet 2.7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator import demo
from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.world.windows import MessageKind, Said
from tests.unit.bot.simulator.seeded import STRANGER, XIAO_MEI, ZHANG_SAN

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

WINDOW = f"kf:{ZHANG_SAN}"


def log(sim: Simulator) -> list[dict[str, object]]:
    return [entry.wire for entry in sim.world.kf.accounts[demo.OPEN_KFID].log]


async def test_callback_only_says_pull(sim: Simulator, clew: ListeningClew) -> None:
    await sim.enter_kf(ZHANG_SAN, "web")
    await sim.settled()
    (arrived,) = clew.arrived
    fields = arrived.fields
    assert fields["Event"] == "kf_msg_or_event"
    assert fields["OpenKfId"] == demo.OPEN_KFID
    assert fields["Token"]
    assert "FromUserName" not in fields
    assert b"web" not in arrived.plaintext


async def test_each_callback_has_a_token_of_its_own(sim: Simulator, clew: ListeningClew) -> None:
    await sim.enter_kf(ZHANG_SAN)
    await sim.say_kf(ZHANG_SAN, "你好")
    await sim.settled()
    assert len({arrived.fields["Token"] for arrived in clew.arrived}) == 2


async def test_welcome_code_comes_only_to_those_silent_for_48_hours(
    sim: Simulator, clock: DrivenClock
) -> None:
    assert sim.desk.enter(ZHANG_SAN) != ""
    await sim.say_kf(ZHANG_SAN, "你好")
    clock.advance(timedelta(hours=48))
    assert sim.desk.enter(ZHANG_SAN) == ""
    clock.advance(timedelta(seconds=1))
    assert sim.desk.enter(ZHANG_SAN) != ""


async def test_empty_details_are_absent_from_the_event(sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    event = log(sim)[0]["event"]
    assert isinstance(event, dict)
    assert not {"scene", "scene_param"} & event.keys()


async def test_customer_must_enter_before_writing(sim: Simulator) -> None:
    with pytest.raises(ActRefused) as refused:
        await sim.say_kf(ZHANG_SAN, "你好")
    assert refused.value.code is No.NOT_IN_KF
    with pytest.raises(ActRefused):
        await sim.enter_kf(STRANGER)
    with pytest.raises(ActRefused):
        sim.desk.enter(ZHANG_SAN, open_kfid="wkInvented")
    await sim.enter_kf(ZHANG_SAN)
    with pytest.raises(ActRefused):
        await sim.say_kf(ZHANG_SAN, "  ")


async def test_tapped_menu_line_carries_its_id(sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    sim.desk.say(ZHANG_SAN, "价格", "price")
    assert log(sim)[-1]["text"] == {"content": "价格", "menu_id": "price"}


async def test_other_types_of_message_reach_the_log(sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    place = {"latitude": 31.2, "longitude": 121.4, "name": "家", "address": "某路"}
    sim.desk.send(ZHANG_SAN, "location", place, Said(MessageKind.TEXT, "家"))
    entry = log(sim)[-1]
    assert (entry["msgtype"], entry["location"], entry["origin"]) == ("location", place, 3)


async def test_session_ended_by_a_servicer_is_an_event(sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    sim.desk.end(ZHANG_SAN)
    event = log(sim)[-1]["event"]
    assert isinstance(event, dict)
    assert (event["event_type"], event["change_type"]) == ("session_status_change", 3)
    assert sim.messages(WINDOW)[-1].text == "会话已结束"


async def test_recalled_message_is_an_event(sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    await sim.say_kf(ZHANG_SAN, "发错了")
    sim.desk.recall(ZHANG_SAN, str(log(sim)[-1]["msgid"]))
    event = log(sim)[-1]["event"]
    assert isinstance(event, dict)
    assert event["event_type"] == "user_recall_msg"
    assert event["recall_msgid"] == log(sim)[-2]["msgid"]


async def test_customers_have_windows_of_their_own(sim: Simulator) -> None:
    for who in (ZHANG_SAN, XIAO_MEI):
        await sim.enter_kf(who)
        await sim.say_kf(who, "你好")
    assert [m.text for m in sim.messages(WINDOW)] == ["张三 进入了 线索课堂客服", "你好"]
    assert len(sim.messages(f"kf:{XIAO_MEI}")) == 2
