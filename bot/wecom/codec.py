"""The callback cipher of WeCom and official accounts (fact sheet 1.2–1.6).

Signature: SHA-1 over the sorted parts, compared in constant time. Cipher:
AES-256-CBC whose plaintext is ``random(16) | length(4, big endian) | message |
receive id``, padded to a multiple of 32. Nothing is decrypted before its
signature holds, so errors about the plaintext tell a stranger nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import struct
import threading
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.wecom.codec_errors import (
    BadCiphertext,
    BadLength,
    BadPadding,
    BadSecret,
    BadSignature,
    CodecError,
    WrongReceiver,
)
from bot.wecom.envelope import encrypted_text

__all__ = ["Codec", "CodecError", "Sealed", "Signature"]

_BLOCK = 32
_AES_BLOCK = 16
_RANDOM = 16
_HEAD = _RANDOM + 4

_KEY = re.compile(r"[A-Za-z0-9]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9]{1,32}")


class Signature(NamedTuple):
    """What the query says: ``value`` is the hex SHA-1, the rest goes into it."""

    value: str
    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted answer: the whole ``body``, and its parts for other envelopes."""

    body: bytes
    signature: Signature
    encrypt: str


class Codec:
    """Opens and seals callbacks of one app or account; safe to share between threads."""

    __slots__ = ("_cipher", "_deciphering", "_decryptor", "_receive_id", "_token", "_vector")

    def __init__(self, token: str, encoding_aes_key: str, receive_id: str) -> None:
        """Take the three values of the platform's callback settings page.

        ``receive_id``: corp id for a corp app, suite id for a suite, app id for
        an official account, empty for an AI bot of the own corp.

        Raises:
            BadSecret: token or key has not the platform's form.
        """
        if not _TOKEN.fullmatch(token) or not _KEY.fullmatch(encoding_aes_key):
            raise BadSecret
        # The last character carries two bits that do not matter: Python's decoder drops them.
        key = b64decode(encoding_aes_key + "=")
        self._token = token.encode()
        self._vector = key[:_AES_BLOCK]
        self._cipher = Cipher(AES256(key), CBC(self._vector))
        self._decryptor = self._cipher.decryptor()
        self._deciphering = threading.Lock()
        self._receive_id = receive_id.encode()

    def verify_url(self, signature: Signature, echostr: str) -> bytes:
        """Return what the URL check must be answered with.

        Raises:
            CodecError: the check does not come from the platform.
        """
        # A "+" that travelled unescaped arrives as a blank; base64 has no blanks.
        encrypt = _as_bytes(echostr.replace(" ", "+"))
        self._check(signature, encrypt)
        return self._decrypt(encrypt)

    def open(self, signature: Signature, body: bytes) -> bytes:
        """Return the verified, decrypted content of an XML or JSON envelope.

        Raises:
            CodecError: the body is malformed, forged, or meant for another receiver.
        """
        encrypt = encrypted_text(body)
        self._check(signature, encrypt)
        return self._decrypt(encrypt)

    def check_plain(self, signature: Signature) -> None:
        """Check the query signature of an official account, which covers no content.

        Raises:
            BadSignature: it was not made with our token.
        """
        self._check(signature, None)

    def sign_plain(self, *, timestamp: int, nonce: str) -> Signature:
        """Return the query signature that :meth:`check_plain` accepts."""
        stamp = str(timestamp)
        return Signature(self._sign(stamp, nonce, None).decode(), stamp, nonce)

    def seal_xml(
        self, plaintext: bytes, *, timestamp: int, nonce: str, random16: bytes | None = None
    ) -> Sealed:
        """Encrypt and sign as XML; ``random16`` is for known-answer tests only."""
        encrypt, signature = self._seal(plaintext, (str(timestamp), nonce), random16)
        body = (
            f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature.value}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp>"
            f"<Nonce><![CDATA[{nonce.replace(']]>', ']]]]><![CDATA[>')}]]></Nonce></xml>"
        )
        return Sealed(body.encode(), signature, encrypt)

    def seal_json(
        self, plaintext: bytes, *, timestamp: int, nonce: str, random16: bytes | None = None
    ) -> Sealed:
        """Encrypt and sign as JSON; ``random16`` is for known-answer tests only."""
        encrypt, signature = self._seal(plaintext, (str(timestamp), nonce), random16)
        body = {
            "encrypt": encrypt,
            "msgsignature": signature.value,
            "timestamp": timestamp,
            "nonce": nonce,
        }
        return Sealed(msgspec.json.encode(body), signature, encrypt)

    def _seal(
        self, plaintext: bytes, stamp: tuple[str, str], random16: bytes | None
    ) -> tuple[str, Signature]:
        head = (random16 or secrets.token_bytes(_RANDOM)) + struct.pack(">I", len(plaintext))
        content = head + plaintext + self._receive_id
        pad = _BLOCK - len(content) % _BLOCK
        encryptor = self._cipher.encryptor()
        encrypt = b64encode(encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize())
        timestamp, nonce = stamp
        value = self._sign(timestamp, nonce, encrypt)
        return encrypt.decode(), Signature(value.decode(), timestamp, nonce)

    def _sign(self, timestamp: str, nonce: str, encrypt: bytes | None) -> bytes:
        parts = [self._token, _as_bytes(timestamp), _as_bytes(nonce)]
        if encrypt is not None:
            parts.append(encrypt)
        parts.sort()
        # The platform fixed SHA-1; the secret token inside is what protects.
        return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest().encode()

    def _check(self, signature: Signature, encrypt: bytes | None) -> None:
        expected = self._sign(signature.timestamp, signature.nonce, encrypt)
        if not hmac.compare_digest(expected, _as_bytes(signature.value)):
            raise BadSignature

    def _decrypt(self, encrypt: bytes) -> bytes:
        try:
            ciphertext = b64decode(encrypt, validate=True)
        except Base64Error as error:
            raise BadCiphertext from error
        if not ciphertext or len(ciphertext) % _AES_BLOCK:
            raise BadCiphertext
        return self._unwrap(_unpad(self._decipher(ciphertext)))

    def _decipher(self, ciphertext: bytes) -> bytes:
        # CBC needs only the block before to go on. So one decryptor serves for ever:
        # the first vector goes through as a block whose own plaintext is dropped.
        # Making a decryptor for each callback takes longer than decrypting it.
        with self._deciphering:
            deciphered = self._decryptor.update(self._vector + ciphertext)
        return deciphered[_AES_BLOCK:]

    def _unwrap(self, content: bytes) -> bytes:
        if len(content) < _HEAD:
            raise BadLength
        (length,) = struct.unpack_from(">I", content, _RANDOM)
        end = _HEAD + length
        if end > len(content):
            raise BadLength
        if content[end:] != self._receive_id:
            raise WrongReceiver
        return content[_HEAD:end]


def _as_bytes(text: str) -> bytes:
    # A query may decode to lone surrogates; they must fail the comparison, not the program.
    return text.encode(errors="surrogatepass")


def _unpad(padded: bytes) -> bytes:
    pad = padded[-1]
    if not 1 <= pad <= _BLOCK or padded[-pad:] != bytes([pad]) * pad:
        raise BadPadding
    return padded[:-pad]
