"""Cards of dedup and answers to taps on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.cleaning.phone import mask_phone
from domain.messages import Card, CardUpdate, Endpoint, Push
from domain.person import Person
from domain.values import IdentityKind, Priority, Refusal, UserId
from handlers.actions.show import tell, update_card

if TYPE_CHECKING:
    from handlers.actions.answer import Tap
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


def show_card(work: UnitOfWork, ctx: Context, userid: UserId, card: Card) -> None:
    """Send a card that is about no single lead, once per task id."""
    work.send(
        Push(
            endpoint=Endpoint.APP_MESSAGE,
            account=ctx.accounts.agent_id,
            receiver=userid,
            body=card,
            dedupe_key=f"card:{card.task_id}:{userid}",
            priority=Priority.CHAT,
        )
    )


def answer_card(
    work: UnitOfWork, ctx: Context, tap: Tap, done: str, refusal: Refusal | None = None
) -> None:
    """Turn the tapped card grey: with the text ``done``, or because nothing happened, with why."""
    grey = ctx.words.get(done or "offer.void")
    update = CardUpdate(tap.response_code, (tap.userid,), replace_name=grey)
    update_card(work, ctx, tap.userid, update, cause=tap.cause)
    if refusal:
        work.refused("card", refusal.code)
        tell(work, ctx, tap.userid, ctx.words.get(f"refusals.{refusal.code}"), cause=tap.cause)


def masked_contact(person: Person) -> str:
    """Return the person's phone with its middle hidden, or an empty text."""
    key = person.key_of(IdentityKind.PHONE)
    return mask_phone(key.value) if key else ""
