"""Move a lead along its lifecycle, and write down that it moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.changing import replace
from domain.facts import facts_of_lead
from domain.lead import Lead, Stage, Status
from domain.lifecycle.transitions import SYSTEM, Actor
from domain.outcomes import LeadCooled, LeadEnriched, StageChanged, StatusChanged
from domain.pools.pool import STAGE_OF_KIND, Pool, PoolKind
from domain.portrait import BEHAVIOUR_FACTS, behaviour_facts
from domain.values import LeadId, Refusal
from handlers.actions.record import Occurrence, record

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Names of transitions in ``config/lifecycle.toml`` that Clew makes by itself.
SCREEN = "screen"
ASSIGN = "assign"
INVALIDATE = "invalidate"
RECALL = "recall"
#: Reason of an invalid lead when a rep says no more than that.
INVALID_REASON = "rep_said"
INTO = {PoolKind.NURTURE: "to_nurture_pool", PoolKind.DEPARTMENT: "to_department_pool"}


def advance(
    work: UnitOfWork, ctx: Context, lead_id: LeadId, name: str, actor: Actor, reason: str = ""
) -> Lead | Refusal:
    """Move the lead by the transition ``name``, or say why not."""
    decided = ctx.catalog.lifecycle.decide(work.leads.get(lead_id), name, actor, reason)
    if isinstance(decided, Refusal):
        return decided
    for outcome in decided.outcomes:
        work.happened(outcome)
    return work.leads.put(decided.lead)


def set_status(
    work: UnitOfWork, ctx: Context, lead_id: LeadId, status: Status, actor: Actor, reason: str = ""
) -> Lead | Refusal:
    """Give the lead a follow-up status, by whatever transition leads there."""
    name = ctx.catalog.lifecycle.leading_to(work.leads.get(lead_id), status)
    return advance(work, ctx, lead_id, name, actor, reason)


def enter_pool(work: UnitOfWork, ctx: Context, lead_id: LeadId, kind: PoolKind) -> Lead | Refusal:
    """Let the lead wait in the pool of ``kind`` that its facts lead to, or say why not."""
    if work.leads.get(lead_id).stage is not STAGE_OF_KIND[kind]:
        moved = advance(work, ctx, lead_id, INTO[kind], SYSTEM)
        if isinstance(moved, Refusal):
            return moved
    lead = work.leads.get(lead_id)
    return work.leads.put(replace(lead, pool=pool_of(work, ctx, lead, kind).code))


def pool_of(work: UnitOfWork, ctx: Context, lead: Lead, kind: PoolKind) -> Pool:
    """Return the pool of ``kind`` that the lead's facts lead to."""
    person = work.people.whole(lead.person_id)
    facts = facts_of_lead(person, lead)
    if ctx.catalog.pools.ask_for(BEHAVIOUR_FACTS):
        facts |= behaviour_facts(person, work.history_of(lead.person_id), ctx.events)
    return ctx.catalog.pools.route(kind, facts)


async def cool(outcome: LeadCooled, work: UnitOfWork, ctx: Context) -> None:
    """Send a lead that nobody has taken back to the pre-nurture pool."""
    lead = work.leads.get(outcome.lead_id)
    if lead.owner is None and lead.stage is Stage.DEPARTMENT_POOL:
        enter_pool(work, ctx, lead.id, PoolKind.NURTURE)


async def note_stage(outcome: StageChanged, work: UnitOfWork, ctx: Context) -> None:
    """Write the change of stage down as an event."""
    _note(
        work,
        ctx,
        outcome.lead_id,
        "stage_changed",
        {"from": outcome.before.value, "to": outcome.after.value, "by": outcome.actor},
    )


async def note_status(outcome: StatusChanged, work: UnitOfWork, ctx: Context) -> None:
    """Write the change of status down as an event."""
    before = outcome.before.value if outcome.before else ""
    after = outcome.after.value if outcome.after else ""
    facts = {"from": before, "to": after, "by": outcome.actor}
    _note(work, ctx, outcome.lead_id, "status_changed", facts)


async def note_enriched(outcome: LeadEnriched, work: UnitOfWork, ctx: Context) -> None:
    """Write down which attributes became known, without their values."""
    facts = {"fields": ",".join(outcome.fields)}
    _note(work, ctx, outcome.lead_id, "lead_enriched", facts)


def _note(
    work: UnitOfWork, ctx: Context, lead_id: LeadId, kind: str, facts: dict[str, str]
) -> None:
    # The change itself happens once, so any fresh key will do for its event.
    key = f"{kind}:{lead_id}:{work.ids.next()}"
    person_id = work.leads.get(lead_id).person_id
    facts = {"lead": str(lead_id), **facts}
    record(work, ctx, person_id, Occurrence(kind, work.now, key, properties=facts))
