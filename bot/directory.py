"""Who works here: read from the platform at the start, before leads are given out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.wecom.client.answers import text_of
from bot.wecom.errors import WireError
from domain.values import Role, UserId
from storage.repositories.organisation import Employee

if TYPE_CHECKING:
    from datetime import datetime

    from bot.wecom.client.directory import DirectoryApi
    from storage.unit_of_work import Store, UnitOfWork

log = structlog.get_logger("clew.directory")

#: The root department: its members and those of all others are in the app's scope.
_ROOT = {"id": 1}


async def sync_directory(
    directory: DirectoryApi, store: Store, managers: frozenset[str], now: datetime
) -> int:
    """Take in everybody in the app's visible scope; return how many.

    A platform that does not answer is no reason not to start: employees whom
    Clew does not know yet are taken in when they write.
    """
    try:
        departments = await directory.departments() or (_ROOT,)
        members = {
            text_of(member, "userid"): (member, department)
            for department in departments
            for member in await directory.users_of(int(str(department["id"])))
        }
    except WireError as error:
        log.warning("directory_not_read", reason=str(error))
        return 0
    async with store.unit_of_work(now) as work:
        for userid, (member, department) in sorted(members.items()):
            found = Found(UserId(userid), text_of(member, "name"), int(str(department["id"])))
            await _take_in(work, found, _role(userid, managers))
        await work.commit()
    return len(members)


@dataclass(frozen=True, slots=True)
class Found:
    """A member as the platform names them."""

    userid: UserId
    name: str
    department_id: int


def _role(userid: str, managers: frozenset[str]) -> Role:
    is_manager = userid.casefold() in {manager.casefold() for manager in managers}
    return Role.MANAGER if is_manager else Role.REP


async def _take_in(work: UnitOfWork, found: Found, role: Role) -> None:
    """Keep what was set by hand; a manager of the settings is always one."""
    known = await work.organisation.employee(found.userid)
    before = known or Employee(found.userid, name=found.userid, roles=frozenset({role.value}))
    roles = before.roles | {role.value} if role is Role.MANAGER else before.roles
    await work.organisation.put_employee(
        replace(
            before,
            name=found.name or before.name,
            department_id=found.department_id,
            roles=roles,
        ),
        work.now,
    )
