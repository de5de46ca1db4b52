"""Updates that Clew knows and has nothing to do for: acknowledged, counted, not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import updates
from handlers.routing import Router

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("quiet")

QUIET: tuple[type[updates.Update], ...] = (
    updates.AgentEntered,
    updates.ApprovalChanged,
    updates.BatchJobFinished,
    updates.BotStreamPolled,
    updates.CodeScanned,
    updates.DepartmentChanged,
    updates.DepartmentCreated,
    updates.DepartmentDeleted,
    updates.EmployeeLocated,
    updates.Ignored,
    updates.LocationPicked,
    updates.MenuViewed,
    updates.MiniProgramOpened,
    updates.MpCodeScanned,
    updates.MpLocated,
    updates.MpLocationPicked,
    updates.MpMenuViewed,
    updates.MpMiniProgramOpened,
    updates.MpPicturesPicked,
    updates.MpServiceSessionChanged,
    updates.MpSubscriptionChanged,
    updates.PicturesPicked,
    updates.TaskCardClicked,
)


@router.on(*QUIET)
async def nothing_to_do(update: updates.Update, work: UnitOfWork, ctx: Context) -> None:
    """Let it take no effect; the dispatcher's log line is its trace."""
    del update, work, ctx
