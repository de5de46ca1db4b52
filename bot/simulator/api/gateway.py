"""The door of every endpoint: faults, concurrency, tokens, strict decoding, answers, the log."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulator.api.refusal import Code, Refused, official_noise, wecom_noise
from bot.simulator.api.struck import (
    NOTHING_STRUCK,
    Spoiler,
    Struck,
    gateway_page,
    hang_up,
    truncate,
)
from bot.simulator.config import Face, Right
from bot.simulator.faults import FaultKind, Faults
from bot.simulator.faults.codes import Place
from bot.simulator.world.rates import Caller
from bot.simulator.world.tokens import Grant, TokenFault
from bot.simulator.world.world import ApiCall, World

#: An escaped character in JSON that is not itself behind an escaped backslash.
UNICODE_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
#: Parameters that any call may carry in its query.
OUTER_QUERY = frozenset({"access_token", "debug"})
#: Upper bound of an upload.
MAX_BODY = 32 * 1024 * 1024


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A request body or query; what it does not name is refused with 40058."""


class Nothing(Strict):
    """A request without parameters."""


class Upload(Strict):
    """A multipart upload: the field ``media`` and the query's ``type``."""

    type: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """An answer of bytes instead of JSON."""

    content_type: str
    filename: str
    data: bytes


Answer = Mapping[str, object] | File
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """A call that passed the door: decoded body, query, token holder.

    ``raw`` is the body as sent. A handler appends to ``warnings`` what the real
    platform would swallow but a careful caller avoids.
    """

    world: World
    body: T
    query: Mapping[str, str]
    raw: bytes
    holder: str
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[T]):
    """An endpoint: what it takes, who may call it, what it does.

    ``rights`` empty = no token needed. ``is_narrow`` marks the endpoints whose
    concurrency limit is about 5 instead of about 10 (fact sheet 4.1).
    """

    method: str
    path: str
    takes: type[T]
    handler: Callable[[Ask[T]], Answer]
    rights: frozenset[Right] = frozenset()
    is_narrow: bool = False


@dataclass(slots=True)
class _Outcome:
    """What a call came to, before faults touch the answer."""

    answer: Answer
    errcode: int = 0
    raw: bytes = b""
    warnings: list[str] = field(default_factory=list)


