"""Temporary media: upload and fetch (fact sheet 3.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.wecom.client.answers import number_of, required_text
from bot.wecom.client.api import Api
from bot.wecom.client.transport import Upload, WireCall

#: A media id lives this long after it was made.
MEDIA_LIFE = timedelta(days=3)
_TOTAL_FOR = 60.0


class MediaKind(StrEnum):
    """What is uploaded; sizes: image 10 MB, voice 2 MB, video 10 MB, file 20 MB."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """An uploaded file; to be uploaded again before ``expires_at``."""

    media_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A file as the platform keeps it."""

    content_type: str
    content: bytes = field(repr=False)


class MediaApi:
    """Media of the app whose secret is used; ids are shared within the corp."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def upload(self, kind: MediaKind, file: Upload) -> StoredMedia:
        """Store a file for 3 days.

        Raises:
            WireError: 45001 when it is too large.
        """
        endpoint = "/cgi-bin/media/upload"
        call = WireCall(endpoint, {"type": kind.value}, upload=file, total_for=_TOTAL_FOR)
        answer = await self._api.call(call)
        created_at = datetime.fromtimestamp(number_of(answer, "created_at"), UTC)
        return StoredMedia(required_text(answer, "media_id", endpoint), created_at + MEDIA_LIFE)

    async def get(self, media_id: str) -> FetchedMedia:
        """Return a stored file.

        Raises:
            WireError: 40007 when the id is unknown or over.
        """
        query = {"media_id": media_id}
        call = WireCall("/cgi-bin/media/get", query, total_for=_TOTAL_FOR)
        reply = await self._api.download(call)
        return FetchedMedia(reply.content_type, reply.body)
