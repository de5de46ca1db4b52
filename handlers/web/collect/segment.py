"""The tracking API of Segment: a batch, or one call by its own path."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import msgspec
from aiohttp import web

from domain.tracking.segment import moment
from handlers.web.body import TOO_LARGE, BodyRefused, read_body
from handlers.web.collect.door import (
    MOST_BYTES,
    MOST_RECORDS,
    CollectDoor,
    Kept,
    TrackRefused,
    preflight,
    reference_of,
)

FAMILY = "segment"
BASE = "/collect/segment/v1"
_SINGLE = ("identify", "track", "page", "screen", "group", "alias")


@dataclass(frozen=True, slots=True)
class Segment:
    """Takes calls of Segment's libraries."""

    door: CollectDoor

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        take = self.door.guarded(self.collect, _refusal)
        for name in ("batch", "import", *_SINGLE):
            app.router.add_post(f"{BASE}/{name}", take)
            app.router.add_options(f"{BASE}/{name}", preflight)

    async def collect(self, request: web.Request) -> web.Response:
        """Store a batch, or a single call."""
        document = await _document(request)
        name = request.path.rsplit("/", 1)[1]
        calls = [document | {"type": name}] if name in _SINGLE else _batch(document)
        key = await self.door.key(_write_key(request, document), len(calls))
        sent = moment(document.get("sentAt"))
        kept = []
        for call in calls:
            said = _named(call)
            kept.append(Kept(reference_of(FAMILY, key.word, said), key.system, call, sent))
        await self.door.store(FAMILY, key, kept)
        return _answer({"success": True})


def _named(call: Mapping[str, object]) -> bytes:
    """Return what makes a call itself: its message id, else all it says."""
    message_id = call.get("messageId")
    if isinstance(message_id, str) and message_id:
        return message_id.encode()
    return msgspec.json.encode(call, order="deterministic")


async def _document(request: web.Request) -> dict[str, object]:
    try:
        body = await read_body(request, MOST_BYTES, may_be_encoded=True)
    except BodyRefused as refused:
        is_large = refused.code == TOO_LARGE
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_large else HTTPStatus.BAD_REQUEST
        raise TrackRefused(status, "too_large" if is_large else "body_broken") from None
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "not_json") from None


def _batch(document: Mapping[str, object]) -> Sequence[dict[str, object]]:
    calls = document.get("batch")
    if not isinstance(calls, list) or not all(isinstance(one, dict) for one in calls):
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "no_batch")
    if not 0 < len(calls) <= MOST_RECORDS:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "wrong_number")
    return calls


def _write_key(request: web.Request, document: Mapping[str, object]) -> str:
    """Return the write key: the user of basic authorization, else a field of the body."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return ""
    return str(document.get("writeKey", ""))


def _refusal(refused: TrackRefused, message: str) -> web.Response:
    body = {"success": False, "code": refused.code, "message": message}
    return _answer(body, refused.status)


def _answer(body: object, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json"
    )
