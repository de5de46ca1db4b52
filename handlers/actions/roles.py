"""Who an employee is to the rules: the roles they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.lifecycle.transitions import Actor
from domain.values import Role, UserId
from storage.repositories.organisation import Employee

if TYPE_CHECKING:
    from storage.unit_of_work import UnitOfWork


def newcomer(userid: UserId) -> Employee:
    """Return a member of whom nobody has told anything yet: a rep, like most in the app's scope."""
    return Employee(userid, name=userid, roles=frozenset({Role.REP.value}))


async def actor_of(work: UnitOfWork, userid: UserId) -> Actor:
    """Return the employee as an actor; somebody unknown, or who left, holds no role."""
    employee = await work.organisation.employee(userid)
    if employee is None:
        return Actor(frozenset(), userid)
    held = frozenset(role for role in Role if role.value in employee.roles)
    return Actor(held if employee.is_active else frozenset(), employee.userid)
