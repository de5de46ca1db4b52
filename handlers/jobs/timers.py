"""What was to happen later, happening."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.pools.offer import Offer
from domain.values import LeadId, PersonId, UserId
from handlers.actions.answer import AGAIN_TIMER, expire_card, show_again
from handlers.actions.assign import OFFER_TIMER, RETRY_TIMER, find_rep
from handlers.actions.dedup.aliases import ALIAS_TIMER, look_again
from handlers.actions.dedup.hook import HOOK_TIMER
from handlers.actions.dedup.hook_answer import hook_was_silent
from handlers.actions.entry_points import ENTRY_TIMER, refresh_entry
from handlers.actions.kinds import RELEASE_TIMER, release
from handlers.actions.record import keep_unknown
from handlers.actions.remind import REMINDER_TIMER, fire_reminder
from handlers.actions.score import SCORE_TIMER
from handlers.actions.tags.compute import TURN_TIMER
from handlers.routing import Router
from handlers.updates.timer import TimerFired
from storage.timers import mark_done

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("timers")


@router.on(TimerFired)
async def timer_fired(update: TimerFired, work: UnitOfWork, ctx: Context) -> None:
    """Take effect once, unless the timer was cancelled or moved meanwhile."""
    if not await mark_done(work.tx, update.timer_id, update.due_at):
        return
    if update.kind == REMINDER_TIMER:
        await fire_reminder(work, ctx, update.subject_id)
    elif update.kind == RELEASE_TIMER:
        name, after = update.payload["name"], int(update.payload["after"])
        await release(work, ctx, name, after, str(update.timer_id))
    elif update.kind == TURN_TIMER:
        await _turn_tags(update, work)
    elif update.kind == ENTRY_TIMER:
        await _move_entry(update, work, ctx)
    elif update.kind == ALIAS_TIMER:
        brands, after = update.payload["brands"], PersonId(int(update.payload["after"]))
        await look_again(work, brands, after, str(update.timer_id))
    elif update.kind in ABOUT_LEADS:
        await _about_lead(update, work, ctx)
    else:
        await keep_unknown(work, update)


async def _move_entry(update: TimerFired, work: UnitOfWork, ctx: Context) -> None:
    entry = await work.entries.get(update.subject_id)
    if entry is not None:
        await refresh_entry(work, ctx, entry)


async def _about_lead(update: TimerFired, work: UnitOfWork, ctx: Context) -> None:
    lead_id = LeadId(update.subject_id)
    await work.load((), [lead_id])
    if work.leads.knows(lead_id):
        await ABOUT_LEADS[update.kind](update, work.leads.get(lead_id), work, ctx)


async def _turn_tags(update: TimerFired, work: UnitOfWork) -> None:
    person_id = PersonId(update.subject_id)
    await work.load_people([person_id])
    if any(person.id == person_id for person in work.people.loaded()):
        work.retag(person_id)


async def _score(update: TimerFired, lead: Lead, work: UnitOfWork, ctx: Context) -> None:
    del update, ctx
    work.rescore(lead.person_id)


async def _expire(update: TimerFired, lead: Lead, work: UnitOfWork, ctx: Context) -> None:
    if lead.owner is not None:
        expire_card(work, ctx, Offer(lead, lead.owner, int(update.payload["assignment"])))


async def _show_again(update: TimerFired, lead: Lead, work: UnitOfWork, ctx: Context) -> None:
    userid, assignment = UserId(update.payload["userid"]), int(update.payload["assignment"])
    show_again(work, ctx, Offer(lead, userid, assignment), update.due_at)


async def _look_for_rep(update: TimerFired, lead: Lead, work: UnitOfWork, ctx: Context) -> None:
    del update
    if lead.owner is None and lead.score.is_mature:
        await find_rep(work, ctx, lead.id)


async def _decide_without_hook(
    update: TimerFired, lead: Lead, work: UnitOfWork, ctx: Context
) -> None:
    del lead
    await hook_was_silent(work, ctx, update.payload["key"])


ABOUT_LEADS: Mapping[str, Callable[[TimerFired, Lead, UnitOfWork, Context], Awaitable[None]]] = {
    SCORE_TIMER: _score,
    OFFER_TIMER: _expire,
    AGAIN_TIMER: _show_again,
    RETRY_TIMER: _look_for_rep,
    HOOK_TIMER: _decide_without_hook,
}
