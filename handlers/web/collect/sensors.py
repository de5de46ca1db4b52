"""The collect endpoint of Sensors Analytics 神策: form or query, base64, gzip, crc."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

import msgspec
from aiohttp import web

from domain.tracking.record import Unreadable
from domain.tracking.sensors import read
from handlers.web.body import TOO_LARGE, BodyRefused, read_body
from handlers.web.collect.door import (
    MOST_BYTES,
    MOST_RECORDS,
    MOST_UNPACKED,
    CollectDoor,
    Kept,
    TrackRefused,
    preflight,
    reference_of,
)

FAMILY = "sensors"
#: One transparent pixel: what an image request expects.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_GZIP = 16 + zlib.MAX_WBITS
_CRC = re.compile(r"crc=(-?\d+)")
#: Differ between two attempts at sending one record.
_OF_SENDING = frozenset({"_flush_time", "_nocache"})


@dataclass(frozen=True, slots=True)
class Sensors:
    """Takes records; in debug mode it says what is wrong, as 神策's server does."""

    door: CollectDoor

    def mount(self, app: web.Application) -> None:
        """Add the routes; SDKs make the debug address from the collect address."""
        take = self.door.guarded(self.collect, _refusal)
        pixel = self.door.guarded(self.pixel, _refusal)
        debug = self.door.guarded(self.debug, _refusal)
        for path in ("/collect/sa", "/collect/sa.gif"):
            app.router.add_get(path, pixel, allow_head=False)
            app.router.add_post(path, take)
            app.router.add_options(path, preflight)
        for path in ("/collect/debug", "/debug"):
            app.router.add_post(path, debug)
            app.router.add_options(path, preflight)

    async def collect(self, request: web.Request) -> web.Response:
        """Store what an SDK posts."""
        await self._take(request, await _form(request))
        return web.Response(text="", content_type="text/plain")

    async def pixel(self, request: web.Request) -> web.Response:
        """Store what a page sends by asking for a picture."""
        await self._take(request, dict(request.query))
        return web.Response(body=PIXEL, content_type="image/gif")

    async def debug(self, request: web.Request) -> web.Response:
        """Check each record, and store them unless it is a dry run."""
        records = _records(await _form(request))
        key = await self.door.key(_token(request, records), len(records))
        now = self.door.clock.now()
        for record in records:
            if isinstance(found := read(record, key.system, "debug", now), Unreadable):
                raise TrackRefused(HTTPStatus.BAD_REQUEST, found.why)
        if request.headers.get("Dry-Run", "").lower() != "true":
            await self.door.store(
                FAMILY, key, [_kept(one, key.word, key.system) for one in records]
            )
        return web.Response(text="", content_type="text/plain")

    async def _take(self, request: web.Request, form: Mapping[str, str]) -> None:
        records = _records(form)
        key = await self.door.key(_token(request, records), len(records))
        kept = [_kept(one, key.word, key.system) for one in records]
        await self.door.store(FAMILY, key, kept)


def _kept(record: dict[str, object], word: str, system: str) -> Kept:
    lasting = {name: value for name, value in record.items() if name not in _OF_SENDING}
    said = msgspec.json.encode(lasting, order="deterministic")
    return Kept(reference_of(FAMILY, word, said), system, record)


def _token(request: web.Request, records: Sequence[Mapping[str, object]]) -> str:
    """Return the write key: of the address, else of the first record."""
    token = request.query.get("token", "")
    return token or next((str(r["token"]) for r in records if r.get("token")), "")


async def _form(request: web.Request) -> dict[str, str]:
    try:
        body = await read_body(request, MOST_BYTES, may_be_encoded=True)
    except BodyRefused as refused:
        is_large = refused.code == TOO_LARGE
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_large else HTTPStatus.BAD_REQUEST
        raise TrackRefused(status, "too_large" if is_large else "body_broken") from None
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=64)
    except ValueError:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "no_data") from None
    return {name: values[0] for name, values in fields.items()}


def _records(form: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the records of a form.

    Raises:
        TrackRefused: there are none, or they cannot be unpacked.
    """
    text = form.get("data_list") or form.get("data") or ""
    if not text:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "no_data")
    if (found := _CRC.search(form.get("ext", ""))) and int(found[1]) != java_hash(text):
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "wrong_crc")
    raw = text.encode() if text[0] in "[{" else _unpacked(text, form.get("gzip", ""))
    try:
        document = msgspec.json.decode(raw, type=list[dict[str, object]] | dict[str, object])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "not_json") from None
    records = document if isinstance(document, list) else [document]
    if not 0 < len(records) <= MOST_RECORDS:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "wrong_number")
    return records


def _unpacked(text: str, gzip: str) -> bytes:
    # What was not escaped for the address has blanks where plus signs were.
    raw = text.replace(" ", "+").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "not_base64") from None
    if gzip not in {"1", "9"} and not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(data, MOST_UNPACKED)
    except zlib.error:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "not_gzip") from None
    if unpacker.unconsumed_tail:
        raise TrackRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    if not unpacker.eof:
        raise TrackRefused(HTTPStatus.BAD_REQUEST, "not_gzip")
    return plain


def java_hash(text: str) -> int:
    """Return the hash of Java's ``String.hashCode``, by which SDKs check what they send."""
    value = 0
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        unit = low | high << 8
        value = (value * 31 + unit) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def _refusal(refused: TrackRefused, message: str) -> web.Response:
    return web.Response(status=refused.status, text=message, content_type="text/plain")
