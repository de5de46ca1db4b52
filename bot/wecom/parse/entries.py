"""What the platform made of an entry point: our own JSON around its answer."""

from __future__ import annotations

from bot.wecom.parse.arrival import Arrival
from bot.wecom.parse.fetched import answer_fields
from bot.wecom.parse.fields import Fields, MissingField
from handlers.updates import Update
from handlers.updates.entry import EntryMade

#: Kind of the answer, which no fetch asked for.
ENTRY_MADE = "entry_made"


def build_entry(arrival: Arrival, answer: Fields) -> Update:
    """Return that an entry point exists.

    Raises:
        MissingField: it does not say which, or under which id.
    """
    entry = arrival.fields.see("subject")
    if not entry.isdecimal():
        name = "subject"
        raise MissingField(name)
    return EntryMade(
        entry_id=int(entry),
        kind=answer.need("kind"),
        platform_id=answer.need("platform_id"),
        url=answer.text("url"),
        qr_code=answer.text("qr_code"),
        **answer_fields(arrival),
    )
