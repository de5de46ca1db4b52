"""What the platform made of an entry point, and the clock that moves contact ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.channels.entry import Entry, EntryKind
from handlers.actions.entry_points import take_answer
from handlers.routing import Router
from handlers.updates.entry import EntryMade

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("entering")


@router.on(EntryMade)
async def entry_made(update: EntryMade, work: UnitOfWork, ctx: Context) -> None:
    """Keep id, address and code; order anew whom it shows if that has moved on."""
    made = Entry(
        id=update.entry_id,
        kind=EntryKind(update.kind),
        word="",
        channel="",
        platform_id=update.platform_id,
        url=update.url,
        qr_code=update.qr_code,
    )
    await take_answer(work, ctx, update.entry_id, made)
