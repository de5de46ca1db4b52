"""What the customer's own system answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.actions.dedup.hook_answer import hook_answered
from handlers.routing import Router
from handlers.updates.fetched import DedupHookAnswered

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("hooks")


@router.on(DedupHookAnswered)
async def dedup_hook_answered(update: DedupHookAnswered, work: UnitOfWork, ctx: Context) -> None:
    """Let happen to the duplicate what the hook says, unless time decided before."""
    await hook_answered(work, ctx, update.asked, update.then)
