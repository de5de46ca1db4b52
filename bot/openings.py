"""What opened a conversation window, read from the customer's own events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.limits import LEDGER_SPAN, Opening, Trigger
from domain.messages import Endpoint, Push
from storage.protocols import Database
from storage.queries.openings import latest_events

#: Kinds of events (``config/events.toml``) that open a window, by endpoint.
OPENERS: Mapping[Endpoint, Mapping[str, Trigger]] = MappingProxyType(
    {
        Endpoint.KF_MESSAGE: {"kf_message": Trigger.MESSAGE},
        Endpoint.MP_MESSAGE: {
            "mp_message": Trigger.MESSAGE,
            "mp_followed": Trigger.TAP,
            "mp_scanned": Trigger.TAP,
            "mp_menu_clicked": Trigger.TAP,
        },
    }
)


class Openings:
    """Reads openings from the event log."""

    def __init__(self, database: Database) -> None:
        """Read from the main database."""
        self._database = database

    async def of(self, push: Push, now: datetime) -> tuple[Opening, ...] | None:
        """Return what opened the window for ``push``.

        None when that cannot be known (no person) or does not matter (another
        endpoint); then the platform's answer decides.
        """
        openers = OPENERS.get(push.endpoint)
        if openers is None or push.person_id is None:
            return None
        since = now - LEDGER_SPAN
        events = await latest_events(self._database, push.person_id, openers, since)
        return tuple(Opening(at, openers[kind]) for kind, at in events)
