"""What a callback request carries, or why it is not even looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from aiohttp import web

from bot.wecom.codec import Signature

#: Callbacks have a few hundred bytes; the cap only stops abuse (fact sheet 5.3).
MAX_BODY = 256 * 1024
#: The platform itself gives up after 5 s.
_READ_SECONDS = 5.0


Body = TypeVar("Body", bytes, bytearray)


class Refused(Exception):  # noqa: N818 — a decision, not a defect
    """The request gets ``status`` and no explanation; ``reason`` is counted."""

    def __init__(self, status: int, reason: str) -> None:
        """Decide."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


def parameter(request: web.BaseRequest, name: str) -> str:
    """Return a parameter of the query.

    Raises:
        Refused: it is missing or empty.
    """
    value = request.query.get(name, "")
    if not value:
        raise Refused(web.HTTPBadRequest.status_code, "missing_parameter")
    return value


def signature(request: web.BaseRequest, name: str) -> Signature:
    """Return the signature that stands under ``name``, with its timestamp and nonce.

    Raises:
        Refused: one of the three is missing.
    """
    query = _query(request)
    signed = Signature(
        value=query.get(name, ""),
        timestamp=query.get("timestamp", ""),
        nonce=query.get("nonce", ""),
    )
    if not (signed.value and signed.timestamp and signed.nonce):
        raise Refused(web.HTTPBadRequest.status_code, "missing_parameter")
    return signed


def _query(request: web.BaseRequest) -> Mapping[str, str]:
    """Return the parameters, of several under one name the first.

    What the platform sends with a delivery needs no decoding: a tenth of the time.
    """
    raw = request.rel_url.raw_query_string
    if "%" in raw or "+" in raw:
        return request.query
    pairs = [pair.partition("=") for pair in raw.split("&")]
    return {name: value for name, _, value in reversed(pairs)}


async def read_body(request: web.BaseRequest) -> bytes:
    """Return the body if it has a sane size and comes in time.

    Raises:
        Refused: it has not, does not, or is compressed.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(web.HTTPBadRequest.status_code, "encoded_body")
    if request.content.is_eof():  # all here already, the usual case: nothing to wait for
        return _capped(request.content.read_nowait())
    if (request.content_length or 0) > MAX_BODY:
        raise Refused(web.HTTPRequestEntityTooLarge.status_code, "body_too_large")
    try:
        async with asyncio.timeout(_READ_SECONDS):
            return await _read_capped(request)
    except TimeoutError as error:
        raise Refused(web.HTTPRequestTimeout.status_code, "slow_body") from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise Refused(web.HTTPBadRequest.status_code, "broken_body") from error


async def _read_capped(request: web.BaseRequest) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        _capped(body)
    return bytes(body)


def _capped(body: Body) -> Body:
    if len(body) > MAX_BODY:
        raise Refused(web.HTTPRequestEntityTooLarge.status_code, "body_too_large")
    return body
