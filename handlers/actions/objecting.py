"""What the doors notice and the filter keeps: sensitive words said, contacts that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.cleaning.phone import normalise_phone
from domain.lifecycle.transitions import SYSTEM
from domain.screening.rules import Objection, Reason, Verdict
from domain.values import Refusal
from handlers.actions.advance import INVALIDATE, advance
from handlers.actions.screen import keep_objections
from storage.repositories.screenings import ObjectionState

if TYPE_CHECKING:
    from domain.events.event import PropertyValue
    from domain.intake.mapping import MadeUp
    from domain.lead import Lead
    from domain.person import Person
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Codes of a phone that is wrong for good; a masked one may yet be completed.
_WRONG = frozenset({"phone_fake", "phone_unknown_segment", "phone_wrong_length", "phone_invalid"})


async def note_words(
    work: UnitOfWork, ctx: Context, person: Person, text: str
) -> dict[str, PropertyValue]:
    """Keep that somebody said sensitive words; return what the event tells of it: how many."""
    hits = ctx.lists.current.words.hits(text) if text else ()
    if not hits:
        return {}
    await _note(work, ctx, person, Reason.SENSITIVE_CHAT, detail=hits[0].category)
    return {"sensitive": float(len(hits))}


async def note_phones(
    work: UnitOfWork, ctx: Context, person: Person, phones: Sequence[str]
) -> None:
    """Keep that a phone that stands beside the person is wrong, by the code of the first."""
    cleaned = map(normalise_phone, phones)
    codes = [c.code for c in cleaned if isinstance(c, Refusal) and c.code in _WRONG]
    if codes:
        await _note(work, ctx, person, Reason.INVALID_CONTACT, field="phone", detail=codes[0])


async def note_made_up(work: UnitOfWork, ctx: Context, person: Person, made_up: MadeUp) -> None:
    """Keep that a way to reach the person is nobody's; their open leads are filtered for it."""
    await _note(work, ctx, person, Reason.INVALID_CONTACT, field=made_up.field, detail=made_up.code)


async def _note(
    work: UnitOfWork,
    ctx: Context,
    person: Person,
    reason: Reason,
    *,
    field: str = "",
    detail: str = "",
) -> None:
    verdict = ctx.catalog.filters.verdict(reason)
    for lead in work.leads_of(person.id):
        if lead.is_open and verdict is not Verdict.OFF:
            await _object(work, ctx, lead, Objection(reason, verdict, field, detail))


async def _object(work: UnitOfWork, ctx: Context, lead: Lead, objection: Objection) -> None:
    """Hold it against one lead; a wrong phone alone blocks nobody who can be reached otherwise."""
    standing = await work.screenings.of_lead(lead)
    of_reason = [s for s in standing if s.objection.reason is objection.reason]
    if any(s.state is not ObjectionState.CLEARED for s in of_reason):
        return
    only_told = lead.owner is not None or objection.reason is Reason.INVALID_CONTACT
    verdict = Verdict.FLAG if only_told else objection.verdict
    kept = Objection(objection.reason, verdict, objection.field, objection.detail)
    await keep_objections(work, lead, [kept], standing)
    if verdict is Verdict.REJECT:
        advance(work, ctx, lead.id, INVALIDATE, SYSTEM, objection.reason.value)
