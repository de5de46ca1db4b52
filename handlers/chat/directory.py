"""The corp's own members: who may take leads, who left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.messages import Fetch, FetchKind
from domain.values import UserId
from handlers.actions.entry_points import refresh_entries_of
from handlers.actions.roles import newcomer
from handlers.routing import Router
from handlers.updates.directory import (
    EmployeeChanged,
    EmployeeCreated,
    EmployeeDeleted,
    EmployeeProfile,
)
from handlers.updates.employee import EmployeeSubscribed, EmployeeUnsubscribed
from handlers.updates.fetched import EmployeeFetched
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("directory")

#: Status of a member who may work (fact sheet 2.6).
_ACTIVE = 1


@router.on(EmployeeCreated, EmployeeFetched)
async def employee_told(
    update: EmployeeCreated | EmployeeFetched, work: UnitOfWork, ctx: Context
) -> None:
    """Take in a member's name, department and whether they may work."""
    del ctx
    await _take_in(update.userid, update.profile, work)


@router.on(EmployeeChanged)
async def employee_changed(update: EmployeeChanged, work: UnitOfWork, ctx: Context) -> None:
    """Take in what changed about a member, be it the userid itself."""
    del ctx
    if update.new_userid:
        await work.organisation.rename(update.userid, update.new_userid)
    await _take_in(update.new_userid or update.userid, update.profile, work)


@router.on(EmployeeDeleted, EmployeeUnsubscribed)
async def employee_gone(
    update: EmployeeDeleted | EmployeeUnsubscribed, work: UnitOfWork, ctx: Context
) -> None:
    """Give no more leads to a member who left, or whom the app cannot reach."""
    employee = await work.organisation.employee(update.userid)
    if employee:
        await work.organisation.put_employee(replace(employee, is_active=False), work.now)
        await refresh_entries_of(work, ctx, employee.userid)


@router.on(EmployeeSubscribed)
async def employee_subscribed(update: EmployeeSubscribed, work: UnitOfWork, ctx: Context) -> None:
    """Ask who came into the app's visible scope."""
    del ctx
    work.ask(Fetch(FetchKind.EMPLOYEE, update.userid, "", to_micros(update.at)))


async def _take_in(userid: UserId, profile: EmployeeProfile, work: UnitOfWork) -> None:
    known = await work.organisation.employee(userid) or newcomer(userid)
    is_active = known.is_active if profile.status is None else profile.status == _ACTIVE
    await work.organisation.put_employee(
        replace(
            known,
            name=profile.name or known.name,
            department_id=profile.main_department or known.department_id,
            is_active=is_active,
        ),
        work.now,
    )
