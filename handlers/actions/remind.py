"""Reminders: set by a rep's words, fired by a timer, dealt with by a tap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.chat.when import Grain, When, find_when
from domain.followup.reminder import Due, Firing, ReminderState, Wish, fire_at, merge
from domain.lead import Lead
from domain.messages import Card, CardButton, CardRow, CardUpdate, Endpoint, Push, Timer
from domain.portrait import CARD_ROWS
from domain.values import Priority, Refusal, UserId, same_userid
from handlers.actions.portray import again_words, moment_words
from handlers.actions.record import Occurrence, record
from handlers.actions.show import portrait_for, tell, update_card
from storage.moments import to_micros
from storage.repositories.followups import Reminder

if TYPE_CHECKING:
    from handlers.actions.answer import Tap
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

REMINDER_TIMER = "reminder"
_NO_REMINDER = "reminder_gone"
_EXACT = {Grain.MINUTE, Grain.HOUR}


@dataclass(frozen=True, slots=True)
class Request:
    """A reminder as a rep asked for it: what to be told, when, about which lead.

    ``repeats`` is the time expression of a recurring one.
    """

    userid: UserId
    text: str
    wish: Wish
    cause: str
    lead: Lead | None = None
    repeats: str = ""


async def set_reminder(work: UnitOfWork, ctx: Context, request: Request) -> Firing | Refusal:
    """Store the reminder and set its timer, or say why not."""
    firing = fire_at(request.wish, ctx.catalog.work, ctx.catalog.quiet, work.now)
    if isinstance(firing, Refusal):
        return firing
    lead = request.lead
    reminder = Reminder(
        id=work.ids.next(),
        userid=request.userid,
        due_at=firing.at,
        text=request.text,
        dedupe_key=f"reminder:{request.cause}",
        lead_id=lead.id if lead else None,
        person_id=lead.person_id if lead else None,
        repeats=request.repeats,
    )
    await _store(work, reminder)
    if lead:
        key = f"reminder_set:{request.cause}"
        record(work, ctx, lead.person_id, Occurrence("reminder_set", work.now, key))
    return firing


async def _store(work: UnitOfWork, reminder: Reminder) -> None:
    await work.follow_ups.add_reminder(reminder, work.now)
    work.set_timer(
        Timer(REMINDER_TIMER, reminder.id, reminder.due_at, f"{REMINDER_TIMER}:{reminder.id}")
    )


async def fire_reminder(work: UnitOfWork, ctx: Context, reminder_id: int) -> Refusal | None:
    """Send a due reminder, together with what the same rep would get within minutes."""
    due = await work.follow_ups.reminder(reminder_id)
    if due is None or due.state is not ReminderState.PENDING:
        return Refusal(_NO_REMINDER)
    rules = ctx.catalog.reminders
    pending = {r.id: r for r in await work.follow_ups.pending_of(due.userid)}
    batches = merge(
        (
            Due(r.id, r.userid, r.due_at)
            for r in pending.values()
            if r.due_at - due.due_at <= rules.merge_for
        ),
        rules.merge_for,
        rules.most_in_one,
    )
    ids = next(batch.ids for batch in batches if reminder_id in batch.ids)
    together = [pending[found] for found in ids]
    for one in together:
        await work.follow_ups.settle(one.id, ReminderState.FIRED, ReminderState.PENDING)
        await _note_fired(work, ctx, one)
        await _repeat(work, ctx, one)
    await _send(work, ctx, together)
    return None


async def _repeat(work: UnitOfWork, ctx: Context, fired: Reminder) -> None:
    """Set a recurring reminder anew."""
    when = find_when(fired.repeats, work.now, ctx.zone) if fired.repeats else None
    if when is None:
        return
    wish = Wish(when.start, when.end, is_exact=is_exact(when))
    firing = fire_at(wish, ctx.catalog.work, ctx.catalog.quiet, work.now)
    if isinstance(firing, Refusal):
        return
    key = f"reminder:{fired.id}:{to_micros(firing.at)}"
    again = replace(fired, id=work.ids.next(), due_at=firing.at, dedupe_key=key)
    await _store(work, again)


def is_exact(when: When) -> bool:
    """Tell whether an hour or a minute was named, and not a range."""
    return when.grain in _EXACT and when.end is None


async def _send(work: UnitOfWork, ctx: Context, together: list[Reminder]) -> None:
    first = together[0]
    if len(together) > 1:
        lines = "\n".join(
            ctx.words.get("reminder.line", moment=moment_words(r.due_at, ctx), text=r.text)
            for r in together
        )
        content = ctx.words.get("reminder.several", count=len(together), lines=lines)
        tell(work, ctx, first.userid, content, cause=f"reminder:{first.id}", joins=True)
        return
    card = await _with_portrait(work, ctx, first, reminder_card(ctx, first))
    work.send(
        Push(
            endpoint=Endpoint.APP_MESSAGE,
            account=ctx.accounts.agent_id,
            receiver=first.userid,
            body=card,
            dedupe_key=f"card:{card.task_id}",
            priority=Priority.CHAT,
            person_id=first.person_id,
            lead_id=first.lead_id,
        )
    )


def reminder_card(ctx: Context, reminder: Reminder) -> Card:
    """Return the card of one reminder: done, or once more later."""
    return Card(
        title=ctx.words.get("reminder.title"),
        description=reminder.text,
        task_id=f"reminder-{reminder.id}-{to_micros(reminder.due_at) // 1_000_000}",
        source=ctx.words.get("card.source"),
        rows=(CardRow(ctx.words.get("reminder.due"), moment_words(reminder.due_at, ctx)),),
        buttons=(
            CardButton(ctx.words.get("button.done"), Button(Verb.DONE, reminder.id).key, 1),
            CardButton(ctx.words.get("button.snooze"), Button(Verb.SNOOZE, reminder.id).key, 2),
        ),
    )


async def _with_portrait(work: UnitOfWork, ctx: Context, reminder: Reminder, card: Card) -> Card:
    """Add whom it is about and what to say, as long as the lead is the rep's."""
    lead = await _lead_of(work, reminder)
    if lead is None or not lead.is_of(reminder.userid):
        return card
    about = await portrait_for(work, ctx, lead, reminder.userid, card.task_id)
    room = CARD_ROWS - len(card.rows)
    return replace(card, rows=(*card.rows, *about.rows[:room]), advice=about.advice)


