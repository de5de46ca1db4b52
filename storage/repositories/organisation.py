"""Employees, their day counters and customer groups, through one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.values import UserId
from storage.moments import micros_or_none, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids


@dataclass(frozen=True, slots=True)
class Employee:
    """A member of the corp and how they take leads.

    ``weight`` is the share of new leads among reps (0: none), ``daily_ceiling``
    the most on one business day, ``leave_until`` the end of an absence.
    """

    userid: UserId
    name: str
    roles: frozenset[str] = frozenset()
    department_id: int | None = None
    weight: int = 1
    daily_ceiling: int = 50
    is_active: bool = True
    is_paused: bool = False
    leave_until: datetime | None = None

    def has_role(self, *roles: str) -> bool:
        """Tell whether the employee holds one of ``roles``."""
        return bool(self.roles.intersection(roles))


@dataclass(frozen=True, slots=True)
class CorpTag:
    """A tag of the corp's library, under its group."""

    tag_id: str
    name: str
    group_id: str
    group_name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class GroupMemberAt:
    """Somebody in a customer group: a userid, or an external userid when outside."""

    member: str
    is_outside: bool
    joined_at: datetime | None = None


class Organisation:
    """Rows of the selling side; small, so all employees are loaded at once."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        self._employees: dict[str, Employee] | None = None
        self._taken: dict[str, dict[str, int]] = {}

    async def employees(self) -> tuple[Employee, ...]:
        """Return every employee, in order of userid."""
        if self._employees is None:
            rows = await self._tx.fetch("select * from employee order by folded")
            self._employees = {row["folded"]: _employee(row) for row in rows}
        return tuple(self._employees.values())

    async def employee(self, userid: str) -> Employee | None:
        """Return the employee of ``userid`` (case does not count), or None."""
        await self.employees()
        return (self._employees or {}).get(userid.casefold())

    async def name_of(self, userid: str) -> str:
        """Return what the employee is called; somebody unknown is called by their userid."""
        employee = await self.employee(userid)
        return employee.name if employee else userid

    async def put_employee(self, employee: Employee, now: datetime) -> None:
        """Write one employee."""
        await self._tx.execute(
            UPSERT_EMPLOYEE,
            employee.userid,
            employee.userid.casefold(),
            employee.name,
            employee.department_id,
            ",".join(sorted(employee.roles)),
            employee.weight,
            employee.daily_ceiling,
            employee.is_active,
            employee.is_paused,
            micros_or_none(employee.leave_until),
            to_micros(now),
        )
        self._employees = None

    async def rename(self, old: str, new: UserId) -> None:
        """Let everything of the employee ``old`` be of ``new``: the platform changed the userid.

        It is the same member, so no lead changes hands; a row that was made for the
        new userid meanwhile gives way.
        """
        known = await self.employee(old)
        if known is None or known.userid == new:
            return
        if old.casefold() != new.casefold():
            await self._tx.execute("delete from employee where folded = $1", new.casefold())
        self._taken.clear()
        for statement in RENAME:
            await self._tx.execute(statement, known.userid, new)
        await self._tx.execute(RENAME_EMPLOYEE, known.userid, new, new.casefold())
        self._employees = None

    async def taken_on(self, day: str) -> dict[str, int]:
        """Return how many leads each rep was given on business day ``YYYY-MM-DD``."""
        if day not in self._taken:
            rows = await self._tx.fetch("select userid, used from rep_day where day = $1", day)
            self._taken[day] = {row["userid"]: row["used"] for row in rows}
        return self._taken[day]

    async def take_slot(self, userid: str, day: str, ceiling: int) -> bool:
        """Count one more lead for the rep on that day; False at the ceiling.

        The comparison happens in the row, so no race passes the ceiling.
        """
        if ceiling <= 0:
            return False
        written = await self._tx.execute(TAKE_SLOT, self._ids.next(), userid, day, ceiling)
        self._taken.pop(day, None)
        return written == 1

    async def put_departments(self, departments: Iterable[tuple[int, str, int | None]]) -> None:
        """Write (id, name, parent) of departments; an empty name keeps the one that stands."""
        await self._tx.execute_many(UPSERT_DEPARTMENT, sorted(departments))

    async def put_corp_tags(self, tags: Iterable[CorpTag], generation: int) -> None:
        """Write the corp's tag library as read at ``generation``; what is not in it is deleted."""
        rows = [
            (t.tag_id, t.name, t.group_id, t.group_name, t.position, generation)
            for t in sorted(tags, key=lambda tag: tag.tag_id)
        ]
        await self._tx.execute_set(UPSERT_CORP_TAG, rows)
        await self._tx.execute(
            "update corp_tag set is_deleted = true where generation < $1", generation
        )

    async def corp_tags(self) -> list[CorpTag]:
        """Return the corp's tags in the order of the library."""
        rows = await self._tx.fetch(
            "select * from corp_tag where not is_deleted order by group_name, position, tag_id"
        )
        return [
            CorpTag(r["tag_id"], r["name"], r["group_id"], r["group_name"], r["position"])
            for r in rows
        ]

    async def put_members(self, chat_id: str, members: Sequence[GroupMemberAt]) -> None:
        """Write who is in a group; nobody else is."""
        before = await self._tx.fetch("select member from group_member where chat_id = $1", chat_id)
        present = {member.member for member in members}
        gone = [row["member"] for row in before if row["member"] not in present]
        await self.drop_members(chat_id, gone)
        await self._tx.execute_set(
            UPSERT_MEMBER,
            [
                (self._ids.next(), chat_id, m.member, m.is_outside, micros_or_none(m.joined_at))
                for m in sorted(members, key=lambda member: member.member)
            ],
        )

    async def drop_members(self, chat_id: str, members: Sequence[str]) -> None:
        """Take members out of a group."""
        await self._tx.execute(
            f"delete from group_member where chat_id = $1 and {self._tx.any_of('member', 2)}",
            chat_id,
            self._tx.array(list(members)),
        )

    async def put_group(self, chat_id: str, name: str, owner: str, generation: int) -> bool:
        """Write what a customer group is called; False when a newer answer was written."""
        return await self._tx.execute(UPSERT_GROUP, chat_id, name, owner, generation) == 1

    async def dismiss_group(self, chat_id: str, generation: int) -> None:
        """Mark a customer group as dismissed."""
        await self._tx.execute(DISMISS_GROUP, chat_id, "", "", generation)

    async def put_channels(self, channels: Iterable[tuple[str, str, str, str, int]]) -> None:
        """Write (code, parent, name, kind, cost in fen) of every channel."""
        await self._tx.execute_many(UPSERT_CHANNEL, list(channels))

    async def put_pools(self, pools: Iterable[tuple[str, str, str, int]]) -> None:
        """Write (code, name, product line, capacity) of every pool."""
        await self._tx.execute_many(UPSERT_POOL, list(pools))


