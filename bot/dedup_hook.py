"""Asks the customer's own system what shall happen to a duplicate lead.

One configured address and no other: nothing of a message or an answer becomes an
address, redirects are not followed. The body holds ids and codes, nothing personal.
The signature is HMAC-SHA256 over moment and body, so that a recorded call grows old.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from bot.wecom.client.answers import JsonObject
from bot.wecom.errors import NotSentError, OutcomeUnknownError, WireError

if TYPE_CHECKING:
    from domain.messages import Fetch
    from handlers.ports import Clock

#: Seconds until an attempt is given up; there are more until the fallback happens.
ANSWER_WITHIN = 10.0
_LONGEST_ANSWER = 4096
_ENDPOINT = "dedup_hook"
_OK = 200
#: Headers of a call: moment in seconds since 1970, and the signature in hexadecimal digits.
MOMENT, SIGNATURE = "X-Clew-Timestamp", "X-Clew-Signature"


class DedupHook:
    """Calls one address."""

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str, clock: Clock) -> None:
        """Keep the session; whoever opened it closes it."""
        self._session = session
        self._url = url
        self._secret = secret.encode()
        self._clock = clock

    async def ask(self, fetch: Fetch) -> JsonObject:
        """Return the answer, ``{"then": "follow"}``.

        Raises:
            WireError: it was not reached, or gave no answer that can be read.
        """
        rule, channel = msgspec.json.decode(fetch.token, type=tuple[str, str])
        body = msgspec.json.encode(
            {
                "type": "duplicate",
                "id": fetch.subject,
                "lead": fetch.subject.partition(":")[0],
                "rule": rule,
                "channel": channel,
            }
        )
        failure: WireError
        try:
            return await self._post(body)
        except aiohttp.ClientConnectorError as error:
            failure = NotSentError(_ENDPOINT, type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError) as error:
            failure = OutcomeUnknownError(_ENDPOINT, type(error).__name__)
        raise failure  # outside the handler, so that the library's words are not chained

    async def _post(self, body: bytes) -> JsonObject:
        moment = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            MOMENT: moment,
            SIGNATURE: sign(self._secret, moment, body),
        }
        async with self._session.post(
            self._url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN),
        ) as response:
            raw = await response.content.read(_LONGEST_ANSWER)
            if response.status != _OK:
                raise OutcomeUnknownError(_ENDPOINT, f"status {response.status}")
            then = msgspec.json.decode(raw, type=_Answer).then
        return {"then": then}


class _Answer(msgspec.Struct):
    then: str


def sign(secret: bytes, moment: str, body: bytes) -> str:
    """Return the signature of a call: HMAC-SHA256 over ``<moment>.<body>``."""
    return hmac.new(secret, moment.encode() + b"." + body, sha256).hexdigest()
