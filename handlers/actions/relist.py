"""A list of people changed: leads that are there already follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.lifecycle.transitions import SYSTEM
from domain.outcomes import LeadLetThrough
from domain.screening.rules import Reason
from domain.values import LeadId, Refusal
from handlers.actions.advance import advance
from handlers.actions.screen import RESTORE, evidence_of, note_restored, screen
from storage.queries.listed import LISTED
from storage.repositories.screenings import ObjectionState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from domain.lead import Lead
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def object_to(work: UnitOfWork, ctx: Context, lead_ids: Sequence[LeadId]) -> int:
    """Screen leads whose people were put on a list; return how many are kept from the reps now.

    As ever, a lead that somebody follows is flagged and not taken away.
    """
    await work.load((), lead_ids)
    found = [await screen(work, ctx, one) for one in lead_ids if work.leads.knows(one)]
    return sum(blocking is not None for blocking in found)


async def let_go(work: UnitOfWork, ctx: Context, lead_ids: Sequence[LeadId]) -> int:
    """Let leads go on whose people left a list, unless something else speaks against them.

    What was rejected because of the list is restored by the system; should the person come
    back on it, the reason counts again.
    """
    await work.load((), lead_ids)
    released = 0
    for lead_id in lead_ids:
        if work.leads.knows(lead_id):
            released += await _let_go(work, ctx, work.leads.get(lead_id))
    return released


async def _let_go(work: UnitOfWork, ctx: Context, lead: Lead) -> bool:
    standing = await work.screenings.of_lead(lead)
    evidence = evidence_of(work, ctx, lead.person_id, standing)
    holds = {Reason.BLACKLISTED: evidence.is_black, Reason.RED_LISTED: evidence.is_red}
    is_open = {s.objection.reason for s in standing if s.state is ObjectionState.OPEN}
    gone = {reason for reason in LISTED if reason in is_open and not holds[reason]}
    if not gone:
        return False
    if lead.is_open:
        return await screen(work, ctx, lead.id) is None
    await work.screenings.close(lead.id, gone, ObjectionState.CLEARED, by=SYSTEM.name, at=work.now)
    if lead.invalid_reason not in gone:
        return False
    return await _restore(work, ctx, lead, gone)


async def _restore(work: UnitOfWork, ctx: Context, lead: Lead, gone: AbstractSet[Reason]) -> bool:
    moved = advance(work, ctx, lead.id, RESTORE, SYSTEM)
    if isinstance(moved, Refusal):
        work.refused("filter", moved.code)
        return False
    note_restored(work, ctx, lead, SYSTEM, gone)
    blocking = await screen(work, ctx, lead.id)
    if work.leads.get(lead.id).is_open:
        work.happened(LeadLetThrough(lead.id))
    return blocking is None
