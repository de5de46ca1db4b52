"""Who may call the HTTP API, and how a call proves where it comes from.

A call is signed with HMAC-SHA256 over what it asks: method, path with query,
moment, nonce and digest of the body. The secret never travels; a nonce serves once.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

#: First line of what is signed, so that another scheme can never be mistaken for this one.
SCHEME = "CLEW1-HMAC-SHA256"
#: How far the clock of the caller may be off, either way.
SKEW = timedelta(minutes=5)


class Scope(StrEnum):
    """What a key may do."""

    #: Hand in leads, activations and fissions.
    LEADS_WRITE = "leads:write"
    #: Look persons and leads up; phones are masked.
    LEADS_READ = "leads:read"
    #: See phones, WeChat ids and e-mail unmasked while looking.
    CONTACTS_READ = "contacts:read"
    #: See which persons were merged, and take merges apart.
    MERGES_WRITE = "merges:write"
    #: Read tags, segments and portraits.
    TAGS_READ = "tags:read"
    #: Put tags on people and take them off.
    TAGS_WRITE = "tags:write"
    #: Define and compute segments, and make files of them.
    SEGMENTS_WRITE = "segments:write"
    #: Post tracker events; such a key stands in pages and apps, it proves nothing.
    COLLECT = "collect"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of another system.

    ``word`` is what the caller names, ``system`` whose ids its uids are: uids of
    one system never meet those of another. ``per_minute`` bounds its calls.
    """

    word: str
    name: str
    system: str
    scopes: frozenset[Scope]
    per_minute: int
    created_at: datetime
    secret: bytes = field(repr=False)
    revoked_at: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Tell whether the key is good for something now."""
        return self.revoked_at is None and scope in self.scopes

    @property
    def looker(self) -> str:
        """Under which name its looks stand in the access log."""
        return f"api:{self.word}"


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What a signature covers. ``timestamp`` is in whole seconds since 1970, as it was sent.

    ``target`` is path and query exactly as they stand in the request line.
    """

    method: str
    target: str
    timestamp: str
    nonce: str
    body: bytes

    def text(self) -> bytes:
        """Return the bytes that are signed."""
        digest = sha256(self.body).hexdigest()
        lines = (SCHEME, self.method, self.target, self.timestamp, self.nonce, digest)
        return "\n".join(lines).encode()

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the call was made within :data:`SKEW` of ``now``."""
        if not (self.timestamp.isascii() and self.timestamp.isdecimal()):
            return False
        return abs(now.timestamp() - int(self.timestamp)) <= SKEW.total_seconds()


def sign(secret: bytes, call: SignedCall) -> str:
    """Return the signature of a call, 64 hexadecimal digits."""
    return hmac.new(secret, call.text(), sha256).hexdigest()


def is_signed(secret: bytes, call: SignedCall, signature: str) -> bool:
    """Tell whether ``signature`` is the call's, in a time that says nothing about it."""
    return hmac.compare_digest(sign(secret, call).encode(), signature.lower().encode())


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """Return scopes by their words.

    Raises:
        ValueError: there is no such scope.
    """
    return frozenset(Scope(word) for word in words)
