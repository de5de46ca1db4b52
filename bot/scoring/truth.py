"""T+1: the truth check over all leads."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from domain.scoring.truth import Truth
from handlers.actions.truth import check

if TYPE_CHECKING:
    from bot.crowds import Crowds, View
    from storage.population.whose import Span


async def check_span(view: View, span: Span) -> Truth:
    """Check the open leads of a span in one snapshot."""
    async with view.store.looking(view.now) as work:
        return await check(work, view.context, span, view.source)


async def checked(crowds: Crowds) -> Truth | None:
    """Check everybody; None when another process took the duty over."""
    found = await crowds.over(check_span)
    return None if found is None else reduce(Truth.plus, found, Truth())
