"""What the customer's own system said about a duplicate, or that it said nothing in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.events.event import Event
from domain.matching.rules import Treatment
from domain.values import LeadId, Refusal
from handlers.actions.dedup.hook import hook_key
from handlers.actions.dedup.treat import Again, treat
from handlers.actions.record import Occurrence, record

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: What a hook may answer: everything but asking it again.
ANSWERS = frozenset(Treatment) - {Treatment.HOOK}
_HOOK, _FALLBACK = "hook", "fallback"


async def hook_answered(work: UnitOfWork, ctx: Context, key: str, then: str) -> None:
    """Let happen what the hook says; an answer that is none counts as silence."""
    if then in ANSWERS:
        await _decide(work, ctx, key, Treatment(then), _HOOK)
    else:
        work.refused("dedup", "hook_answer_unknown")
        await hook_was_silent(work, ctx, key)


async def hook_was_silent(work: UnitOfWork, ctx: Context, key: str) -> None:
    """Let the fallback happen, unless the hook answered before."""
    await _decide(work, ctx, key, ctx.catalog.dedup.hook.fallback, _FALLBACK)


async def _decide(work: UnitOfWork, ctx: Context, key: str, treatment: Treatment, by: str) -> None:
    """Decide once: of answer and silence the first one stands."""
    lead_id = LeadId(int(key.partition(":")[0]))
    await work.load((), [lead_id])
    if not work.leads.knows(lead_id):
        return
    lead = work.leads.get(lead_id)
    asked = [e for e in work.history_of(lead.person_id) if e.dedupe_key == f"again:{key}"]
    if not asked:
        return
    facts = {"treatment": treatment.value, "by": by}
    what = Occurrence("duplicate_decided", work.now, f"decided:{key}", properties=facts)
    if isinstance(record(work, ctx, lead.person_id, what), Refusal):
        return
    work.cancel_timer(hook_key(key))
    await treat(work, ctx, _again(ctx, lead_id, key, asked[0]), treatment)


def _again(ctx: Context, lead_id: LeadId, key: str, event: Event) -> Again:
    return Again(
        lead_id=lead_id,
        rule=ctx.catalog.dedup.named(str(event.properties.get("rule", ""))),
        channel=str(event.properties.get("channel", "")),
        key=key,
        at=event.event_at,
    )