async def _lead_of(work: UnitOfWork, reminder: Reminder) -> Lead | None:
    if reminder.lead_id is None:
        return None
    await work.load((), [reminder.lead_id])
    return work.leads.get(reminder.lead_id) if work.leads.knows(reminder.lead_id) else None


async def _note_fired(work: UnitOfWork, ctx: Context, reminder: Reminder) -> None:
    if reminder.person_id is None:
        return
    await work.load_people([reminder.person_id])
    key = f"reminder_fired:{reminder.id}:{to_micros(reminder.due_at)}"
    record(work, ctx, reminder.person_id, Occurrence("reminder_fired", work.now, key))


async def close_reminder(work: UnitOfWork, ctx: Context, reminder_id: int, tap: Tap) -> None:
    """Answer a tap on 完成."""
    if await _settled(work, ctx, reminder_id, ReminderState.DONE, tap):
        _grey(work, ctx, tap, "reminder.done")


async def snooze_reminder(work: UnitOfWork, ctx: Context, reminder_id: int, tap: Tap) -> None:
    """Answer a tap on 稍后提醒: a new reminder with the same words."""
    old = await _settled(work, ctx, reminder_id, ReminderState.SNOOZED, tap)
    if old is None:
        return
    due_at = work.now + ctx.catalog.reminders.snooze_for
    again = replace(
        old,
        id=work.ids.next(),
        due_at=due_at.replace(second=0, microsecond=0) + timedelta(minutes=1),
        state=ReminderState.PENDING,
        dedupe_key=f"reminder:{tap.cause}",
        repeats="",  # its next turn is set already
    )
    await _store(work, again)
    moment = again_words(again.due_at, work.now, ctx)
    _grey(work, ctx, tap, "reminder.snoozed", moment=moment)


async def _settled(
    work: UnitOfWork, ctx: Context, reminder_id: int, state: ReminderState, tap: Tap
) -> Reminder | None:
    """Return the reminder, now in ``state``; None, said to who tapped, when it was dealt with."""
    open_states = (ReminderState.PENDING, ReminderState.FIRED)
    found = await work.follow_ups.reminder(reminder_id)
    if (
        found is not None
        and same_userid(found.userid, tap.userid)
        and await work.follow_ups.settle(reminder_id, state, *open_states)
    ):
        return found
    _grey(work, ctx, tap, "offer.void")
    tell(work, ctx, tap.userid, ctx.words.get(f"refusals.{_NO_REMINDER}"), cause=tap.cause)
    return None


def _grey(work: UnitOfWork, ctx: Context, tap: Tap, text_key: str, **values: object) -> None:
    word = ctx.words.get(text_key, **values)
    update = CardUpdate(tap.response_code, (tap.userid,), replace_name=word)
    update_card(work, ctx, tap.userid, update, cause=tap.cause)
