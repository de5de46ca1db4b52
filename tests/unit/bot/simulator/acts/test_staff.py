"""Changes of members, and anything else (fact sheet 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.stage import ActRefused
from bot.simulator.wire.envelopes import Line
from bot.simulator.world.people import Employee
from tests.unit.bot.simulator.seeded import ZHANG_SAN, ZHANG_SAN_OPENID

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew
    from tests.unit.bot.simulator.platform_caller import PlatformCaller


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def test_members_come_move_and_leave(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    sim.staff.hire(Employee("Tom", "汤姆", [1, 2]))
    fields = await last(sim, clew)
    assert (fields["Event"], fields["ChangeType"]) == ("change_contact", "create_user")
    assert (fields["UserID"], fields["Department"], fields["Status"]) == ("Tom", "1,2", "1")
    assert not {"Mobile", "Email"} & fields.keys()
    assert (await api.get("user/get", userid="Tom"))["name"] == "汤姆"
    sim.staff.move("tom", [2])
    fields = await last(sim, clew)
    assert (fields["ChangeType"], fields["Department"]) == ("update_user", "2")
    assert "Name" not in fields
    sim.staff.resign("Tom")
    assert (await last(sim, clew))["ChangeType"] == "delete_user"
    assert (await api.get("user/get", userid="Tom"))["errcode"] == 60111


async def test_new_customer_can_act_at_once(sim: Simulator) -> None:
    customer = sim.staff.add_customer(" 王五 ", "uWang")
    assert customer.name == "王五"
    await sim.enter_kf(customer.external_userid)
    assert sim.world.customers.by_unionid("uWang") is customer
    assert sim.world.customers.by_unionid("") is None
    with pytest.raises(ActRefused):
        sim.staff.add_customer("  ")


async def test_any_event_can_be_sent(sim: Simulator, clew: ListeningClew) -> None:
    sim.staff.emit("change_external_tag", [("Id", "et1"), ("ChangeType", "delete")])
    assert (await last(sim, clew))["ChangeType"] == "delete"
    sim.staff.emit("never_heard_of", [("Some", [("Thing", "x")])], "LiLei")
    fields = await last(sim, clew)
    assert (fields["Event"], fields["FromUserName"]) == ("never_heard_of", "LiLei")


async def test_any_plaintext_can_be_sent(sim: Simulator, clew: ListeningClew) -> None:
    sim.staff.emit_raw(b"<xml><MsgType>odd</MsgType></xml>")
    assert (await last(sim, clew))["MsgType"] == "odd"
    raw = f"<xml><FromUserName>{ZHANG_SAN_OPENID}</FromUserName></xml>".encode()
    sim.staff.emit_raw(raw, Line.OFFICIAL, ZHANG_SAN_OPENID)
    await sim.settled()
    assert clew.arrived[-1].query["openid"] == ZHANG_SAN_OPENID
    assert ZHANG_SAN in sim.world.customers.all
