"""Departments and members (fact sheet 3.9)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.world.people import ROOT_DEPARTMENT, Department, Employee
from bot.simulator.world.world import World

READERS = frozenset({Right.CONTACTS, Right.APP})


class UserQuery(Strict):
    """Query of user/get."""

    userid: str


class UsersQuery(Strict):
    """Query of user/simplelist and user/list."""

    department_id: int
    fetch_child: int = 0


class DepartmentQuery(Strict):
    """Query of department/list and department/simplelist."""

    id: int = ROOT_DEPARTMENT


class OneDepartment(Strict):
    """Query of department/get."""

    id: int


class UserIds(Strict):
    """Body of user/list_id."""

    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000


def get_user(ask: Ask[UserQuery]) -> Answer:
    """Return a member as an app created after June 2022 sees it: no phone, mail, avatar."""
    return _details(lookups.employee(ask.world, ask.body.userid))


def simple_list(ask: Ask[UsersQuery]) -> Answer:
    """Return userid, name and departments of a department's members."""
    users = [
        {"userid": e.userid, "name": e.name, "department": e.department, "open_userid": ""}
        for e in _members(ask)
    ]
    return {"userlist": users}


def full_list(ask: Ask[UsersQuery]) -> Answer:
    """Return a department's members in detail."""
    return {"userlist": [_details(e) for e in _members(ask)]}


def department_list(ask: Ask[DepartmentQuery]) -> Answer:
    """Return a department and all below it."""
    return {"department": [_department(d) for d in _below(ask.world, ask.body.id)]}


def department_get(ask: Ask[OneDepartment]) -> Answer:
    """Return one department."""
    found = ask.world.directory.departments.get(ask.body.id)
    if found is None:
        raise Refused(Code.BAD_DEPARTMENT, "department not found")
    return {"department": _department(found)}


def list_ids(ask: Ask[UserIds]) -> Answer:
    """Return each member's departments, a pair per line, page by page."""
    pairs = [
        {"userid": e.userid, "department": number}
        for e in ask.world.directory.employees
        for number in e.department
    ]
    page, cursor = lookups.page(pairs, ask.body.cursor, ask.body.limit)
    return {"dept_user": page, "next_cursor": cursor}


def _department(department: Department) -> dict[str, object]:
    return {
        "id": department.id,
        "name": department.name,
        "parentid": department.parentid,
        "order": department.order,
    }


def department_simple_list(ask: Ask[DepartmentQuery]) -> Answer:
    """Return ids of a department and of all below it."""
    return {
        "department_id": [
            {"id": d.id, "parentid": d.parentid, "order": d.order}
            for d in _below(ask.world, ask.body.id)
        ]
    }


def _members(ask: Ask[UsersQuery]) -> list[Employee]:
    directory, department = ask.world.directory, ask.body.department_id
    if department not in directory.departments:
        raise Refused(Code.BAD_DEPARTMENT, "department not found")
    wanted = directory.below(department) if ask.body.fetch_child else {department}
    return directory.members_of(wanted)


def _below(world: World, department_id: int) -> list[Department]:
    directory = world.directory
    if department_id not in directory.departments:
        raise Refused(Code.BAD_DEPARTMENT, "department not found")
    wanted = directory.below(department_id)
    return [d for d in directory.departments.values() if d.id in wanted]


def _details(employee: Employee) -> dict[str, Any]:
    return {
        "userid": employee.userid,
        "name": employee.name,
        "department": employee.department,
        "main_department": employee.department[0],
        "order": [0] * len(employee.department),
        "is_leader_in_dept": [int(employee.is_leader)] * len(employee.department),
        "position": employee.position,
        "status": employee.status.value,
        "enable": 1,
        "isleader": int(employee.is_leader),
        "extattr": {"attrs": []},
        "telephone": "",
        "alias": "",
        "direct_leader": [],
    }


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("GET", "/cgi-bin/user/get", UserQuery, get_user, READERS),
    Endpoint("GET", "/cgi-bin/user/simplelist", UsersQuery, simple_list, READERS),
    Endpoint("GET", "/cgi-bin/user/list", UsersQuery, full_list, READERS),
    Endpoint("POST", "/cgi-bin/user/list_id", UserIds, list_ids, frozenset({Right.CONTACTS})),
    Endpoint("GET", "/cgi-bin/department/get", OneDepartment, department_get, READERS),
    Endpoint("GET", "/cgi-bin/department/list", DepartmentQuery, department_list, READERS),
    Endpoint(
        "GET", "/cgi-bin/department/simplelist", DepartmentQuery, department_simple_list, READERS
    ),
)
