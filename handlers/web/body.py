"""Reads what a request carries, up to a size and within a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

#: Seconds that a body may take: slow phones, no idlers.
READ_SECONDS = 20.0


@dataclass(eq=False)
class BodyRefused(Exception):  # noqa: N818 — a decision, not a defect
    """The body is not read to its end; ``code`` says why."""

    code: str


TOO_LARGE, SLOW, BROKEN, ENCODED = "body_too_large", "body_slow", "body_broken", "body_encoded"


async def read_body(request: web.BaseRequest, most: int, *, may_be_encoded: bool = False) -> bytes:
    """Return the body if it has at most ``most`` bytes, unpacked.

    ``may_be_encoded`` allows ``Content-Encoding``: the server unpacks piece by
    piece, and no more than ``most`` bytes are ever held.

    Raises:
        BodyRefused: it has more, comes too slowly, breaks off or is encoded.
    """
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity" and not may_be_encoded:
        raise BodyRefused(ENCODED)
    if encoding == "identity" and (request.content_length or 0) > most:
        raise BodyRefused(TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise BodyRefused(TOO_LARGE)
    except TimeoutError as error:
        raise BodyRefused(SLOW) from error
    except (ConnectionError, web.RequestPayloadError) as error:
        raise BodyRefused(BROKEN) from error
    return bytes(body)
