"""The corp's departments and members, and the customers outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

#: Id of the department every corp has.
ROOT_DEPARTMENT = 1


class MemberStatus(IntEnum):
    """State of a member (fact sheet 2.6)."""

    ACTIVE = 1
    DISABLED = 2
    NOT_ACTIVATED = 4
    LEFT = 5


@dataclass(slots=True)
class Department:
    """A department; the root has ``parentid`` 0."""

    id: int
    name: str
    parentid: int = ROOT_DEPARTMENT
    order: int = 0


@dataclass(slots=True)
class Employee:
    """A member; ``role`` (rep, manager) only serves the windows; ``left_at`` once gone."""

    userid: str
    name: str
    department: list[int] = field(default_factory=lambda: [ROOT_DEPARTMENT])
    position: str = ""
    role: str = "rep"
    is_leader: bool = False
    status: MemberStatus = MemberStatus.ACTIVE
    left_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {"id": self.userid, "name": self.name, "kind": "employee", "role": self.role}


@dataclass(slots=True)
class Customer:
    """Somebody outside; one account in WeChat with an id per side that knows it.

    ``unionid`` is empty when the corp cannot see it. ``blocks_kf`` makes 微信客服
    messages fail at the customer.
    """

    external_userid: str
    name: str
    openid: str
    unionid: str = ""
    gender: int = 0
    blocks_kf: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {
            "id": self.external_userid,
            "name": self.name,
            "kind": "customer",
            "role": "customer",
        }


class Directory:
    """Departments and members; userids ignore case (fact sheet 3.9)."""

    def __init__(self, departments: Iterable[Department], employees: Iterable[Employee]) -> None:
        """Start with what the seed names."""
        self.departments = {department.id: department for department in departments}
        self._employees = {employee.userid.casefold(): employee for employee in employees}

    @property
    def employees(self) -> list[Employee]:
        """Members that have not left."""
        return [e for e in self._employees.values() if e.status != MemberStatus.LEFT]

    def find(self, userid: str) -> Employee | None:
        """Return the member, or None when unknown or gone."""
        found = self._employees.get(userid.casefold())
        return found if found and found.status != MemberStatus.LEFT else None

    def leaver(self, userid: str) -> Employee | None:
        """Return the member who has left, or None when unknown or still here."""
        found = self._employees.get(userid.casefold())
        return found if found and found.status == MemberStatus.LEFT else None

    @property
    def leavers(self) -> list[Employee]:
        """Members that have left."""
        return [e for e in self._employees.values() if e.status == MemberStatus.LEFT]

    def add(self, employee: Employee) -> None:
        """Take in a member, replacing one of the same userid."""
        self._employees[employee.userid.casefold()] = employee

    def below(self, department_id: int) -> set[int]:
        """Return the department's id and those of all departments under it."""
        found = {department_id}
        while True:
            more = {d.id for d in self.departments.values() if d.parentid in found} - found
            if not more:
                return found
            found |= more

    def members_of(self, department_ids: set[int]) -> list[Employee]:
        """Return members that belong to one of the departments."""
        return [e for e in self.employees if department_ids & set(e.department)]


class Customers:
    """Everybody outside, by each of their ids."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        """Start with what the seed names."""
        self.all: dict[str, Customer] = {}
        self._by_openid: dict[str, Customer] = {}
        for customer in customers:
            self.add(customer)

    def add(self, customer: Customer) -> None:
        """Take in a customer."""
        self.all[customer.external_userid] = customer
        self._by_openid[customer.openid] = customer

    def find(self, external_userid: str) -> Customer | None:
        """Return the customer of a WeCom id, or None."""
        return self.all.get(external_userid)

    def by_openid(self, openid: str) -> Customer | None:
        """Return the customer of an official-account id, or None."""
        return self._by_openid.get(openid)

    def by_unionid(self, unionid: str) -> Customer | None:
        """Return the customer of an open-platform id, or None."""
        return next((c for c in self.all.values() if c.unionid and c.unionid == unionid), None)
