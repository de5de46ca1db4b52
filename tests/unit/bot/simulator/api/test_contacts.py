"""Departments and members (fact sheet 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.bot.simulator.platform_caller import PlatformCaller


async def test_member_is_found_whatever_the_case_of_the_userid(api: PlatformCaller) -> None:
    answer = await api.get("user/get", userid="lilei")
    assert (answer["userid"], answer["name"], answer["department"]) == ("LiLei", "李雷", [2])
    assert answer["status"] == 1
    assert not {"mobile", "email", "avatar"} & answer.keys()


async def test_leader_is_told(api: PlatformCaller) -> None:
    answer = await api.get("user/get", userid="WangManager")
    assert answer["is_leader_in_dept"] == [1]


async def test_unknown_member_and_department_are_refused(api: PlatformCaller) -> None:
    assert (await api.get("user/get", userid="Nobody"))["errcode"] == 60111
    assert (await api.get("user/simplelist", department_id=99))["errcode"] == 60003
    assert (await api.get("department/list", id=99))["errcode"] == 60003
    assert (await api.get("user/simplelist"))["errcode"] == 40058


async def test_list_of_a_department_reaches_below_only_when_asked(api: PlatformCaller) -> None:
    root = await api.get("user/simplelist", department_id=1)
    assert root["userlist"] == []
    below = await api.get("user/simplelist", department_id=1, fetch_child=1)
    names = {user["userid"] for user in below["userlist"]}
    assert names == {"LiLei", "HanMeimei", "WangManager"}
    full = await api.get("user/list", department_id=2)
    assert {user["position"] for user in full["userlist"]} == {"课程顾问", "销售主管"}


async def test_departments_are_listed_as_a_tree(api: PlatformCaller) -> None:
    answer = await api.get("department/list")
    tree = {d["id"]: (d["name"], d["parentid"]) for d in answer["department"]}
    assert tree == {1: ("线索课堂教育", 0), 2: ("课程顾问部", 1)}
    simple = await api.get("department/simplelist", id=2)
    assert [d["id"] for d in simple["department_id"]] == [2]
