"""What a rep's tap on a card does: take, give back, put off, set a status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.lead import Lead, Status
from domain.lifecycle.transitions import Actor
from domain.messages import Card, CardUpdate, Timer
from domain.outcomes import StatusChanged
from domain.pools.offer import (
    ALREADY_ACCEPTED,
    NOT_YOURS,
    TOO_LATE_FOR_LATER,
    Offer,
    accept,
    accept_by,
    expire,
    give_back,
    remind_later,
)
from domain.values import LeadId, Refusal, UserId
from handlers.actions.advance import INVALID_REASON, set_status
from handlers.actions.assign import offer_key
from handlers.actions.look_up import may_see
from handlers.actions.portray import again_words
from handlers.actions.record import Occurrence, record
from handlers.actions.show import (
    name_of,
    offer_card,
    portrait_for,
    send_card,
    show_portrait,
    tell,
    update_card,
)
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Timer that shows an offered card again after "later".
AGAIN_TIMER = "offer_again"
#: Refusals with a grey word of their own; after all others the card is void.
_GREY = {ALREADY_ACCEPTED: "offer.accepted"}


@dataclass(frozen=True, slots=True)
class Tap:
    """Who tapped, when, and what allows the card to be replaced.

    ``cause`` is the click's own key: it makes the answer happen once and, made
    of letters and digits alone, may stand in a task id.
    """

    userid: UserId
    at: datetime
    response_code: str
    cause: str


def take(work: UnitOfWork, ctx: Context, offer: Offer, at: datetime) -> Lead | Refusal:
    """Take the offered lead at event time ``at``: protection starts, the deadline goes."""
    rules = ctx.catalog.pools.rules_of(offer.lead.pool)
    accepted = accept(offer, rules, work.now)
    if isinstance(accepted, Refusal):
        return accepted
    work.happened(accepted.outcome)
    work.cancel_timer(offer_key(offer.lead.id, offer.assignment))
    _note(work, ctx, offer, "card_accepted", at)
    return work.leads.put(accepted.lead)


async def take_by_status(outcome: StatusChanged, work: UnitOfWork, ctx: Context) -> None:
    """Take an offered lead whose owner says how far they are instead of tapping 接收."""
    lead = work.leads.get(outcome.lead_id)
    if lead.is_of(outcome.actor):
        take(work, ctx, Offer(lead, UserId(outcome.actor), lead.assignment), work.now)


async def accept_card(work: UnitOfWork, ctx: Context, offer: Offer, tap: Tap) -> None:
    """Answer a tap on 接收: the card turns grey, the portrait comes."""
    taken = take(work, ctx, offer, tap.at)
    if isinstance(taken, Refusal):
        _refuse(work, ctx, taken, tap)
        return
    _grey(work, ctx, tap, "offer.accepted")
    await show_portrait(work, ctx, taken, tap.userid, cause=f"taken-{offer.assignment}")


async def return_card(work: UnitOfWork, ctx: Context, offer: Offer, reason: str, tap: Tap) -> None:
    """Answer a tap on 退回: the card turns grey, the lead goes to the next rep."""
    returned = give_back(offer, reason)
    if isinstance(returned, Refusal):
        _refuse(work, ctx, returned, tap)
        return
    _note(work, ctx, offer, "card_returned", tap.at, reason)
    _grey(work, ctx, tap, "offer.returned")
    work.happened(returned)


def postpone_card(work: UnitOfWork, ctx: Context, offer: Offer, tap: Tap) -> None:
    """Answer a tap on 稍后: the card turns grey and comes again before the deadline."""
    lead = offer.lead
    rules = ctx.catalog.pools.rules_of(lead.pool)
    again_at = remind_later(offer, rules, ctx.catalog.work, work.now)
    if isinstance(again_at, Refusal):
        _refuse(work, ctx, again_at, tap, stays=_late_card(work, ctx, again_at, offer, tap))
        return
    payload = (("assignment", str(offer.assignment)), ("userid", str(offer.userid)))
    key = f"{AGAIN_TIMER}:{lead.id}:{offer.assignment}"
    work.set_timer(Timer(AGAIN_TIMER, lead.id, again_at, key, payload))
    _grey(work, ctx, tap, "offer.later", moment=again_words(again_at, work.now, ctx))


def _late_card(work: UnitOfWork, ctx: Context, why: Refusal, offer: Offer, tap: Tap) -> Card | None:
    """Return the offer once more when it is only too late to put it off."""
    if why.code != TOO_LATE_FOR_LATER:
        return None
    return offer_card(work, ctx, offer.lead, _deadline(work, ctx, offer), word=tap.cause)


def show_again(work: UnitOfWork, ctx: Context, offer: Offer, due_at: datetime) -> Refusal | None:
    """Show the offered card once more, as wished for ``due_at``, unless it was answered."""
    refusal = offer.refusal()
    if refusal:
        return refusal
    # Each time it is put off it comes as a card of its own.
    word = str(to_micros(due_at) // 1_000_000)
    card = offer_card(work, ctx, offer.lead, _deadline(work, ctx, offer), word=word)
    send_card(work, ctx, offer.lead, offer.userid, card)
    return None


def _deadline(work: UnitOfWork, ctx: Context, offer: Offer) -> datetime:
    rules = ctx.catalog.pools.rules_of(offer.lead.pool)
    return accept_by(offer.lead.offered_at or work.now, rules, ctx.catalog.work)


def expire_card(work: UnitOfWork, ctx: Context, offer: Offer) -> None:
    """Take the lead from a rep who did not answer in time, and tell them."""
    expired = expire(offer)
    if isinstance(expired, Refusal):
        return
    _note(work, ctx, offer, "card_expired", work.now)
    content = ctx.words.get("offer.expired", name=name_of(work, ctx, offer.lead.person_id))
    cause = f"expired:{offer.lead.id}:{offer.assignment}"
    tell(work, ctx, offer.userid, content, cause=cause, joins=True)
    work.happened(expired)


async def press_status(
    work: UnitOfWork, ctx: Context, lead_id: LeadId, status: Status, actor: Actor, tap: Tap
) -> None:
    """Answer a tap on a status: the portrait card is redrawn with it."""
    reason = INVALID_REASON if status is Status.INVALID else ""
    moved = set_status(work, ctx, lead_id, status, actor, reason)
    lead = work.leads.get(lead_id)
    card = None
    if may_see(lead, actor):
        card = await portrait_for(work, ctx, lead, tap.userid, tap.cause)
    if isinstance(moved, Refusal):
        _refuse(work, ctx, moved, tap, stays=card)
        return
    if lead.is_of(tap.userid):
        _first_contact(work, ctx, lead, tap)
    _replace(work, ctx, tap, card, "offer.void")


async def open_portrait(work: UnitOfWork, ctx: Context, lead: Lead, actor: Actor, tap: Tap) -> None:
    """Answer a tap on 看画像, for whoever may see the lead."""
    if may_see(lead, actor):
        await show_portrait(work, ctx, lead, tap.userid, cause=tap.cause)
    else:
        _refuse(work, ctx, Refusal(NOT_YOURS), tap)


def _first_contact(work: UnitOfWork, ctx: Context, lead: Lead, tap: Tap) -> None:
    if lead.status is None or lead.status in {Status.TO_FOLLOW, Status.INVALID}:
        return
    key = f"first_contact:{lead.id}:{lead.assignment}"
    what = Occurrence("first_contact", tap.at, key, properties={"userid": str(tap.userid)})
    record(work, ctx, lead.person_id, what)


def _grey(work: UnitOfWork, ctx: Context, tap: Tap, text_key: str, **values: object) -> None:
    update = CardUpdate(
        tap.response_code, (tap.userid,), replace_name=ctx.words.get(text_key, **values)
    )
    update_card(work, ctx, tap.userid, update, cause=tap.cause)


def _replace(work: UnitOfWork, ctx: Context, tap: Tap, card: Card | None, grey: str) -> None:
    """Let ``card`` take the place of the tapped one; without one it turns grey."""
    if card is None:
        _grey(work, ctx, tap, grey)
        return
    update = CardUpdate(tap.response_code, (tap.userid,), card=card)
    update_card(work, ctx, tap.userid, update, cause=tap.cause)


def _refuse(
    work: UnitOfWork, ctx: Context, why: Refusal, tap: Tap, stays: Card | None = None
) -> None:
    """Say why nothing happened: on the card and, since a grey word is short, in a line.

    ``stays`` is the card whose buttons still mean something.
    """
    work.refused("card", why.code)
    _replace(work, ctx, tap, stays, _GREY.get(why.code, "offer.void"))
    tell(work, ctx, tap.userid, ctx.words.get(f"refusals.{why.code}"), cause=tap.cause)


def _note(
    work: UnitOfWork, ctx: Context, offer: Offer, kind: str, at: datetime, reason: str = ""
) -> None:
    facts = {"userid": str(offer.userid)} | ({"reason": reason} if reason else {})
    key = f"{kind}:{offer.lead.id}:{offer.assignment}"
    record(work, ctx, offer.lead.person_id, Occurrence(kind, at, key, properties=facts))
