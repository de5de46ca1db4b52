"""Members and departments."""

from __future__ import annotations

from bot.simulator.world.people import Department, Directory, Employee, MemberStatus

DEPARTMENTS = [Department(1, "根", 0), Department(2, "销售", 1), Department(3, "一组", 2)]


def directory() -> Directory:
    return Directory(DEPARTMENTS, [Employee("LiLei", "李雷", [3]), Employee("Tom", "汤姆", [1])])


def test_departments_below_are_found_at_any_depth() -> None:
    assert directory().below(1) == {1, 2, 3}
    assert directory().below(3) == {3}


def test_members_are_found_without_case_until_they_leave() -> None:
    people = directory()
    found = people.find("LILEI")
    assert found is not None
    assert [e.userid for e in people.members_of({2, 3})] == ["LiLei"]
    found.status = MemberStatus.LEFT
    assert people.find("LiLei") is None
    assert [e.userid for e in people.employees] == ["Tom"]
