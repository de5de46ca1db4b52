"""Tokens that all processes share, renewed by one of them at a time.

A process keeps what it has seen and asks Redis only when that is over or was
refused. Without Redis each process asks the platform for itself, which gives
the same token again while it lives (fact sheet 0.4).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bot.cluster.redis_link import RedisAwayError, RedisLink
from bot.wecom.client.tokens import Token
from storage.errors import SealBroken

if TYPE_CHECKING:
    from handlers.ports import Clock
    from storage.vault import Vault

PURPOSE = "shared token"
#: Longer than a renewal takes; a killed process blocks the others no longer.
RENEWAL_TAKES_AT_MOST = timedelta(seconds=15)
_LOOK_AGAIN_SECONDS = 0.05

# Taking what is held already is taking it: the answer may have been lost.
_TAKE = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
_LET_GO = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
return 1
"""


class KeptToken(msgspec.Struct):
    """A token as it is written, before it is sealed."""

    value: str
    issued_at: datetime
    expires_at: datetime


class RedisTokenStore:
    """A :class:`bot.wecom.client.tokens.TokenStore` that processes share."""

    def __init__(self, link: RedisLink, vault: Vault, clock: Clock) -> None:
        """Values leave this process sealed; ``clock`` tells how long they live."""
        self._link = link
        self._vault = vault
        self._clock = clock
        self._seen: dict[str, Token] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._renewing: set[str] = set()

    async def load(self, key: str) -> Token | None:
        """Return the kept token, expired or not; who renews learns of what others renewed."""
        seen = self._seen.get(key)
        if seen is not None and key not in self._renewing:
            return seen
        shared = await self._shared(key)
        if shared is not None and (seen is None or shared.issued_at >= seen.issued_at):
            self._seen[key] = shared
        return self._seen.get(key)

    async def save(self, key: str, token: Token) -> None:
        """Keep ``token`` here and, when Redis answers, for the others."""
        self._seen[key] = token
        life = token.expires_at - self._clock.now()
        if life <= timedelta(0):
            return
        kept = msgspec.json.encode(KeptToken(token.value, token.issued_at, token.expires_at))
        sealed = self._vault.seal(PURPOSE, kept, key.encode())
        try:
            await self._link.put(_name(key), sealed, life)
        except RedisAwayError:
            return  # this process has it; the others ask for themselves

    @asynccontextmanager
    async def alone(self, key: str) -> AsyncIterator[None]:
        """Hold ``key`` alone among all processes; among those of this process without Redis."""
        async with self._turns.setdefault(key, asyncio.Lock()):
            holder = secrets.token_hex(8)
            await self._take(key, holder)
            self._renewing.add(key)
            try:
                yield
            finally:
                self._renewing.discard(key)
                await self._let_go(key, holder)

    async def _take(self, key: str, holder: str) -> None:
        milliseconds = RENEWAL_TAKES_AT_MOST // timedelta(milliseconds=1)
        try:
            while not await self._link.run(  # noqa: ASYNC110 - Redis has no event
                _TAKE, [_lock(key)], [holder, milliseconds]
            ):
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except RedisAwayError:
            return  # single flight is a courtesy; renewing twice does no harm

    async def _let_go(self, key: str, holder: str) -> None:
        try:
            await self._link.run(_LET_GO, [_lock(key)], [holder])
        except RedisAwayError:
            return  # it ends by itself

    async def _shared(self, key: str) -> Token | None:
        try:
            sealed = await self._link.get(_name(key))
            if sealed is None:
                return None
            kept = msgspec.json.decode(
                self._vault.open(PURPOSE, sealed, key.encode()), type=KeptToken
            )
        except (RedisAwayError, SealBroken):
            return None  # as good as none: sealed by an installation with other keys
        return Token(kept.value, kept.issued_at, kept.expires_at)


def _name(key: str) -> str:
    return f"clew:token:{key}"


def _lock(key: str) -> str:
    return f"clew:renewal:{key}"
