"""Puts a plaintext into the signed and encrypted request of its receiver (fact sheet 1.3, 1.6)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from bot.simulator.config import BodyMode, BotConfig, CorpConfig, OfficialConfig, SimulatorConfig
from bot.simulator.moments import unix
from bot.simulator.wire.xml import Field, render
from bot.wecom.codec import Codec, Signature
from handlers.ports import Clock

#: Visible part of a nonce, in hexadecimal digits / 2.
NONCE_BYTES = 5


class Line(StrEnum):
    """Which receiver a callback is for."""

    CORP = "corp"
    OFFICIAL = "official"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request on its way to Clew; ``body`` is empty for GET."""

    url: str
    params: dict[str, str]
    body: bytes = b""
    content_type: str = "text/xml"


class Envelope(Protocol):
    """Seals for one receiver; each call draws a fresh nonce and ciphertext."""

    @property
    def url(self) -> str:
        """Where the receiver listens; empty = nowhere."""
        ...

    @property
    def codec(self) -> Codec:
        """The receiver's cipher."""
        ...

    def seal(self, plaintext: bytes, sender: str) -> Request:
        """Return the POST that carries ``plaintext``; ``sender`` is the openid, if any."""
        ...

    def verification(self, echo: str) -> Request:
        """Return the GET of the URL check that must be answered with ``echo``."""
        ...


class CorpEnvelope:
    """The corp app's receiver: always encrypted."""

    def __init__(self, corp: CorpConfig, clock: Clock) -> None:
        """Seal with the corp's callback settings."""
        target = corp.callback
        self._corp = corp
        self._clock = clock
        self.url = target.url
        self.codec = Codec(target.token, target.encoding_aes_key, corp.corpid)

    def seal(self, plaintext: bytes, sender: str) -> Request:
        """Return the POST that carries ``plaintext``; the sender stays inside."""
        del sender
        timestamp, nonce = _stamp(self._clock)
        sealed = self.codec.seal_xml(plaintext, timestamp=timestamp, nonce=nonce)
        fields: list[Field] = [
            ("ToUserName", self._corp.corpid),
            ("AgentID", str(self._corp.agentid)),
            ("Encrypt", sealed.encrypt),
        ]
        return Request(self.url, _signed(sealed.signature), render(fields))

    def verification(self, echo: str) -> Request:
        """Return the GET whose ``echostr`` decrypts to ``echo`` (fact sheet 1.2)."""
        timestamp, nonce = _stamp(self._clock)
        sealed = self.codec.seal_xml(echo.encode(), timestamp=timestamp, nonce=nonce)
        return Request(self.url, _signed(sealed.signature) | {"echostr": sealed.encrypt})


class OfficialEnvelope:
    """The official account's receiver in its configured mode."""

    def __init__(self, official: OfficialConfig, clock: Clock) -> None:
        """Seal with the account's callback settings."""
        target = official.callback
        self._official = official
        self._clock = clock
        self._token = target.token
        self.url = target.url
        self.codec = Codec(target.token, target.encoding_aes_key, official.appid)

    def seal(self, plaintext: bytes, sender: str) -> Request:
        """Return the POST of plaintext, both, or ciphertext only, as the mode says."""
        timestamp, nonce = _stamp(self._clock)
        params = self._plain(timestamp, nonce) | {"openid": sender}
        if self._official.mode is BodyMode.PLAIN:
            return Request(self.url, params, plaintext)
        sealed = self.codec.seal_xml(plaintext, timestamp=timestamp, nonce=nonce)
        params |= {"encrypt_type": "aes", "msg_signature": sealed.signature.value}
        if self._official.mode is BodyMode.COMPAT:
            encrypt = render([("Encrypt", sealed.encrypt)]).removeprefix(b"<xml>")
            return Request(self.url, params, plaintext.removesuffix(b"</xml>") + encrypt)
        body = render([("ToUserName", self._official.account), ("Encrypt", sealed.encrypt)])
        return Request(self.url, params, body)

    def verification(self, echo: str) -> Request:
        """Return the GET that must be answered with its ``echostr`` as it is."""
        timestamp, nonce = _stamp(self._clock)
        return Request(self.url, self._plain(timestamp, nonce) | {"echostr": echo})

    def _plain(self, timestamp: int, nonce: str) -> dict[str, str]:
        parts = sorted([self._token, str(timestamp), nonce])
        # SHA-1 is the platform's choice (fact sheet 1.6).
        signature = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324
        return {"signature": signature, "timestamp": str(timestamp), "nonce": nonce}


class BotEnvelope:
    """The AI bot's receiver: encrypted JSON with an empty receive id (fact sheet 2.10)."""

    def __init__(self, bot: BotConfig, clock: Clock) -> None:
        """Seal with the bot's callback settings."""
        target = bot.callback
        self._clock = clock
        self.url = target.url
        self.codec = Codec(target.token, target.encoding_aes_key, "")

    def seal(self, plaintext: bytes, sender: str) -> Request:
        """Return the POST whose body holds nothing but ``encrypt``."""
        del sender
        timestamp, nonce = _stamp(self._clock)
        sealed = self.codec.seal_json(plaintext, timestamp=timestamp, nonce=nonce)
        body = msgspec.json.encode({"encrypt": sealed.encrypt})
        return Request(self.url, _signed(sealed.signature), body, "application/json")

    def verification(self, echo: str) -> Request:
        """Return the GET whose ``echostr`` decrypts to ``echo``."""
        timestamp, nonce = _stamp(self._clock)
        sealed = self.codec.seal_json(echo.encode(), timestamp=timestamp, nonce=nonce)
        return Request(self.url, _signed(sealed.signature) | {"echostr": sealed.encrypt})


def envelopes(config: SimulatorConfig, clock: Clock) -> dict[Line, Envelope]:
    """Return the envelope of each line there is."""
    found: dict[Line, Envelope] = {
        Line.CORP: CorpEnvelope(config.corp, clock),
        Line.OFFICIAL: OfficialEnvelope(config.official, clock),
    }
    if config.bot is not None:
        found[Line.BOT] = BotEnvelope(config.bot, clock)
    return found


def _stamp(clock: Clock) -> tuple[int, str]:
    return unix(clock.now()), secrets.token_hex(NONCE_BYTES)


def _signed(signature: Signature) -> dict[str, str]:
    return {
        "msg_signature": signature.value,
        "timestamp": signature.timestamp,
        "nonce": signature.nonce,
    }
