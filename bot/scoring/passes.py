"""Passes over all leads, some persons at a time, so that other work goes on between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING

from domain.scoring.trial import Trial
from domain.values import PersonId
from handlers.actions.rules import try_out
from storage.errors import Conflict
from storage.queries.roots import open_roots

if TYPE_CHECKING:
    from bot.crowds import Crowds, View
    from domain.scoring.version import RuleVersion
    from storage.population.whose import Span
    from storage.protocols import Transaction
    from storage.unit_of_work import Store

#: Name of the duty that schedulers of several processes apply for.
DUTY = "scores"
#: Persons in one piece: less than a tenth of a second of work.
CHUNK = 150
#: Real seconds between two pieces.
PAUSE_SECONDS = 0.02

Page = Callable[["Transaction", PersonId], Awaitable[Sequence[PersonId]]]


async def pieces(store: Store, page: Page, after: PersonId) -> AsyncIterator[Sequence[PersonId]]:
    """Yield pages of persons behind ``after``, one at a time."""
    while True:
        async with store.database.read() as tx:
            roots = await page(tx, after)
        if not roots:
            return
        yield roots
        after = roots[-1]
        await asyncio.sleep(PAUSE_SECONDS)


async def everybody(tx: Transaction, after: PersonId) -> Sequence[PersonId]:
    """Return the next persons with an open lead."""
    return await open_roots(tx, after, CHUNK)


async def tried(crowds: Crowds, draft: RuleVersion) -> Trial:
    """Try a draft on all open leads, beside the rules in force; nothing is written.

    Each span is read as one snapshot; all are rated as of one moment.

    Raises:
        Conflict: another process took the duty over.
    """
    found = await crowds.over(partial(try_span, draft))
    if found is None:
        raise Conflict(DUTY)
    return reduce(Trial.plus, found, Trial())


async def try_span(draft: RuleVersion, view: View, span: Span) -> Trial:
    """Try a draft on the open leads of a span."""
    async with view.store.looking(view.now) as work:
        rulebook = view.context.rulebook
        running = await rulebook.refresh(work.tx)
        rules = running, await rulebook.tables(work.tx, draft)
        return await try_out(work, span, rules, view.source)
