"""What reps say about their leads in plain sentences, and what they must be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.errand import errand_of
from domain.chat.follow_up import FollowUp
from domain.chat.when import find_when
from domain.followup.reminder import Moved, Wish
from domain.lead import Lead, Status
from domain.person import Person
from domain.values import Refusal
from handlers.actions.advance import INVALID_REASON, set_status
from handlers.actions.asked import Asked, reply
from handlers.actions.look_up import Missed, find_lead
from handlers.actions.portray import moment_words
from handlers.actions.record import Occurrence, record
from handlers.actions.remind import Request, is_exact, set_reminder
from handlers.actions.show import name_of, tell
from storage.repositories.followups import Note

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates.customer import CustomerUpdate
    from storage.unit_of_work import UnitOfWork


async def follow_up(work: UnitOfWork, ctx: Context, asked: Asked, said: FollowUp) -> None:
    """Take in status, note and reminder of one sentence, and say what was understood."""
    lead = await find_lead(work, ctx, asked.actor, said.lead)
    if isinstance(lead, Missed):
        reply(asked, work, ctx, lead.text)
        return
    lines = [ctx.words.get("follow_up.lead", name=name_of(work, ctx, lead.person_id))]
    if said.status is not None:
        lines.append(_take_status(work, ctx, asked, lead, said.status))
    await _take_note(work, ctx, asked, lead, said.note)
    if said.reminder_at is not None:
        wish = Wish(said.reminder_at, is_exact=True)
        request = Request(asked.userid, said.note, wish, asked.cause, lead)
        lines.append(await _take_reminder(work, ctx, request))
    reply(asked, work, ctx, "\n".join(lines))


def _take_status(work: UnitOfWork, ctx: Context, asked: Asked, lead: Lead, status: Status) -> str:
    reason = INVALID_REASON if status is Status.INVALID else ""
    moved = set_status(work, ctx, lead.id, status, asked.actor, reason)
    if isinstance(moved, Refusal):
        return ctx.words.get(f"refusals.{moved.code}")
    return ctx.words.get("follow_up.status", status=ctx.words.get(f"status.{status}"))


async def _take_note(work: UnitOfWork, ctx: Context, asked: Asked, lead: Lead, text: str) -> None:
    key = f"note:{asked.cause}"
    note = Note(lead.id, lead.person_id, asked.userid, text, key, asked.at)
    await work.follow_ups.add_note(note, work.people.data_key(lead.person_id))
    facts = {"userid": str(asked.userid), "lead": str(lead.id)}
    what = Occurrence("follow_up_noted", asked.at, key, properties=facts)
    record(work, ctx, lead.person_id, what)


async def remind_by_words(work: UnitOfWork, ctx: Context, asked: Asked, lead_name: str) -> None:
    """Set a reminder that was asked for in words; a lead need not be named."""
    when = find_when(asked.text, asked.at, ctx.zone)
    if when is None:
        reply(asked, work, ctx, ctx.words.get("reminder.when"))
        return
    lead = await find_lead(work, ctx, asked.actor, lead_name) if lead_name else None
    request = Request(
        asked.userid,
        text=errand_of(asked.text, when.span),
        wish=Wish(when.start, when.end, is_exact=is_exact(when)),
        cause=asked.cause,
        lead=lead if isinstance(lead, Lead) else None,
        repeats=asked.text[when.span.start : when.span.end] if when.recurring else "",
    )
    reply(asked, work, ctx, await _take_reminder(work, ctx, request))


async def _take_reminder(work: UnitOfWork, ctx: Context, request: Request) -> str:
    firing = await set_reminder(work, ctx, request)
    if isinstance(firing, Refusal):
        return ctx.words.get(f"refusals.{firing.code}")
    key = "reminder.set" if firing.moved is Moved.NOT else f"reminder.set_{firing.moved}"
    return ctx.words.get(key, moment=moment_words(firing.at, ctx), text=request.text)


def warn_of_loss(work: UnitOfWork, ctx: Context, person: Person, update: CustomerUpdate) -> None:
    """Tell whoever follows the person, and the rep, that the customer deleted the rep."""
    owners = {lead.owner for lead in work.leads_of(person.id) if lead.owner and lead.is_open}
    content = ctx.words.get("loss.deleted", name=name_of(work, ctx, person.id))
    for userid in sorted({*owners, update.userid}):
        tell(work, ctx, userid, content, cause=f"loss:{update.dedupe_key}", joins=True)
