"""Somebody who has a lead came in again by another door, or by the same one days later."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from domain.events.event import Event
from domain.identity.arrivals import arrivals_again
from handlers.actions.dedup.treat import Again, came_again

if TYPE_CHECKING:
    from domain.lead import Lead
    from domain.outcomes import LeadTouched
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def look_at_arrivals(outcome: LeadTouched, work: UnitOfWork, ctx: Context) -> None:
    """Treat what arrived in this unit of work as the first rule about the person says."""
    lead = work.leads.get(outcome.lead_id)
    rules = ctx.catalog.dedup
    group = {member.id for member in work.people.group(lead.person_id)}
    fresh = {
        event.dedupe_key
        for event in work.events.added()
        if event.kind in rules.arrivals and event.person_id in group
    }
    if not fresh or not lead.is_open:
        return
    history = [e for e in work.history_of(lead.person_id) if e.kind in rules.arrivals]
    for event in arrivals_again(history, fresh, rules.again_after):
        await came_again(work, ctx, _again(work, ctx, lead, event))


def _again(work: UnitOfWork, ctx: Context, lead: Lead, event: Event) -> Again:
    before = [e.event_at for e in work.history_of(lead.person_id) if e.event_at < event.event_at]
    kinds = [i.key.kind for i in work.people.whole(lead.person_id).identities]
    seen_at = max(before, default=lead.created_at)
    touch = lead.last_touch
    return Again(
        lead_id=lead.id,
        rule=ctx.catalog.dedup.for_identities(kinds, seen_at, event.event_at),
        channel=touch.channel if touch else "",
        key=_cause(lead, event),
        at=event.event_at,
    )


def _cause(lead: Lead, event: Event) -> str:
    """Return a key of the arrival that is short enough to stand inside others."""
    digest = sha256(event.dedupe_key.encode()).hexdigest()[:20]
    return f"{lead.id}:{digest}"
