"""Put a tag on everybody of a list, chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.intake.id_list import IdList
from domain.intake.mapping import Fault
from domain.tags.tagging import TagSource
from domain.values import Refusal
from handlers.actions.import_rows import Imported
from handlers.actions.tags.by_hand import PutBy, TagList, apply_tag_list
from handlers.reactions import settle

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: An id that belongs to nobody, and somebody who may bear no more tags.
NOBODY, FULL = "nobody", "too_many_tags"


@dataclass(frozen=True, slots=True)
class ListedBy:
    """Whose list it is: a userid, or the name of what handed it in."""

    actor: str


async def tag_rows(
    work: UnitOfWork,
    ctx: Context,
    rows: Sequence[Mapping[str, str]],
    id_list: IdList,
    by: ListedBy,
) -> Imported:
    """Tag everybody whom the rows name; nothing is committed. Nobody is created."""
    read = [id_list.key(row.get(id_list.column, "")) for row in rows]
    faults = {n: (one,) for n, one in enumerate(read) if isinstance(one, Fault)}
    places = [n for n, one in enumerate(read) if not isinstance(one, Fault)]
    keys = [one for one in read if not isinstance(one, Fault)]
    done = await apply_tag_list(
        work, ctx, TagList(id_list.tag, keys, PutBy(TagSource.LIST, by.actor))
    )
    if isinstance(done, Refusal):
        return Imported(0, {n: (Fault(id_list.column, done.code),) for n in range(len(rows))})
    faults |= {places[n]: (Fault(id_list.column, NOBODY),) for n in done.unknown}
    faults |= {places[n]: (Fault(id_list.column, FULL),) for n in done.refused}
    await settle(work, ctx)
    return Imported(len(rows) - len(faults), faults)