def _employee(row: Row) -> Employee:
    return Employee(
        userid=UserId(row["userid"]),
        name=row["name"],
        roles=frozenset(filter(None, row["roles"].split(","))),
        department_id=row["department_id"],
        weight=row["weight"],
        daily_ceiling=row["daily_ceiling"],
        is_active=bool(row["is_active"]),
        is_paused=bool(row["is_paused"]),
        leave_until=moment_or_none(row["leave_until"]),
    )


UPSERT_EMPLOYEE = """
insert into employee (userid, folded, name, department_id, roles, weight, daily_ceiling,
                      is_active, is_paused, leave_until, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (folded) do update set
  name = excluded.name, department_id = excluded.department_id, roles = excluded.roles,
  weight = excluded.weight, daily_ceiling = excluded.daily_ceiling,
  is_active = excluded.is_active, is_paused = excluded.is_paused,
  leave_until = excluded.leave_until, updated_at = excluded.updated_at
"""

RENAME_EMPLOYEE = "update employee set userid = $2, folded = $3 where userid = $1"
#: Where the userid of an employee stands; the ledger and the logs keep what was true then.
RENAME = tuple(
    f"update {table} set {column} = $2 where {column} = $1"
    for table, column in (
        ("lead", "owner"),
        ("relation", "userid"),
        ("reminder", "userid"),
        ("rep_day", "userid"),
    )
)

TAKE_SLOT = """
insert into rep_day (id, userid, day, used) values ($1, $2, $3, 1)
on conflict (userid, day) do update set used = rep_day.used + 1 where rep_day.used < $4
"""

UPSERT_DEPARTMENT = """
insert into department (id, name, parent_id) values ($1, $2, $3)
on conflict (id) do update set parent_id = excluded.parent_id,
  name = case when excluded.name = '' then department.name else excluded.name end
"""

UPSERT_CORP_TAG = """
insert into corp_tag (tag_id, name, group_id, group_name, position, generation, is_deleted)
values ($1, $2, $3, $4, $5, $6, false)
on conflict (tag_id) do update set
  name = excluded.name, group_id = excluded.group_id, group_name = excluded.group_name,
  position = excluded.position, generation = excluded.generation, is_deleted = false
"""

UPSERT_MEMBER = """
insert into group_member (id, chat_id, member, is_outside, joined_at) values ($1, $2, $3, $4, $5)
on conflict (chat_id, member) do update set joined_at = excluded.joined_at
"""

UPSERT_GROUP = """
insert into customer_group (chat_id, name, owner, generation, is_dismissed)
values ($1, $2, $3, $4, false)
on conflict (chat_id) do update set
  name = excluded.name, owner = excluded.owner, generation = excluded.generation
where customer_group.generation <= excluded.generation
"""

DISMISS_GROUP = """
insert into customer_group (chat_id, name, owner, generation, is_dismissed)
values ($1, $2, $3, $4, true)
on conflict (chat_id) do update set is_dismissed = true
"""

UPSERT_CHANNEL = """
insert into channel (code, parent, name, kind, cost_fen) values ($1, $2, $3, $4, $5)
on conflict (code) do update set
  parent = excluded.parent, name = excluded.name, kind = excluded.kind,
  cost_fen = excluded.cost_fen
"""

UPSERT_POOL = """
insert into pool (code, name, product_line, capacity) values ($1, $2, $3, $4)
on conflict (code) do update set
  name = excluded.name, product_line = excluded.product_line, capacity = excluded.capacity
"""
