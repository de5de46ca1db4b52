"""What signatures of official accounts in plain mode were used for, in every process.

Such a signature covers no content, so a second body under it is refused
(fact sheet 1.6). Each process remembers its own; this tells what the others saw.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.cluster.redis_link import RedisAwayError, RedisLink
from bot.wecom.replay import WINDOW

if TYPE_CHECKING:
    from bot.wecom.codec import Signature

_WITNESS = """
local seen = redis.call('get', KEYS[1])
if seen then return seen == ARGV[1] and 0 or 1 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 0
"""
_DIGEST_BYTES = 16


class SharedWitness:
    """Remembers in Redis for as long as a process remembers."""

    def __init__(self, link: RedisLink) -> None:
        """Ask over ``link``."""
        self._link = link

    async def has_other_body(self, source: str, signature: Signature, body: bytes) -> bool:
        """Tell whether any process took the signature with another body; no without Redis."""
        signed = f"{source}\0{signature.value}\0{signature.timestamp}\0{signature.nonce}"
        name = f"clew:plain:{_digest(signed.encode())}"
        milliseconds = int(WINDOW.total_seconds() * 1000)
        try:
            return bool(await self._link.run(_WITNESS, [name], [_digest(body), milliseconds]))
        except RedisAwayError:
            return False  # the process's own memory still guards


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
