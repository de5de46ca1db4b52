"""What trackers of websites and apps report."""

from __future__ import annotations

from dataclasses import dataclass

from domain.tracking.record import Tracked
from domain.values import ContactKey
from handlers.updates.base import Update


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackReceived(Update):
    """One record; ``system`` is whose logins it names."""

    system: str
    record: Tracked

    def contact_keys(self) -> tuple[ContactKey, ...]:
        """Return the identities that the record names."""
        return self.record.identities()
