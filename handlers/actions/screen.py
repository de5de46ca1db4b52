"""The filter: it stands between a lead and the reps, and what it finds is kept.

Every way to a rep asks here. A lead that somebody follows already is not taken from
them: what speaks against it is shown to the manager.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.lead import Lead, Stage
from domain.lifecycle.transitions import SYSTEM, Actor
from domain.outcomes import LeadCreated, LeadEnriched, LeadLetThrough, LeadScored, PersonsJoined
from domain.pools.pool import PoolKind
from domain.screening.rules import (
    Evidence,
    Objection,
    Reason,
    Verdict,
    objections,
    texts_of,
    ways_to,
)
from domain.values import LeadId, PersonId, Refusal
from handlers.actions.advance import INVALIDATE, SCREEN, advance, enter_pool
from handlers.actions.record import Occurrence, record
from storage.repositories.screenings import ObjectionState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from domain.person import Person
    from domain.screening.rules import FilterRules
    from handlers.context import Context
    from storage.repositories.screenings import Standing
    from storage.unit_of_work import UnitOfWork


async def admit(outcome: LeadCreated, work: UnitOfWork, ctx: Context) -> None:
    """Screen a new lead; unless it is rejected it waits in the pre-nurture pool."""
    advance(work, ctx, outcome.lead_id, SCREEN, SYSTEM)
    await screen(work, ctx, outcome.lead_id)
    if work.leads.get(outcome.lead_id).is_open:
        enter_pool(work, ctx, outcome.lead_id, PoolKind.NURTURE)


async def look_again(outcome: LeadEnriched, work: UnitOfWork, ctx: Context) -> None:
    """Screen a lead of whom more is known now."""
    await screen(work, ctx, outcome.lead_id)


async def look_at_held(outcome: LeadScored, work: UnitOfWork, ctx: Context) -> None:
    """Screen a mature lead that still waits before the reps: a way to the person may have come."""
    lead = work.leads.get(outcome.lead_id)
    if lead.owner is None and lead.score.is_mature and lead.stage is Stage.NURTURE_POOL:
        await screen(work, ctx, lead.id)


async def look_at_joined(outcome: PersonsJoined, work: UnitOfWork, ctx: Context) -> None:
    """Screen the leads of persons who turned out to be one."""
    for lead in work.leads_of(outcome.person_id):
        if lead.is_open:
            await screen(work, ctx, lead.id)


async def screen(work: UnitOfWork, ctx: Context, lead_id: LeadId) -> Objection | None:
    """Look at a lead, keep what is found, do what the rules say; return what blocks it.

    What somebody restored does not count again; what is gone is cleared by itself.
    """
    lead = work.leads.get(lead_id)
    if not lead.is_open:
        return None
    standing = await work.screenings.of_lead(lead)
    found = _judged(work, ctx, lead, standing)
    gone = _open(standing) - {objection.reason for objection in found} - _LASTING
    if gone:
        await work.screenings.close(
            lead_id, gone, ObjectionState.CLEARED, by=SYSTEM.name, at=work.now
        )
    blocking = next((objection for objection in found if objection.is_blocking), None)
    if blocking is None and _blocks(standing, gone):
        work.happened(LeadLetThrough(lead_id))
    await keep_objections(work, lead, found, standing)
    if blocking and blocking.verdict is Verdict.REJECT:
        advance(work, ctx, lead_id, INVALIDATE, SYSTEM, blocking.reason.value)
    return blocking


async def keep_objections(
    work: UnitOfWork, lead: Lead, found: Sequence[Objection], standing: Sequence[Standing]
) -> None:
    """Write down what is new against a lead, and count it."""
    known = {s.objection for s in standing if s.state is ObjectionState.OPEN}
    fresh = [objection for objection in found if objection not in known]
    await work.screenings.open(lead, fresh, work.now)
    for objection in fresh:
        work.refused("filter", objection.reason.value)


def _blocks(standing: Sequence[Standing], reasons: AbstractSet[Reason]) -> bool:
    """Tell whether one of the open ``reasons`` kept the lead from the reps."""
    return any(s.objection.is_blocking and s.objection.reason in reasons for s in standing)


#: Name of the transition in ``config/lifecycle.toml`` that leads out of invalid.
RESTORE = "restore"
NOTHING_TO_RESTORE = "nothing_to_restore"
#: What was said stays said, and what was wrong was wrong: only a person closes it.
_LASTING = frozenset({Reason.SENSITIVE_CHAT, Reason.INVALID_CONTACT})


def _judged(
    work: UnitOfWork, ctx: Context, lead: Lead, standing: Sequence[Standing]
) -> tuple[Objection, ...]:
    rules = ctx.catalog.filters
    restored = {s.objection.reason for s in standing if s.state is ObjectionState.RESTORED}
    evidence = evidence_of(work, ctx, lead.person_id, standing)
    found = objections(evidence, rules, ctx.lists.current.words)
    found = tuple(o for o in (*found, *_said(standing, rules)) if o.reason not in restored)
    if lead.owner is None:
        return found
    return tuple(replace(o, verdict=Verdict.FLAG) for o in found)


def _said(standing: Sequence[Standing], rules: FilterRules) -> Iterator[Objection]:
    """Yield what the customer said once, judged by the rules of today."""
    for known in standing:
        objection = known.objection
        if known.state is ObjectionState.OPEN and objection.reason is Reason.SENSITIVE_CHAT:
            yield replace(objection, verdict=rules.verdict(objection.reason))


def _open(standing: Sequence[Standing]) -> set[Reason]:
    return {s.objection.reason for s in standing if s.state is ObjectionState.OPEN}


def evidence_of(
    work: UnitOfWork, ctx: Context, person_id: PersonId, standing: Sequence[Standing] = ()
) -> Evidence:
    """Return what the filter looks at."""
    person = work.people.whole(person_id)
    lists = ctx.lists.current
    tokens = tokens_of(work, person) if lists.names_people else ()
    noted = (s.objection.detail for s in standing if s.objection.reason is Reason.INVALID_CONTACT)
    return Evidence(
        is_black=lists.is_black(tokens),
        is_red=lists.is_red(tokens),
        texts=texts_of(person, ctx.catalog.filters.fields) if lists.words else (),
        ways=ways_to(person, work.history_of(person_id)),
        invalid_contact=next(noted, ""),
    )


def tokens_of(work: UnitOfWork, person: Person) -> tuple[bytes, ...]:
    """Return what a person may stand on a list as: every key, blinded under every master key."""
    return tuple(
        token
        for identity in person.identities
        for token in work.vault.blinds(identity.key.kind, identity.key.value).values()
    )


async def blocked_by(work: UnitOfWork, ctx: Context, lead: Lead) -> Objection | None:
    """Return what keeps a lead from every rep now, without changing anything."""
    standing = await work.screenings.of_lead(lead)
    found = _judged(work, ctx, replace(lead, owner=None), standing)
    return next((objection for objection in found if objection.is_blocking), None)


async def restore(work: UnitOfWork, ctx: Context, lead_id: LeadId, actor: Actor) -> Lead | Refusal:
    """Let a lead through that the filter or a person had put aside; the reasons count no more.

    Refusals: those of the transition ``restore``; ``nothing_to_restore``.
    """
    transition = ctx.catalog.lifecycle.transitions[RESTORE]
    lead = work.leads.get(lead_id)
    if refusal := transition.refusal_for(actor, lead):
        return refusal
    reasons = _open(await work.screenings.of_lead(lead))
    if lead.is_open and not reasons:
        return Refusal(NOTHING_TO_RESTORE)
    if not lead.is_open:
        moved = advance(work, ctx, lead_id, RESTORE, actor)
        if isinstance(moved, Refusal):
            return moved
    await work.screenings.close(
        lead_id, reasons, ObjectionState.RESTORED, by=actor.name, at=work.now
    )
    note_restored(work, ctx, lead, actor, reasons)
    work.happened(LeadLetThrough(lead_id))
    return work.leads.get(lead_id)


def note_restored(
    work: UnitOfWork, ctx: Context, lead: Lead, actor: Actor, reasons: AbstractSet[Reason]
) -> None:
    """Record who let a lead go on, and which reasons counted no more."""
    facts = {"lead": str(lead.id), "by": actor.name, "reasons": ",".join(sorted(reasons))}
    key = f"restored:{lead.id}:{work.ids.next()}"
    record(work, ctx, lead.person_id, Occurrence("lead_restored", work.now, key, properties=facts))
