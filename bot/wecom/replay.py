"""Remembers which signatures came with which body, for ten minutes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

from bot.wecom.codec import Signature

#: How long a signature is remembered (fact sheet 1.4).
WINDOW = timedelta(minutes=10)
#: How far a timestamp may lie from our clock where the signature covers no
#: content. Half the window: a signature from the future is remembered until it is stale.
FRESH_FOR = WINDOW / 2
#: Signatures kept at most, some 20 MB; the oldest go first.
CAPACITY = 100_000


class ReplayGuard:
    """Tells a repeated delivery from a stolen signature on another body.

    The platform repeats what was not acknowledged, perhaps under the same
    signature: the same body always passes, and falls on the inbox key if it was
    stored. A signature that was accepted once never carries another body. That
    matters most for official accounts in plain mode, whose signature covers no
    content; elsewhere the signature itself binds what is encrypted.

    Only accepted signatures are remembered, so that nobody without the token
    can fill it. It lives in this process: replicas remember their own.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Remember nothing yet."""
        self._capacity = capacity
        self._seen: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()

    def has_other_body(self, signature: Signature, body: bytes, now: datetime) -> bool:
        """Tell whether the signature was accepted before, with another body."""
        seen = self._seen.get(signature.value)
        return seen is not None and now - seen[1] < WINDOW and seen[0] != _digest(body)

    def remember(self, signature: Signature, body: bytes, now: datetime) -> None:
        """Note an accepted signature; its window starts with the first time."""
        seen = self._seen.get(signature.value)
        if seen is not None and now - seen[1] < WINDOW:
            return
        self._seen[signature.value] = (_digest(body), now)
        if seen is not None:
            self._seen.move_to_end(signature.value)
        self._forget(now)

    def _forget(self, now: datetime) -> None:
        while self._seen:
            _, seen_at = next(iter(self._seen.values()))
            if len(self._seen) <= self._capacity and now - seen_at < WINDOW:
                return
            self._seen.popitem(last=False)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()
