"""Taps on our cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.buttons import REASON_QUESTION, Button, Verb, read_button
from domain.lead import Status
from domain.pools.offer import Offer
from domain.values import LeadId
from handlers.actions.answer import (
    Tap,
    accept_card,
    open_portrait,
    postpone_card,
    press_status,
    return_card,
)
from handlers.actions.asked import cause_of
from handlers.actions.dedup.cases import press_case
from handlers.actions.dedup.look_up_card import press_look_up
from handlers.actions.dedup.review import press_review, press_unmerge
from handlers.actions.record import keep_unknown
from handlers.actions.remind import close_reminder, snooze_reminder
from handlers.actions.roles import actor_of
from handlers.actions.show import return_reasons
from handlers.actions.tags.tapped import tap_tag
from handlers.chat.segment_commands import tap_segment
from handlers.routing import Router
from handlers.updates.employee import CardClicked

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("cards")

_ABOUT_DUPLICATES = {
    Verb.MERGE: press_review,
    Verb.APART: press_review,
    Verb.UNMERGE: press_unmerge,
    Verb.GRANT: press_case,
    Verb.DENY: press_case,
}


@router.on(CardClicked)
async def card_clicked(update: CardClicked, work: UnitOfWork, ctx: Context) -> None:
    """Do what the button asks for; whoever clicked is checked by the action."""
    button = read_button(update.key)
    if button is None:
        await keep_unknown(work, update)
        return
    tap = Tap(update.userid, update.at, update.response_code, cause_of(update))
    if button.verb in {Verb.DONE, Verb.SNOOZE}:
        await _on_reminder(button, work, ctx, tap)
        return
    if button.verb in _ABOUT_DUPLICATES:
        actor = await actor_of(work, update.userid)
        await _ABOUT_DUPLICATES[button.verb](work, ctx, button, actor, tap)
        return
    if button.verb is Verb.SEGMENT:
        actor = await actor_of(work, update.userid)
        await tap_segment(work, ctx, button.word, (actor, tap))
        return
    await work.load((), [LeadId(button.about)])
    if not work.leads.knows(LeadId(button.about)):
        await keep_unknown(work, update)
        return
    await _on_lead(button, update, work, ctx, tap)


async def _on_lead(
    button: Button, update: CardClicked, work: UnitOfWork, ctx: Context, tap: Tap
) -> None:
    lead = work.leads.get(LeadId(button.about))
    offer = Offer(lead, update.userid, int(button.word) if button.word.isdecimal() else 0)
    actor = await actor_of(work, update.userid)
    match button.verb:
        case Verb.ACCEPT:
            await accept_card(work, ctx, offer, tap)
        case Verb.RETURN:
            await return_card(work, ctx, offer, _reason(update, ctx), tap)
        case Verb.LATER:
            postpone_card(work, ctx, offer, tap)
        case Verb.STATUS if button.word in set(Status):
            await press_status(work, ctx, lead.id, Status(button.word), actor, tap)
        case Verb.CLAIM | Verb.ASK | Verb.DISPUTE:
            await press_look_up(work, ctx, button, actor, tap)
        case Verb.TAG:
            await tap_tag(work, ctx, lead, button.word, (actor, tap))
        case _:
            await open_portrait(work, ctx, lead, actor, tap)


def _reason(update: CardClicked, ctx: Context) -> str:
    reasons = return_reasons(ctx)
    chosen = update.selected.get(REASON_QUESTION, ())
    return chosen[0] if chosen and chosen[0] in reasons else reasons[-1]


async def _on_reminder(button: Button, work: UnitOfWork, ctx: Context, tap: Tap) -> None:
    if button.verb is Verb.DONE:
        await close_reminder(work, ctx, button.about, tap)
    else:
        await snooze_reminder(work, ctx, button.about, tap)
