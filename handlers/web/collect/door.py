"""What both forms of tracker share: the write key, the rate, the way into the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
import structlog
from aiohttp import web

from domain.access import ApiKey, Scope
from domain.values import Priority
from storage.errors import StorageUnavailable
from storage.inbox import Delivery

if TYPE_CHECKING:
    from handlers.ports import Clock, Deliveries, Rates, Words
    from storage.api_keys import ApiKeys

log = structlog.get_logger("clew.collect")

#: As they come, and unpacked: the SDKs send 50 to 100 records at a time.
MOST_BYTES = 1024 * 1024
MOST_UNPACKED = 8 * 1024 * 1024
MOST_RECORDS = 1_000
#: Trackers stand in pages of any address; nothing here depends on who the visitor is.
CORS: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type, Authorization, Dry-Run",
        "Access-Control-Max-Age": "86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-store",
    }
)


@dataclass(eq=False)
class TrackRefused(Exception):  # noqa: N818 — a decision, not a defect
    """Nothing was stored; ``code`` is a key of ``collect`` in the texts."""

    status: HTTPStatus
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Kept(msgspec.Struct):
    """A record as it waits in the inbox: raw, with whose it is and when it was sent."""

    reference: str
    system: str
    raw: dict[str, object]
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CollectDoor:
    """Stores records of trackers, each under a key of its own."""

    keys: ApiKeys
    inbox: Deliveries
    clock: Clock
    words: Words
    rates: Rates

    async def key(self, word: str, records: int) -> ApiKey:
        """Return the write key ``word`` when it may send so many records now."""
        key = await self.keys.find(word) if word else None
        if key is None or not key.may(Scope.COLLECT):
            raise TrackRefused(HTTPStatus.UNAUTHORIZED, "unknown_key")
        if seconds := await self.rates.wait(word, key.per_minute, self.clock.now(), records):
            retry = {"Retry-After": str(seconds)}
            raise TrackRefused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", retry)
        return key

    async def store(self, family: str, key: ApiKey, records: Sequence[Kept]) -> None:
        """Store records durably; those that are known fall on themselves."""
        now, source = self.clock.now(), f"{family}:{key.word}"
        await asyncio.gather(*(self._put(source, one, now) for one in records))

    async def _put(self, source: str, record: Kept, now: datetime) -> None:
        delivery = Delivery(
            source=source,
            key=record.reference.encode(),
            subject="",
            priority=Priority.BULK,
            payload=msgspec.json.encode(record),
            received_at=now,
        )
        await self.inbox.put(lambda: delivery)

    def guarded(
        self,
        take: Callable[[web.Request], Awaitable[web.Response]],
        refuse: Callable[[TrackRefused, str], web.Response],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a route that answers refusals as the SDK understands them."""

        async def route(request: web.Request) -> web.Response:
            try:
                response = await take(request)
            except TrackRefused as refused:
                log.info("track_refused", path=request.path, code=refused.code)
                response = refuse(refused, self.words.get(f"collect.{refused.code}"))
                response.headers.update(refused.headers)
            except StorageUnavailable as error:
                log.warning("track_not_stored", path=request.path, advice=str(error))
                away = TrackRefused(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
                response = refuse(away, self.words.get("collect.unavailable"))
            response.headers.update(CORS)
            return response

        return route


async def preflight(request: web.Request) -> web.Response:
    """Answer a browser that asks before it posts."""
    del request
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=dict(CORS))


def reference_of(family: str, word: str, said: bytes) -> str:
    """Return the name of a record: of whose write key, and what makes it itself."""
    digest = blake2b(said, digest_size=20).hexdigest()
    return f"{family}:{word}:{digest}"
