"""What reps and managers see in their conversation with Clew: cards and lines of text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.buttons import REASON_QUESTION, Button, Verb
from domain.lead import Lead, Status
from domain.messages import Card, CardButton, CardRow, CardUpdate, Choice, Endpoint, Push, Text
from domain.portrait import CARD_ROWS
from domain.values import PersonId, Priority, Role, UserId
from handlers.actions.portray import (
    advice_of,
    called,
    moment_words,
    portrait_of,
    rows_of,
    suggested_words,
)

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Transition whose reasons are those for giving a lead back; their words are ``reason.<code>``.
RELEASE = "release"
#: Statuses that a rep sets with one tap; their words are ``status.<code>``.
STATUS_BUTTONS = (
    Status.CONTACTING,
    Status.UNCLEAR,
    Status.CLEAR,
    Status.PAYMENT_BOOKED,
    Status.WON,
    Status.INVALID,
)
_PRIMARY, _PLAIN, _WARNING = 1, 2, 3


def tell(
    work: UnitOfWork, ctx: Context, userid: UserId, content: str, *, cause: str, joins: bool = False
) -> None:
    """Say something to an employee, once per ``cause``; ``joins`` lets it be merged with others."""
    work.send(
        Push(
            endpoint=Endpoint.APP_MESSAGE,
            account=ctx.accounts.agent_id,
            receiver=userid,
            body=Text(content),
            dedupe_key=f"text:{cause}:{userid}",
            priority=Priority.NORMAL if joins else Priority.CHAT,
            merge_key=f"texts:{userid}" if joins else "",
        )
    )


async def tell_managers(work: UnitOfWork, ctx: Context, content: str, *, cause: str) -> None:
    """Say something to every manager, once per ``cause``."""
    for employee in await work.organisation.employees():
        if employee.has_role(Role.MANAGER) and employee.is_active:
            tell(work, ctx, employee.userid, content, cause=cause, joins=True)


def name_of(work: UnitOfWork, ctx: Context, person_id: PersonId) -> str:
    """Return what the person is called, or the word for somebody without a name."""
    return work.people.whole(person_id).name or ctx.words.get("card.nameless")


async def show_offer(work: UnitOfWork, ctx: Context, lead: Lead, due_at: datetime) -> None:
    """Show the owner the card of a lead that was given to them."""
    if lead.owner is not None:
        send_card(work, ctx, lead, lead.owner, offer_card(work, ctx, lead, due_at))


def offer_card(
    work: UnitOfWork, ctx: Context, lead: Lead, due_at: datetime, word: str = "0"
) -> Card:
    """Return the card: accept, return with a reason, later. The phone stays masked.

    ``word`` tells the cards of one assignment apart.
    """
    portrait = portrait_of(work, ctx, lead, may_see_phone=False)
    assignment = str(lead.assignment)
    return Card(
        title=ctx.words.get("offer.title", name=called(portrait, ctx)),
        description=ctx.words.get("offer.until", moment=moment_words(due_at, ctx)),
        task_id=f"offer-{lead.id}-{assignment}-{word}",
        source=ctx.words.get("card.source"),
        rows=rows_of(portrait, ctx),
        advice=advice_of(portrait, ctx),
        choice=Choice(
            key=REASON_QUESTION,
            title=ctx.words.get("offer.reason"),
            options=tuple((c, ctx.words.get(f"reason.{c}")) for c in return_reasons(ctx)),
            selected=return_reasons(ctx)[0],
        ),
        buttons=(
            _button(ctx, Verb.ACCEPT, lead, assignment, _PRIMARY),
            _button(ctx, Verb.RETURN, lead, assignment, _WARNING),
            _button(ctx, Verb.LATER, lead, assignment, _PLAIN),
        ),
    )


def return_reasons(ctx: Context) -> tuple[str, ...]:
    """Return the codes of the reasons for giving a lead back, the last one means any other."""
    return ctx.catalog.lifecycle.transitions[RELEASE].reasons


def _button(ctx: Context, verb: Verb, lead: Lead, word: str, style: int) -> CardButton:
    return CardButton(ctx.words.get(f"button.{verb}"), Button(verb, lead.id, word).key, style)


async def show_portrait(
    work: UnitOfWork, ctx: Context, lead: Lead, userid: UserId, *, cause: str
) -> None:
    """Send a portrait card with status buttons; the look is written down."""
    send_card(work, ctx, lead, userid, await portrait_for(work, ctx, lead, userid, cause))


async def portrait_for(
    work: UnitOfWork, ctx: Context, lead: Lead, userid: UserId, cause: str
) -> Card:
    """Return the portrait card for somebody who looks at it now; the look is written down."""
    what = "portrait_with_phone" if may_see_phone(lead, userid) else "portrait"
    await work.records.looked(userid, lead.person_id, what=what, via="card", at=work.now)
    card = portrait_card(work, ctx, lead, userid, cause)
    if lead.owner is None or lead.is_of(userid):
        return card
    owner = await work.organisation.employee(lead.owner)
    name = owner.name if owner else lead.owner
    row = CardRow(ctx.words.get("portrait.key.owner"), name, userid=lead.owner)
    return replace(card, rows=(row, *card.rows)[:CARD_ROWS])


def may_see_phone(lead: Lead, userid: UserId) -> bool:
    """Tell whether the phone is shown in full: to the owner who accepted the lead."""
    return lead.is_of(userid) and lead.accepted_at is not None


def portrait_card(work: UnitOfWork, ctx: Context, lead: Lead, userid: UserId, cause: str) -> Card:
    """Return the portrait as a card; its owner gets buttons for the next status."""
    portrait = portrait_of(work, ctx, lead, may_see_phone=may_see_phone(lead, userid))
    card = Card(
        title=called(portrait, ctx),
        description=advice_of(portrait, ctx),
        task_id=f"portrait-{lead.id}-{cause}",
        source=ctx.words.get("card.portrait"),
        rows=rows_of(portrait, ctx),
        advice=suggested_words(portrait, ctx),
        url=f"{ctx.accounts.public_url}/leads/{lead.id}",
    )
    return replace(card, buttons=_status_buttons(ctx, lead)) if lead.is_of(userid) else card


def _status_buttons(ctx: Context, lead: Lead) -> tuple[CardButton, ...]:
    return tuple(
        CardButton(
            text=ctx.words.get(f"status.{status}"),
            key=Button(Verb.STATUS, lead.id, status.value).key,
            style=_PRIMARY if status is lead.status else _PLAIN,
        )
        for status in STATUS_BUTTONS
    )


def send_card(work: UnitOfWork, ctx: Context, lead: Lead, userid: UserId, card: Card) -> None:
    """Send a card about a lead, once per task id."""
    work.send(
        Push(
            endpoint=Endpoint.APP_MESSAGE,
            account=ctx.accounts.agent_id,
            receiver=userid,
            body=card,
            dedupe_key=f"card:{card.task_id}:{userid}",
            priority=Priority.CHAT,
            person_id=lead.person_id,
            lead_id=lead.id,
        )
    )


def update_card(
    work: UnitOfWork, ctx: Context, userid: UserId, update: CardUpdate, *, cause: str
) -> None:
    """Replace a clicked card, or its buttons by a grey word."""
    work.send(
        Push(
            endpoint=Endpoint.CARD_UPDATE,
            account=ctx.accounts.agent_id,
            receiver=userid,
            body=update,
            dedupe_key=f"update:{cause}",
            priority=Priority.CHAT,
        )
    )
