"""Customer groups (fact sheet 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.bot.simulator.seeded import GROUP, XIAO_MEI, ZHANG_SAN, ZHANG_SAN_UNIONID

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

LIST = "externalcontact/groupchat/list"
GET = "externalcontact/groupchat/get"


async def test_members_are_told_with_how_they_came(api: PlatformCaller, sim: Simulator) -> None:
    await sim.join_group(ZHANG_SAN, GROUP)
    await sim.join_group(XIAO_MEI, GROUP, 0)
    answer = await api.post(GET, {"chat_id": GROUP, "need_name": 1})
    group = answer["group_chat"]
    assert (group["name"], group["owner"]) == ("数学家长群", "HanMeimei")
    owner, zhang, mei = group["member_list"]
    assert (owner["userid"], owner["type"], owner["name"]) == ("HanMeimei", 1, "韩梅梅")
    assert (zhang["type"], zhang["join_scene"], zhang["name"]) == (2, 3, "张三")
    assert zhang["unionid"] == ZHANG_SAN_UNIONID
    assert (mei["join_scene"], mei["invitor"]) == (1, {"userid": "HanMeimei"})
    assert "unionid" not in mei


async def test_names_come_only_when_asked_for(api: PlatformCaller) -> None:
    answer = await api.post(GET, {"chat_id": GROUP})
    assert all("name" not in member for member in answer["group_chat"]["member_list"])


async def test_unknown_group_is_refused(api: PlatformCaller) -> None:
    assert (await api.post(GET, {"chat_id": "wrInvented"}))["errcode"] == 40050


async def test_list_pages_and_filters_by_owner(api: PlatformCaller, sim: Simulator) -> None:
    other = sim.rooms.create("语文家长群", "LiLei")
    first = await api.post(LIST, {"limit": 1})
    assert [g["chat_id"] for g in first["group_chat_list"]] == [GROUP]
    second = await api.post(LIST, {"limit": 1, "cursor": first["next_cursor"]})
    assert [g["chat_id"] for g in second["group_chat_list"]] == [other.chat_id]
    assert second["next_cursor"] == ""
    mine = await api.post(LIST, {"limit": 10, "owner_filter": {"userid_list": ["lilei"]}})
    assert [g["chat_id"] for g in mine["group_chat_list"]] == [other.chat_id]


@pytest.mark.parametrize("body", [{}, {"limit": 1001}, {"limit": 0}])
async def test_list_needs_a_limit(api: PlatformCaller, body: dict[str, Any]) -> None:
    assert (await api.post(LIST, body))["errcode"] == 40058
