"""Forms of other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.actions.take_form import take_form
from handlers.routing import Router
from handlers.updates.submitted import FormSubmitted

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("forms")


@router.on(FormSubmitted)
async def form_submitted(update: FormSubmitted, work: UnitOfWork, ctx: Context) -> None:
    """A landing page or a partner told of somebody."""
    await take_form(work, ctx, update.form)
