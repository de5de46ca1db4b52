"""Our own callback addresses, asked as the platform asks when they are saved.

What its console only calls 「openapi回调地址请求不通过」 is told apart here: not
reachable, wrong token, wrong key, another answer, too late (fact sheet 1.2, 1.6).
"""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from bot.doctor.finding import Finding, broken, ok, warning
from bot.doctor.installation import Installation
from bot.doctor.refused import refused_without_one_taken
from bot.wecom.callback import CallbackAccount, Family
from handlers.ports import Clock

#: Seconds that the platform waits for the answer to its check (fact sheet 1.2).
IN_TIME = 1.0
_PATIENCE = aiohttp.ClientTimeout(total=6, sock_connect=3)
#: A first answer may be late because the other checks run beside this one.
_TRIES = 2
_RIGHT = {"callback_right", "callback_local"}
#: Longer answers are not ours.
_MOST_BYTES = 4096
_NONCE_BYTES = 5
_ECHOES = 10**19
#: Status → code of the finding; the first two are how ``bot.wecom.callback`` refuses.
_STATUSES: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "callback_wrong_token",
    HTTPStatus.BAD_REQUEST: "callback_wrong_key",
    HTTPStatus.NOT_FOUND: "callback_no_route",
    HTTPStatus.MOVED_PERMANENTLY: "callback_redirected",
    HTTPStatus.FOUND: "callback_redirected",
    HTTPStatus.TEMPORARY_REDIRECT: "callback_redirected",
    HTTPStatus.PERMANENT_REDIRECT: "callback_redirected",
    HTTPStatus.BAD_GATEWAY: "callback_gateway",
    HTTPStatus.SERVICE_UNAVAILABLE: "callback_gateway",
    HTTPStatus.GATEWAY_TIMEOUT: "callback_gateway",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Callback:
    """Looks at the address of one app, official account or bot."""

    account: CallbackAccount

    async def look(self, installation: Installation) -> Finding:
        """Make the platform's check and judge the answer."""
        url = f"{installation.settings.public_url}{self.account.path}"
        finding = await self._ask(installation, url)
        for _ in range(_TRIES - 1):
            if finding.code == "callback_late":
                finding = await self._ask(installation, url)
        if finding.code not in _RIGHT:
            return finding
        # Our own settings agree with themselves; the console's may not agree with them.
        refused = await refused_without_one_taken(installation, self.account.source)
        return warning("callback_none_taken", url=url, count=refused) if refused else finding

    async def _ask(self, installation: Installation, url: str) -> Finding:
        echo = str(secrets.randbelow(_ECHOES))
        query = verification(self.account, echo, installation.clock)
        started = time.monotonic()
        try:
            async with installation.session.get(
                url, params=query, allow_redirects=False, timeout=_PATIENCE
            ) as response:
                body = await response.content.read(_MOST_BYTES)
                answer = Answer(response.status, body, time.monotonic() - started)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return broken(_failure(error), url=url, reason=type(error).__name__)
        return answer_finding(answer, echo, url)


def verification(account: CallbackAccount, echo: str, clock: Clock) -> dict[str, str]:
    """Return the query of the check that must be answered with ``echo``."""
    timestamp, nonce = int(clock.now().timestamp()), secrets.token_hex(_NONCE_BYTES)
    if account.family is Family.MP:
        signature = account.codec.sign_plain(timestamp=timestamp, nonce=nonce)
        name, echostr = "signature", echo
    else:
        sealed = account.codec.seal_xml(echo.encode(), timestamp=timestamp, nonce=nonce)
        signature, name, echostr = sealed.signature, "msg_signature", sealed.encrypt
    stamp = {"timestamp": signature.timestamp, "nonce": signature.nonce}
    return {name: signature.value, **stamp, "echostr": echostr}


def answer_finding(answer: Answer, echo: str, url: str) -> Finding:
    """Judge an answer to the check."""
    if answer.status != HTTPStatus.OK:
        code = _STATUSES.get(answer.status, "callback_refused")
        return broken(code, url=url, status=answer.status)
    if answer.body != echo.encode():
        return broken("callback_other_answer", url=url)
    if answer.seconds > IN_TIME:
        return broken("callback_late", url=url, seconds=f"{answer.seconds:.1f}")
    if _is_local(urlsplit(url).hostname or ""):
        return warning("callback_local", url=url)
    return ok("callback_right", url=url, ms=round(answer.seconds * 1000))


def _is_local(host: str) -> bool:
    """Tell whether the address means something on this network only."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def _failure(error: Exception) -> str:
    """Return the code of a connection that brought no answer."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "callback_no_such_host"
        case aiohttp.ClientSSLError():
            return "callback_bad_certificate"
        case TimeoutError():
            return "callback_silent"
        case _:
            return "callback_unreachable"
