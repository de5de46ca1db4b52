"""Customers and members as contacts (fact sheet 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.simulator.acts.friends import Edit
from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.world.people import Employee
from tests.unit.bot.simulator.seeded import EXPO, STRANGER, TAG_HIGH, ZHANG_SAN

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

WINDOW = f"friend:{ZHANG_SAN}:LiLei"


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def test_scan_tells_state_and_welcome_code(sim: Simulator, clew: ListeningClew) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    fields = await last(sim, clew)
    assert fields.pop("WelcomeCode").startswith("WC")
    assert fields.pop("CreateTime") == str(int(sim.world.now.timestamp()))
    assert fields == {
        "ToUserName": "wwclewdemo0000001",
        "FromUserName": "sys",
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": "add_external_contact",
        "UserID": "LiLei",
        "ExternalUserID": ZHANG_SAN,
        "State": "expo2026_b7",
    }
    assert [m.text for m in sim.messages(WINDOW)] == ["张三 添加了 李雷，现在可以开始聊天了"]
    assert sim.world.windows.conversations[WINDOW].members == [ZHANG_SAN, "LiLei"]


async def test_half_friend_becomes_a_whole_one_when_the_member_adds_back(
    sim: Simulator, clew: ListeningClew
) -> None:
    await sim.scan(ZHANG_SAN, EXPO, is_half=True)
    assert (await last(sim, clew))["ChangeType"] == "add_half_external_contact"
    sim.friends.confirm(ZHANG_SAN, "LiLei")
    assert (await last(sim, clew))["ChangeType"] == "add_external_contact"
    with pytest.raises(ActRefused) as refused:
        sim.friends.confirm(ZHANG_SAN, "LiLei")
    assert refused.value.code is No.ALREADY_FRIENDS


async def test_member_adding_by_phone_brings_neither_state_nor_code(
    sim: Simulator, clew: ListeningClew
) -> None:
    follow = sim.friends.add_by_phone(ZHANG_SAN, "HanMeimei")
    fields = await last(sim, clew)
    assert not {"State", "WelcomeCode"} & fields.keys()
    assert follow.add_way == 2


async def test_customer_can_leave_once_and_come_back(sim: Simulator, clew: ListeningClew) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.delete_rep(ZHANG_SAN, "LiLei")
    fields = await last(sim, clew)
    assert fields["ChangeType"] == "del_follow_user"
    assert (fields["UserID"], fields["ExternalUserID"]) == ("LiLei", ZHANG_SAN)
    with pytest.raises(ActRefused):
        await sim.delete_rep(ZHANG_SAN, "LiLei")
    await sim.scan(ZHANG_SAN, EXPO)
    assert (await last(sim, clew))["ChangeType"] == "add_external_contact"


@pytest.mark.parametrize("source", ["", "DELETE_BY_TRANSFER"])
async def test_member_can_drop_a_customer(sim: Simulator, clew: ListeningClew, source: str) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    sim.friends.drop_customer(ZHANG_SAN, "LiLei", source)
    fields = await last(sim, clew)
    assert fields["ChangeType"] == "del_external_contact"
    assert fields.get("Source", "") == source
    with pytest.raises(ActRefused):
        sim.friends.drop_customer(ZHANG_SAN, "LiLei")


async def test_edit_by_hand_is_told_unless_only_phones_changed(
    sim: Simulator, clew: ListeningClew
) -> None:
    follow = await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    sim.friends.edit(ZHANG_SAN, "LiLei", Edit(mobiles=("13900001111",)))
    await sim.settled()
    assert clew.named("edit_external_contact") == []
    sim.friends.edit(ZHANG_SAN, "LiLei", Edit(remark="张三 展会", tag_ids=(TAG_HIGH,)))
    assert (await last(sim, clew))["ChangeType"] == "edit_external_contact"
    assert (follow.mobiles, follow.remark) == (["13900001111"], "张三 展会")
    assert follow.tag_ids == [TAG_HIGH]


async def test_friends_talk_where_no_app_listens(sim: Simulator, clew: ListeningClew) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    sim.friends.say(ZHANG_SAN, "LiLei", "LiLei", "您好")
    sim.friends.say(ZHANG_SAN, "LiLei", ZHANG_SAN, "你好")
    await sim.settled()
    assert [m.sender for m in sim.messages(WINDOW)[1:]] == ["LiLei", ZHANG_SAN]
    assert len(clew.arrived) == 1
    await sim.delete_rep(ZHANG_SAN, "LiLei")
    with pytest.raises(ActRefused):
        sim.friends.say(ZHANG_SAN, "LiLei", "LiLei", "在吗")


@pytest.mark.parametrize(
    ("customer", "config_id", "code"),
    [
        (STRANGER, EXPO, No.UNKNOWN_PERSON),
        (ZHANG_SAN, "cwInvented", No.UNKNOWN_CONTACT_WAY),
    ],
)
async def test_scan_of_nothing_is_refused(
    sim: Simulator, customer: str, config_id: str, code: No
) -> None:
    with pytest.raises(ActRefused) as refused:
        await sim.scan(customer, config_id)
    assert refused.value.code is code


async def test_friend_scanning_again_is_refused_and_told_to_nobody(
    sim: Simulator, clew: ListeningClew
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    with pytest.raises(ActRefused) as refused:
        await sim.scan(ZHANG_SAN, EXPO)
    assert refused.value.code is No.ALREADY_FRIENDS
    await sim.settled()
    assert len(clew.arrived) == 1


async def test_windows_outlive_a_member_who_left(sim: Simulator) -> None:
    sim.staff.hire(Employee("Tom", "汤姆"))
    sim.friends.add_by_phone(ZHANG_SAN, "Tom")
    sim.staff.resign("Tom")
    assert sim.messages(f"friend:{ZHANG_SAN}:Tom") != []
