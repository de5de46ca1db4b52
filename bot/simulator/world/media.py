"""Temporary media: bytes that live three days (fact sheet 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.world.ids import Ids


@dataclass(frozen=True, slots=True)
class Medium:
    """An uploaded file; ``kind`` is image, voice, video or file."""

    media_id: str
    kind: str
    filename: str
    content_type: str
    data: bytes
    created_at: datetime


class MediaShelf:
    """All uploads of the corp or of the official account."""

    def __init__(self, ids: Ids, life: timedelta) -> None:
        """Keep media for ``life``."""
        self._ids = ids
        self._life = life
        self._media: dict[str, Medium] = {}

    def keep(
        self, *, kind: str, filename: str, content_type: str, data: bytes, now: datetime
    ) -> Medium:
        """Take in an upload."""
        medium = Medium(self._ids.word("media-"), kind, filename, content_type, data, now)
        self._media[medium.media_id] = medium
        return medium

    def find(self, media_id: str, now: datetime) -> Medium | None:
        """Return the medium while it lives, else None."""
        medium = self._media.get(media_id)
        return medium if medium and now < medium.created_at + self._life else None