class Gateway:
    """Serves the endpoints of one host."""

    def __init__(self, world: World, faults: Faults, face: Face) -> None:
        """Serve ``world`` under the rules of ``face``."""
        self._world = world
        self._spoiler = Spoiler(world, faults)
        self._face = face
        self._under_way: Counter[str] = Counter()

    def mount(
        self, app: web.Application, prefix: str, endpoints: tuple[Endpoint[Any], ...]
    ) -> None:
        """Add the endpoints under ``prefix``, and an answer for paths nobody serves."""
        for endpoint in endpoints:
            self._spoiler.knows(self._place(endpoint))
            app.router.add_route(endpoint.method, prefix + endpoint.path, self._serve(endpoint))
        app.router.add_route("*", prefix + "/{path:.*}", self._unknown)

    def _serve(self, endpoint: Endpoint[T]) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            limits = self._world.config.limits
            limit = limits.parallel_narrow_calls if endpoint.is_narrow else limits.parallel_calls
            self._under_way[endpoint.path] += 1
            try:
                is_crowded = self._under_way[endpoint.path] > limit
                return await self._spoil(request, endpoint, is_crowded=is_crowded)
            finally:
                self._under_way[endpoint.path] -= 1

        return serve

    async def _spoil(
        self, request: web.Request, endpoint: Endpoint[T], *, is_crowded: bool
    ) -> web.StreamResponse:
        is_upload = issubclass(endpoint.takes, Upload)
        struck = await self._spoiler.look(request, self._place(endpoint), is_upload=is_upload)
        await asyncio.sleep(struck.strike.delay + self._world.config.latency)
        if struck.strike.kind in (FaultKind.HTTP_ERROR, FaultKind.CUT):
            return await self._fail(request, endpoint.path, struck)
        outcome = await self._judge(request, endpoint, struck, is_crowded=is_crowded)
        self._log(endpoint.path, outcome, struck)
        if struck.strike.kind is FaultKind.LOST_ANSWER:
            return hang_up(request)
        response = _response(outcome.answer)
        if struck.strike.kind is FaultKind.TRUNCATED:
            truncate(response)
        return response

    async def _fail(self, request: web.Request, path: str, struck: Struck) -> web.StreamResponse:
        """Answer nothing of use, without any effect."""
        fault = struck.strike.fault
        if fault is None or fault.kind is FaultKind.CUT:
            await asyncio.sleep(fault.value("seconds") if fault else 0.0)
            self._log(path, _Outcome({}, errcode=HTTPStatus.GATEWAY_TIMEOUT), struck)
            return hang_up(request)
        status = int(fault.value("status"))
        self._log(path, _Outcome({}, errcode=status), struck)
        return gateway_page(status)

    async def _judge(
        self,
        request: web.Request,
        endpoint: Endpoint[T],
        struck: Struck,
        *,
        is_crowded: bool,
    ) -> _Outcome:
        outcome = _Outcome({})
        try:
            self._turn_away(is_crowded=is_crowded)
            self._spoiler.refuse(struck, request.remote or "")
            holder = self._check_token(request, endpoint)
            self._check_rate(request, endpoint)
            if not issubclass(endpoint.takes, Upload):
                outcome.raw = await request.read()
            body = await _decode(request, endpoint.takes, outcome.raw)
            query = {k: v for k, v in request.query.items() if k not in OUTER_QUERY}
            ask = Ask(self._world, body, query, outcome.raw, holder, outcome.warnings)
            with self._spoiler.muffled(struck):
                outcome.answer = endpoint.handler(ask)
        except Refused as refused:
            outcome.errcode = refused.code
            outcome.answer = self._refusal(refused, request.remote or "")
        return outcome

    @staticmethod
    def _turn_away(*, is_crowded: bool) -> None:
        if is_crowded:
            raise Refused(Code.CONCURRENCY, "api concurrent out of limit")

    def _check_rate(self, request: web.Request, endpoint: Endpoint[T]) -> None:
        """Count WeCom's calls; official accounts have daily quotas instead."""
        world = self._world
        is_debugging = request.query.get("debug") == "1"
        caller = Caller(endpoint.path, world.config.corp.corpid, request.remote or "", is_debugging)
        is_counted = self._face is Face.WECOM and bool(endpoint.rights)
        if is_counted and not world.rates.admit(caller, world.config.limits, world.now):
            raise Refused(Code.RATE, "api freq out of limit")

    def _place(self, endpoint: Endpoint[T]) -> Place:
        return Place(self._face, endpoint.method, endpoint.path, bool(endpoint.rights))

    def _check_token(self, request: web.Request, endpoint: Endpoint[T]) -> str:
        if not endpoint.rights:
            return ""
        now = self._world.now
        grant = self._world.tokens.check(request.query.get("access_token", ""), now)
        if not isinstance(grant, Grant):
            raise Refused(*self._token_fault(grant))
        if (Right.OFFICIAL in grant.rights) != (self._face is Face.OFFICIAL):
            raise Refused(*self._token_fault(TokenFault.INVALID))
        if not grant.rights & endpoint.rights:
            raise Refused(Code.NO_RIGHT, "api forbidden")
        if not self._world.switches.is_ip_allowed:
            self._refuse_ip(request.remote or "")
        return grant.holder

    def _refuse_ip(self, remote: str) -> None:
        if self._face is Face.OFFICIAL:
            raise Refused(Code.MP_IP_NOT_ALLOWED, f"invalid ip {remote}, not in whitelist")
        raise Refused(Code.IP_NOT_ALLOWED, "not allow to access from your ip")

    def _token_fault(self, fault: TokenFault) -> tuple[Code, str]:
        match fault:
            case TokenFault.MISSING:
                return Code.TOKEN_MISSING, "access_token missing"
            case TokenFault.EXPIRED:
                return Code.TOKEN_EXPIRED, "access_token expired"
            case TokenFault.INVALID if self._face is Face.OFFICIAL:
                return Code.BAD_SECRET, "invalid credential, access_token is invalid or not latest"
            case TokenFault.INVALID:
                return Code.BAD_TOKEN, "invalid access_token"

    def _refusal(self, refused: Refused, remote: str) -> dict[str, object]:
        hint = self._world.ids.word("h")
        if self._face is Face.OFFICIAL:
            message = official_noise(refused.detail, hint)
        else:
            message = wecom_noise(refused.code, refused.detail, hint, remote)
        return {"errcode": int(refused.code), "errmsg": message}

    def _log(self, path: str, outcome: _Outcome, struck: Struck = NOTHING_STRUCK) -> None:
        call = ApiCall(
            self._world.now,
            path,
            int(outcome.errcode),
            outcome.raw,
            tuple(outcome.warnings),
            struck.strike.kind or "",
        )
        self._world.calls.append(call)
        self._world.hub.publish("call", call=call.as_json())

    async def _unknown(self, request: web.Request) -> web.Response:
        self._log(request.path, _Outcome({}, errcode=HTTPStatus.NOT_FOUND))
        return web.Response(status=HTTPStatus.NOT_FOUND, text="404 page not found")


async def _decode(request: web.Request, takes: type[T], raw: bytes) -> T:
    query = {k: v for k, v in request.query.items() if k not in OUTER_QUERY}
    try:
        if issubclass(takes, Upload):
            upload = await _upload(request, query)
            return msgspec.convert(upload, takes)
        if request.method == "GET":
            return msgspec.convert(query, takes, strict=False)
        if UNICODE_ESCAPE.search(raw):
            raise Refused(Code.UNICODE_ESCAPES, "invalid charset, \\u escapes")
        return msgspec.json.decode(raw or b"{}", type=takes)
    except msgspec.ValidationError as error:
        raise Refused(Code.BAD_PARAMETER, f"invalid request parameter: {error}") from error
    except msgspec.DecodeError as error:
        raise Refused(Code.BAD_JSON, f"data format error: {error}") from error


async def _upload(request: web.Request, query: Mapping[str, str]) -> dict[str, object]:
    if not request.content_type.startswith("multipart/"):
        raise Refused(Code.EMPTY_MEDIA, "empty media data")
    form = await request.post()
    media = form.get("media")
    if not isinstance(media, web.FileField):
        raise Refused(Code.EMPTY_MEDIA, "empty media data")
    return {
        **query,
        "filename": media.filename,
        "content_type": media.content_type,
        "data": media.file.read(),
    }


def _response(answer: Answer) -> web.Response:
    if isinstance(answer, File):
        disposition = f'attachment; filename="{answer.filename}"'
        return web.Response(
            body=answer.data,
            content_type=answer.content_type,
            headers={"Content-Disposition": disposition},
        )
    body = msgspec.json.encode({"errcode": 0, "errmsg": "ok", **answer})
    return web.Response(body=body, content_type="application/json")
