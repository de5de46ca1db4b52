"""The gate of the HTTP API: who calls, may they, and did they say this before?

A handler behind the gate is wrapped by :meth:`Gate.guarded` and gets a
:class:`Call`; whatever it raises as :class:`ApiProblem` is answered in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from domain.access import SKEW, ApiKey, Scope, SignedCall, is_signed
from handlers.web.api.problem import ApiProblem
from handlers.web.body import BodyRefused, read_body
from storage.errors import StorageUnavailable

if TYPE_CHECKING:
    from handlers.ports import Clock, Rates, Words
    from storage.api_keys import ApiKeys

log = structlog.get_logger("clew.api")

KEY, TIMESTAMP, NONCE, SIGNATURE = (
    "X-Clew-Key",
    "X-Clew-Timestamp",
    "X-Clew-Nonce",
    "X-Clew-Signature",
)
#: A thousand leads with all their fields stay far below.
MOST_BYTES = 1024 * 1024
_NONCE = re.compile(r"[A-Za-z0-9_.:-]{8,64}")
_BODY_STATUS = {
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body_slow": HTTPStatus.REQUEST_TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call that proved who makes it and may be made."""

    request: web.Request
    key: ApiKey
    body: bytes
    now: datetime


Handler = Callable[[Call], Awaitable[web.Response]]
Route = Callable[[web.Request], Awaitable[web.Response]]


class Gate:
    """Lets signed calls through, each once."""

    def __init__(self, keys: ApiKeys, clock: Clock, words: Words, rates: Rates) -> None:
        """Know keys; speak with ``words``."""
        self._keys = keys
        self._clock = clock
        self._words = words
        self._rates = rates

    def guarded(self, scope: Scope | None, handler: Handler) -> Route:
        """Return a route that only calls of keys with ``scope`` reach; None asks for any key."""

        async def route(request: web.Request) -> web.Response:
            try:
                return await handler(await self._admit(request, scope))
            except ApiProblem as problem:
                log.info("api_refused", path=request.path, code=problem.code)
                return problem.answer(self._words)
            except StorageUnavailable as error:
                log.warning("api_storage_unavailable", path=request.path, advice=str(error))
                return _UNAVAILABLE.answer(self._words)
            except web.HTTPException:
                raise
            except Exception:
                log.exception("api_defect", path=request.path)
                return _DEFECT.answer(self._words)

        return route

    async def _admit(self, request: web.Request, scope: Scope | None) -> Call:
        now = self._clock.now()
        body = await _body_of(request)
        call = _signed(request, body)
        key = await self._keys.find(request.headers[KEY])
        # An unknown key costs as much time as a wrong signature.
        secret = key.secret if key else b"nobody"
        is_right = is_signed(secret, call, request.headers[SIGNATURE])
        if key is None or key.revoked_at is not None:
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "unknown_key")
        if not is_right:
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "wrong_signature")
        if not call.is_fresh(now):
            values = {"minutes": int(SKEW.total_seconds() // 60), "now": int(now.timestamp())}
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "clock_off", values)
        if scope is not None and not key.may(scope):
            raise ApiProblem(HTTPStatus.FORBIDDEN, "missing_scope", {"scope": scope})
        if seconds := await self._rates.wait(key.word, key.per_minute, now):
            retry = {"Retry-After": str(seconds)}
            values = {"seconds": seconds, "limit": key.per_minute}
            raise ApiProblem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_calls", values, headers=retry)
        if not await self._keys.use_nonce(key, call.nonce, now):
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "replayed")
        return Call(request, key, body, now)


_UNAVAILABLE = ApiProblem(
    HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", headers={"Retry-After": "5"}
)


_DEFECT = ApiProblem(HTTPStatus.INTERNAL_SERVER_ERROR, "defect")


async def _body_of(request: web.Request) -> bytes:
    try:
        return await read_body(request, MOST_BYTES)
    except BodyRefused as refused:
        status = _BODY_STATUS.get(refused.code, HTTPStatus.BAD_REQUEST)
        values = {"most": MOST_BYTES // 1024} if refused.code == "body_too_large" else {}
        raise ApiProblem(status, refused.code, values) from None


def _signed(request: web.Request, body: bytes) -> SignedCall:
    headers = request.headers
    missing = [name for name in (KEY, TIMESTAMP, NONCE, SIGNATURE) if not headers.get(name)]
    if missing:
        values = {"headers": "、".join(missing)}
        raise ApiProblem(HTTPStatus.UNAUTHORIZED, "not_signed", values)
    if not _NONCE.fullmatch(headers[NONCE]):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "bad_nonce")
    target = request.rel_url.raw_path_qs
    return SignedCall(request.method, target, headers[TIMESTAMP], headers[NONCE], body)
