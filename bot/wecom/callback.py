"""The routes that the platform calls: verify, decrypt, store, and only then acknowledge.

The way of a delivery is drawn in architecture section 1, the answers in fact
sheet 1.2–1.6. A peer that is refused learns a status and nothing else; the
reason is counted and logged.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog
from aiohttp import web
from prometheus_client import Counter

from bot.wecom.acknowledgement import Acknowledgement
from bot.wecom.codec import Codec, Signature
from bot.wecom.codec_errors import BadSignature, CodecError, WrongReceiver
from bot.wecom.parse import ParseError, peek
from bot.wecom.parse.document import read_document
from bot.wecom.parse.fields import Fields
from bot.wecom.replay import FRESH_FOR, ReplayGuard
from bot.wecom.request import Refused, parameter, read_body, signature
from handlers.ports import Clock
from storage.errors import StorageUnavailable
from storage.inbox import Delivery

log = structlog.get_logger("clew.callback")

#: A refusal of one kind is logged once in this time; the counter counts them all.
_LOG_EVERY = timedelta(minutes=1)

#: Refusals in the middle of a body: the connection is of no more use.
_BODY_UNREAD = {web.HTTPRequestEntityTooLarge.status_code, web.HTTPRequestTimeout.status_code}

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PLAIN_HEADERS = {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}


class Family(StrEnum):
    """Who calls; the word stands in the route and in the source of a delivery."""

    WECOM = "wecom"
    SUITE = "suite"
    MP = "mp"
    AIBOT = "aibot"


class Mode(StrEnum):
    """How an official account sends (fact sheet 1.6); all others encrypt."""

    PLAIN = "plain"
    COMPAT = "compat"
    ENCRYPTED = "encrypted"


#: What "stored" sounds like to each family (fact sheet 1.5).
_ACKNOWLEDGEMENTS = {
    Family.WECOM: b"",
    Family.SUITE: b"success",
    Family.MP: b"success",
    Family.AIBOT: b"",
}


@dataclass(frozen=True, slots=True)
class CallbackAccount:
    """One app, suite, official account or bot that calls us.

    ``name`` is the last part of the route. ``corp`` is who the callbacks are
    addressed to (corp id, ``gh_…`` id); only plain mode needs it, elsewhere the
    codec checks the encrypted receive id.

    Raises:
        ValueError: the name does not fit into a route, or only official
            accounts have the mode.
    """

    name: str
    family: Family
    codec: Codec
    corp: str
    mode: Mode = Mode.ENCRYPTED

    def __post_init__(self) -> None:
        """Refuse what no platform setting could mean."""
        if not _NAME.fullmatch(self.name):
            message = f"callback name {self.name!r}: use 1-64 letters, digits, '_', '-' or '.'"
            raise ValueError(message)
        if self.mode is not Mode.ENCRYPTED and self.family is not Family.MP:
            message = f"callback {self.name}: only official accounts have the mode {self.mode}"
            raise ValueError(message)

    @property
    def source(self) -> str:
        """Source of its deliveries, and the label of its counts."""
        return f"{self.family}:{self.name}"

    @property
    def path(self) -> str:
        """Path of its route."""
        return f"/callback/{self.family}/{self.name}"


class Store(Protocol):
    """The part of the inbox that a callback needs."""

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store what ``prepare`` returns; False when its key is known."""
        ...


class Witness(Protocol):
    """What other processes saw of signatures that cover no content."""

    async def has_other_body(self, source: str, signature: Signature, body: bytes) -> bool:
        """Tell whether ``signature`` was used with another body; notes it when it is new."""
        ...


def callback_routes(
    accounts: Iterable[CallbackAccount],
    inbox: Store,
    clock: Clock,
    counter: Counter,
    witness: Witness | None = None,
) -> list[web.RouteDef]:
    """Return GET (URL check) and POST (delivery) of each account.

    ``counter`` has the labels ``route`` (the account's source) and ``result``:
    ``verified``, ``stored``, ``duplicate`` or the reason of a refusal. Replicas
    need a ``witness`` for official accounts in plain mode.
    """
    routes = []
    for account in accounts:
        door = _Door(account, inbox, clock, counter, witness)
        routes.append(web.get(account.path, door.verify, allow_head=False))
        routes.append(web.post(account.path, door.deliver))
    return routes


