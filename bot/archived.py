"""One line of the message archive on its way into the inbox (fact sheet 2.9)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.pulling import delivery_of
from storage.inbox import Delivery


def archived_line(source: str, line: str, now: datetime) -> Delivery | None:
    """Return what the inbox stores of a line, or None when it is no archive line.

    A line is a JSON object with ``msgid`` and ``seq``, as the vendor's library decrypts it.
    """
    try:
        document = msgspec.json.decode(line, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not isinstance(document.get("msgid"), str) or not document["msgid"]:
        return None
    return delivery_of(source, document, now)
