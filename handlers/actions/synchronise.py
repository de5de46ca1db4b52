"""A synchronisation, part by part: pages are taken in, and the next ones asked for.

Everything is rows: a process that dies leaves the cursors where the last page
that took effect put them, and the requests that were under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.messages import Fetch, FetchKind
from domain.sync.part import (
    FIRST_PARTS,
    PartKind,
    PartPlan,
    PartState,
    Retreat,
    SyncPart,
    SyncRun,
    after_refusal,
)
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.updates.sync import SyncPage, SyncRefused
    from storage.unit_of_work import UnitOfWork


async def begin(work: UnitOfWork) -> SyncRun:
    """Begin a synchronisation, or go on with the one that is under way."""
    run = await work.syncs.unfinished()
    if run is None:
        run = await work.syncs.begin(work.now)
        await add_parts(work, run, FIRST_PARTS)
        return run
    for part in await work.syncs.parts(run.id):
        if part.state is PartState.FAILED:
            await work.syncs.save(replace(part, state=PartState.OPEN, error=""))
        if part.state is not PartState.DONE:
            _ask(work, run, part)
    return run


async def add_parts(work: UnitOfWork, run: SyncRun, plans: Sequence[PartPlan]) -> None:
    """Add lists to read, and ask for their first pages."""
    for part in await work.syncs.add(run.id, plans):
        _ask(work, run, part)


def _ask(work: UnitOfWork, run: SyncRun, part: SyncPart) -> None:
    work.ask(
        Fetch(
            kind=FetchKind.SYNC_PAGE,
            subject=str(part.id),
            account=part.kind.value,
            generation=to_micros(run.started_at),
        )
    )


async def open_part(work: UnitOfWork, page: SyncPage | SyncRefused) -> SyncPart | None:
    """Return the part that the page is the next of; None for one that took effect before."""
    part = await work.syncs.part(page.part_id)
    if part is None or part.state is not PartState.OPEN:
        return None
    return part


async def turn_page(work: UnitOfWork, part: SyncPart, page: SyncPage, items: int) -> SyncPart:
    """Move the part behind the page; ask for the next one, or note that there is none."""
    is_last = not page.next_cursor or page.next_cursor == part.cursor
    after = replace(
        part,
        cursor=page.next_cursor or part.cursor,
        pages=part.pages + 1,
        items=part.items + items,
        state=PartState.DONE if is_last else PartState.OPEN,
    )
    await work.syncs.save(after)
    if not is_last:
        _ask(work, await run_of(work, part), after)
    return after


async def retreat(work: UnitOfWork, part: SyncPart, errcode: int) -> SyncPart:
    """Take in that the platform refuses the list: others in its place, or a part that failed."""
    run = await run_of(work, part)
    siblings = await work.syncs.parts(run.id)
    followers = [u for p in siblings if p.kind is PartKind.CUSTOMERS for u in p.about]
    decided = after_refusal(part, errcode, followers)
    # A member without customers was read to the end; whatever else is refused was not.
    was_read = decided == Retreat(PartState.DONE)
    after = replace(part, state=decided.state, error="" if was_read else f"errcode {errcode}")
    await work.syncs.save(after)
    await add_parts(work, run, decided.instead)
    return after


async def run_of(work: UnitOfWork, part: SyncPart) -> SyncRun:
    """Return the run of a part, held until the commit.

    Raises:
        LookupError: there is no such run; a defect.
    """
    run = await work.syncs.run(part.run_id)
    if run is None:
        raise LookupError(part.run_id)
    return run


async def all_read(work: UnitOfWork, run: SyncRun, *kinds: PartKind) -> bool:
    """Tell whether every list of ``kinds`` was read to its end.

    Call it while the run is held: parts that close at once in two processes
    would else each see the other one open.
    """
    parts = [part for part in await work.syncs.parts(run.id) if part.kind in kinds]
    return bool(parts) and all(part.state is PartState.DONE for part in parts)


async def finish_if_over(work: UnitOfWork, run: SyncRun) -> None:
    """Note the end of the run when no list is being read any more."""
    parts = await work.syncs.parts(run.id)
    if all(part.state is not PartState.OPEN for part in parts):
        await work.syncs.finish(run, work.now)