class _Door:
    """Answers the calls of one account."""

    def __init__(
        self,
        account: CallbackAccount,
        inbox: Store,
        clock: Clock,
        counter: Counter,
        witness: Witness | None,
    ) -> None:
        self._account = account
        self._inbox = inbox
        self._clock = clock
        self._counter = counter
        self._witness = witness
        self._guard = ReplayGuard()
        self._logged: dict[str, datetime] = {}
        self._source = account.source
        self._counts: dict[str, Counter] = {}
        self._acknowledgement = Acknowledgement(_ACKNOWLEDGEMENTS[account.family])

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the check that the platform makes when the URL is saved."""
        try:
            echo = self._echo(request)
        except Exception as error:  # noqa: BLE001 — sorted, counted and logged there
            return self._refuse(error)
        self._count("verified")
        return web.Response(body=echo, headers=_PLAIN_HEADERS)

    async def deliver(self, request: web.Request) -> web.StreamResponse:
        """Store a delivery, then acknowledge it; a repeat is acknowledged too."""
        now = self._clock.now()
        try:
            is_new = await self._store(request, now)
        except Exception as error:  # noqa: BLE001 — sorted, counted and logged there
            return self._refuse(error)
        self._count("stored" if is_new else "duplicate")
        return self._acknowledgement.to(request, now)

    def _echo(self, request: web.Request) -> bytes:
        echostr = parameter(request, "echostr")
        if self._account.family is Family.MP:
            # Official accounts do not encrypt the check, whatever their mode.
            self._account.codec.check_plain(signature(request, "signature"))
            return echostr.encode(errors="replace")
        return self._account.codec.verify_url(signature(request, "msg_signature"), echostr)

    async def _store(self, request: web.Request, now: datetime) -> bool:
        is_plain = self._account.mode is Mode.PLAIN
        signed = signature(request, "signature" if is_plain else "msg_signature")
        if is_plain:
            self._check_plain(signed)
        body = await read_body(request)
        if is_plain:
            await self._ask_witness(signed, body)
        if self._guard.has_other_body(signed, body, now):
            raise Refused(web.HTTPForbidden.status_code, "replayed_signature")
        if is_plain:
            # The signature holds already; noted at once, so that of two bodies
            # that arrive together under one signature only the first passes.
            self._guard.remember(signed, body, now)
        is_new = await self._inbox.put(lambda: self._prepare(signed, body, now))
        self._guard.remember(signed, body, now)
        return is_new

    async def _ask_witness(self, signed: Signature, body: bytes) -> None:
        witness = self._witness
        if witness is not None and await witness.has_other_body(self._source, signed, body):
            raise Refused(web.HTTPForbidden.status_code, "replayed_signature")

    def _check_plain(self, signed: Signature) -> None:
        self._account.codec.check_plain(signed)
        # What the guard has forgotten could carry any body; the platform's own
        # repeats come within seconds.
        sent = int(signed.timestamp) if signed.timestamp.isdecimal() else 0
        if abs(self._clock.now().timestamp() - sent) > FRESH_FOR.total_seconds():
            raise Refused(web.HTTPForbidden.status_code, "stale_signature")

    def _prepare(self, signed: Signature, body: bytes, received_at: datetime) -> Delivery:
        """Verify, decrypt and identify; runs inside the inbox's commit batch."""
        account = self._account
        plaintext = body if account.mode is Mode.PLAIN else account.codec.open(signed, body)
        if account.mode is Mode.PLAIN:
            _check_addressee(plaintext, account.corp)
        arrival = peek(self._source, plaintext)
        return Delivery(
            source=self._source,
            key=arrival.key,
            subject=arrival.subject,
            priority=arrival.priority,
            payload=plaintext,
            received_at=received_at,
        )

    def _refuse(self, error: Exception) -> web.Response:
        status, reason = _verdict(error)
        self._count(reason)
        now = self._clock.now()
        last = self._logged.get(reason)
        if last is None or now - last >= _LOG_EVERY:
            self._logged[reason] = now
            defect = error if reason == "defect" else None
            facts = {"advice": str(error)} if isinstance(error, StorageUnavailable) else {}
            log.warning(
                "callback_refused",
                route=self._source,
                reason=reason,
                exc_info=defect,
                **facts,
            )
        response = web.Response(status=status)
        if status in _BODY_UNREAD:
            response.force_close()
        return response

    def _count(self, result: str) -> None:
        count = self._counts.get(result)
        if count is None:
            count = self._counts[result] = self._counter.labels(self._source, result)
        count.inc()


def _verdict(error: Exception) -> tuple[int, str]:
    """Sort what went wrong: refused for good, or come again."""
    match error:
        case Refused():
            return error.status, error.reason
        case BadSignature() | WrongReceiver():
            return web.HTTPForbidden.status_code, error.reason
        case CodecError() | ParseError():
            return web.HTTPBadRequest.status_code, error.reason
        case StorageUnavailable():
            return web.HTTPServiceUnavailable.status_code, "storage_unavailable"
        case _:
            # Not the peer's fault: nothing was stored, so let the platform come again.
            return web.HTTPServiceUnavailable.status_code, "defect"


def _check_addressee(plaintext: bytes, corp: str) -> None:
    fields = Fields(read_document(plaintext))
    if not fields.has("MsgType") and fields.has("Encrypt"):
        raise Refused(web.HTTPBadRequest.status_code, "unexpected_encryption")
    if fields.see("ToUserName") != corp:
        raise WrongReceiver
