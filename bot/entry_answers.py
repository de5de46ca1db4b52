"""What the platform made of an entry point, on its way into the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.pulling import delivery_of
from bot.wecom.parse.entries import ENTRY_MADE

if TYPE_CHECKING:
    from bot.entry_orders import Made
    from bot.postman import Told
    from domain.messages import EntryOrder, Push
    from handlers.ports import Clock
    from storage.inbox import Inbox


def entry_answers(inbox: Inbox, clock: Clock) -> Told:
    """Return what puts the answer to an order into ``inbox``, once however often it comes."""

    async def told(push: Push, order: EntryOrder, made: Made) -> None:
        document: dict[str, object] = {
            "kind": ENTRY_MADE,
            "subject": push.receiver,
            "generation": 0,
            "account": push.account,
            "answer": {"kind": order.kind, **made},
        }
        delivery = delivery_of(f"fetch:{ENTRY_MADE}", document, clock.now())
        await inbox.put(lambda: delivery)

    return told
