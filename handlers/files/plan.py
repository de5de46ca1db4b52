"""How a file is to be taken in: as leads, or as a list of people who get a tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.intake.id_list import IdList
from domain.intake.mapping import FileMapping
from handlers.actions.import_rows import Imported, take_rows
from handlers.actions.tag_rows import ListedBy, tag_rows
from handlers.updates.plain import from_json, to_json

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Plan:
    """One of both."""

    leads: FileMapping | None = None
    tags: IdList | None = None

    def text(self) -> str:
        """Return the plan as it is kept."""
        return to_json(self).decode()

    @staticmethod
    def read(text: str) -> Plan:
        """Return the plan that :meth:`text` wrote."""
        return from_json(text.encode(), Plan)


async def carry_out(
    work: UnitOfWork, ctx: Context, plan: Plan, rows: Sequence[Mapping[str, str]], actor: str
) -> Imported:
    """Take rows in as the plan says; nothing is committed."""
    if plan.tags is not None:
        return await tag_rows(work, ctx, rows, plan.tags, ListedBy(actor))
    if plan.leads is not None:
        return await take_rows(work, ctx, rows, plan.leads)
    return Imported(0, {})
