"""Forms of other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.actions.listen import hear
from handlers.actions.objecting import note_words
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
    person, note = await take_form(work, ctx, update.form), update.form.note
    if person is not None and note:
        # Written by the customer, like what they say in a conversation; nobody is answered.
        await note_words(work, ctx, person, note)
        await hear(work, ctx, person, update, note)
