"""The corp's tag library was changed in the console: who shows the tag is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.messages import Fetch, FetchKind
from handlers.routing import Router
from handlers.updates.tags import CorpTagChanged, TagChange
from storage.moments import to_micros
from storage.queries.wearers import wearers

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("corp_tags")

_MOVES_PEOPLE = frozenset({TagChange.CHANGED, TagChange.DELETED})


@router.on(CorpTagChanged)
async def corp_tag_changed(update: CorpTagChanged, work: UnitOfWork, ctx: Context) -> None:
    """Ask anew for every customer who shows a tag that was renamed or deleted.

    The answers take the old name off and put the new one on. A new tag, another
    order and a group's name say nothing about anybody.
    """
    del ctx
    if update.change not in _MOVES_PEOPLE or update.is_group or not update.tag_id:
        return
    generation = to_micros(update.at)
    for customer in await wearers(work.tx, update.tag_id):
        work.ask(Fetch(FetchKind.EXTERNAL_CONTACT, customer, "", generation))
