"""What the platform made of an entry point that was ordered."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.updates.fetched import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMade(Fetched):
    """Entry point ``entry_id`` exists; ``kind`` is one of ``EntryKind``."""

    entry_id: int
    kind: str
    platform_id: str
    url: str = ""
    qr_code: str = ""
