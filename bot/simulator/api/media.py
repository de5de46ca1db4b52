"""Temporary media of the corp and of the official account (fact sheet 3.5)."""

from __future__ import annotations

from typing import Any

from bot.simulator.api.gateway import Answer, Ask, Endpoint, File, Strict, Upload
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.media import MediaShelf

CORP_RIGHTS = frozenset({Right.APP, Right.CONTACTS, Right.CUSTOMERS, Right.KF})
OFFICIAL_RIGHTS = frozenset({Right.OFFICIAL})
MEGABYTE = 1024 * 1024
#: Largest upload per type in bytes, and the smallest of all.
LARGEST = {
    "image": 10 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "file": 20 * MEGABYTE,
}
SMALLEST = 5
#: The official account knows thumbnails besides, but no files.
OFFICIAL_LARGEST = {
    "image": 10 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "thumb": MEGABYTE // 16,
}


class MediaQuery(Strict):
    """Query of media/get."""

    media_id: str


def upload(ask: Ask[Upload]) -> Answer:
    """Keep an upload for three days."""
    return {**_keep(ask, ask.world.media, LARGEST)}


def get(ask: Ask[MediaQuery]) -> Answer:
    """Return the bytes of a living medium."""
    return _give(ask, ask.world.media)


def official_upload(ask: Ask[Upload]) -> Answer:
    """Keep an upload for three days."""
    kept = _keep(ask, ask.world.official_media, OFFICIAL_LARGEST)
    return {**kept, "created_at": int(kept["created_at"])}


def official_get(ask: Ask[MediaQuery]) -> Answer:
    """Return the bytes of a living medium."""
    return _give(ask, ask.world.official_media)


def _keep(ask: Ask[Upload], shelf: MediaShelf, largest: dict[str, int]) -> dict[str, str]:
    body = ask.body
    if body.type not in largest:
        raise Refused(Code.BAD_MEDIA_TYPE, "invalid media type")
    if len(body.data) <= SMALLEST:
        raise Refused(Code.EMPTY_MEDIA, "empty media data")
    if len(body.data) > largest[body.type]:
        raise Refused(Code.MEDIA_TOO_LARGE, "media size out of limit")
    medium = shelf.keep(
        kind=body.type,
        filename=body.filename,
        content_type=body.content_type,
        data=body.data,
        now=ask.world.now,
    )
    return {
        "type": medium.kind,
        "media_id": medium.media_id,
        "created_at": str(unix(medium.created_at)),
    }


def _give(ask: Ask[MediaQuery], shelf: MediaShelf) -> File:
    medium = shelf.find(ask.body.media_id, ask.world.now)
    if medium is None:
        raise Refused(Code.BAD_MEDIA_ID, "invalid media_id")
    return File(medium.content_type, medium.filename, medium.data)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/media/upload", Upload, upload, CORP_RIGHTS),
    Endpoint("GET", "/cgi-bin/media/get", MediaQuery, get, CORP_RIGHTS),
)
OFFICIAL_ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/media/upload", Upload, official_upload, OFFICIAL_RIGHTS),
    Endpoint("GET", "/cgi-bin/media/get", MediaQuery, official_get, OFFICIAL_RIGHTS),
)
