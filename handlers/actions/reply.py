"""What Clew answers a customer: one short line, chosen by what was understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.chat.intent import Intent
from domain.messages import Endpoint, Push, Text
from domain.screening.contact import ContactKind
from domain.values import IdentityKind, Priority
from handlers.actions.contact import contact

if TYPE_CHECKING:
    from domain.person import Person
    from handlers.actions.listen import Heard
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Intents with an answer of their own, the first that was heard wins.
_ANSWERED = (
    Intent.OPT_OUT,
    Intent.COMPLAIN,
    Intent.REFUSE,
    Intent.BUY,
    Intent.TRIAL,
    Intent.PRICE,
    Intent.CONTENT,
    Intent.THANKS,
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: endpoint, our account there, the customer's id there."""

    endpoint: Endpoint
    account: str
    receiver: str


async def answer(
    work: UnitOfWork, ctx: Context, person: Person, heard: Heard, address: Address, cause: str
) -> None:
    """Answer a sentence once; a person who wants silence hears that it is kept, and no more."""
    key = _text_key(work, person, heard)
    if key:
        push = text_to(person, address, ctx.words.get(key), cause)
        await contact(work, ctx, person, ContactKind.REPLY, push)


def text_to(person: Person, address: Address, content: str, cause: str) -> Push:
    """Return a text for a customer, sent once per ``cause``."""
    return Push(
        endpoint=address.endpoint,
        account=address.account,
        receiver=address.receiver,
        body=Text(content),
        dedupe_key=f"reply:{cause}",
        priority=Priority.CHAT,
        # Five messages per message of theirs: what would be too much is said in one.
        merge_key=f"replies:{address.receiver}",
        person_id=person.id,
    )


def _text_key(work: UnitOfWork, person: Person, heard: Heard) -> str:
    whole = work.people.whole(person.id)
    said = {heard.main, *heard.intents.others}
    if whole.opted_out_at is not None:
        return "reply.opt_out" if Intent.OPT_OUT in said else ""
    if "phone" in heard.learned:
        return "reply.phone_given"
    topic = next((intent for intent in _ANSWERED if intent in said), Intent.OTHER)
    if topic in {Intent.THANKS, Intent.REFUSE, Intent.COMPLAIN}:
        return f"reply.{topic}"
    has_phone = whole.key_of(IdentityKind.PHONE) is not None
    return f"reply.{topic}" if has_phone else f"reply.{topic}_ask_phone"
