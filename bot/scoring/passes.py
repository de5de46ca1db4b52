"""Passes over all leads, some persons at a time, so that other work goes on between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.scoring.trial import Trial
from domain.values import PersonId
from handlers.actions.rules import try_some
from storage.queries.roots import open_roots

if TYPE_CHECKING:
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.protocols import Transaction
    from storage.unit_of_work import Store

#: Persons in one piece: less than a tenth of a second of work.
CHUNK = 100
#: Real seconds between two pieces.
PAUSE_SECONDS = 0.02

Page = Callable[["Transaction", PersonId], Awaitable[Sequence[PersonId]]]


@dataclass(frozen=True, slots=True)
class Scores:
    """What passes work on."""

    store: Store
    context: Context
    clock: Clock


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


async def tried(scores: Scores, draft: RuleTables) -> Trial:
    """Try a draft on all open leads, beside the rules in force; nothing is written.

    Each piece is read as one snapshot; all are rated as of one moment.
    """
    store, now, found = scores.store, scores.clock.now(), Trial()
    async for roots in pieces(store, everybody, PersonId(0)):
        async with store.looking(now) as work:
            running = await scores.context.rulebook.refresh(work.tx)
            found = found.plus(await try_some(work, roots, running, draft))
    return found
