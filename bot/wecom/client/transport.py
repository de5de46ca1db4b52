"""One HTTP exchange with a platform, over a shared session.

Addresses hold the access token, so no error of the HTTP library is let out or
chained: its words often quote the address.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiohttp
import structlog

from bot.wecom.client.answers import JsonObject
from bot.wecom.client.replies import Reply, read_file, read_object
from bot.wecom.errors import Family, NotSentError, OutcomeUnknownError, PlatformError, WireError

log = structlog.get_logger(__name__)

_CHUNK = 64 * 1024
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file for a multipart call, sent as the field ``media`` (fact sheet 3.5)."""

    filename: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class WireCall:
    """What to ask: with ``body`` or ``upload`` it is a POST, else a GET.

    ``total_for`` bounds the exchange in seconds; None takes the transport's.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    upload: Upload | None = field(default=None, repr=False)
    total_for: float | None = None

    @property
    def method(self) -> str:
        """POST when something is sent along, else GET."""
        return "GET" if self.body is None and self.upload is None else "POST"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of every exchange: seconds, calls at once per endpoint, bytes of an answer.

    Four at once stays below the lowest concurrency limit seen (fact sheet 4.1).
    """

    total_for: float = 10.0
    connect_for: float = 3.0
    parallel: int = 4
    answer_bytes: int = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CallSeen:
    """One finished exchange, for metrics: ``result`` is the errcode or a failure's word."""

    endpoint: str
    result: str
    seconds: float


class Transport:
    """Sends calls of one platform to one base address."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        family: Family,
        bounds: Bounds | None = None,
        on_call: Callable[[CallSeen], None] | None = None,
    ) -> None:
        """Keep the session (whoever opened it closes it) and the address, which has no path."""
        self._session = session
        self._base = base_url.rstrip("/")
        self._family = family
        self._bounds = bounds or Bounds()
        self._on_call = on_call
        self._slots: dict[str, asyncio.Semaphore] = {}

    async def exchange(self, call: WireCall, token: str = "") -> JsonObject:
        """Return the JSON answer, without errcode and errmsg.

        Raises:
            PlatformError: the platform said no.
            NotSentError: it did not take the call.
            OutcomeUnknownError: no usable answer came.
        """
        async with self._slot(call.path):
            with self._watched(call.path):
                return read_object(call.path, await self._perform(call, token), self._family)

    async def download(self, call: WireCall, token: str = "") -> Reply:
        """Return a file, as media/get does.

        Raises:
            WireError: as :meth:`exchange`.
        """
        async with self._slot(call.path):
            with self._watched(call.path):
                return read_file(call.path, await self._perform(call, token), self._family)

    def _slot(self, path: str) -> asyncio.Semaphore:
        """Waiting for a slot happens outside the exchange, so it cannot time a call out."""
        return self._slots.setdefault(path, asyncio.Semaphore(self._bounds.parallel))

    async def _perform(self, call: WireCall, token: str) -> Reply:
        failure: WireError
        try:
            return await self._request(call, token)
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ) as error:
            failure = NotSentError(call.path, type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = OutcomeUnknownError(call.path, type(error).__name__)
        raise failure  # outside the handler, so that the library's words are not chained

    async def _request(self, call: WireCall, token: str) -> Reply:
        async with self._session.request(
            call.method,
            self._base + call.path,
            params={**call.query, "access_token": token} if token else dict(call.query),
            data=_payload(call),
            headers=None if call.body is None else _JSON,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=call.total_for or self._bounds.total_for,
                sock_connect=self._bounds.connect_for,
            ),
        ) as response:
            return Reply(response.status, response.content_type, await self._read(response))

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._bounds.answer_bytes:
                message = "answer too large"
                raise aiohttp.ClientPayloadError(message)
        return bytes(body)

    @contextmanager
    def _watched(self, endpoint: str) -> Iterator[None]:
        started = time.monotonic()
        result = "cancelled"
        try:
            yield
            result = "0"
        except PlatformError as error:
            result = str(error.errcode)
            raise
        except WireError as error:
            result = error.reason
            raise
        finally:
            seconds = time.monotonic() - started
            log.debug("wire_call", endpoint=endpoint, result=result, seconds=round(seconds, 4))
            if self._on_call is not None:
                self._on_call(CallSeen(endpoint, result, seconds))


def _payload(call: WireCall) -> bytes | aiohttp.FormData | None:
    """Write real UTF-8; escaped characters are refused by some endpoints (40033)."""
    if call.upload is not None:
        form = aiohttp.FormData()
        form.add_field(
            "media",
            call.upload.content,
            filename=call.upload.filename,
            content_type=call.upload.content_type,
        )
        return form
    if call.body is None:
        return None
    return json.dumps(call.body, ensure_ascii=False).encode("utf-8", "replace")
