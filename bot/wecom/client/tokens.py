"""Access tokens and tickets: one keeper per secret, one refresh at a time.

Tokens belong to a secret, not to a corp, so keys name the app (fact sheet 0.4);
no part of a secret stands in a key. A token may die before its time: it is
renewed once per refusal, and only so often within a while, because a platform that
refuses every token would otherwise be asked for ever (fact sheet 0.5, 5.4).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.wecom.error_codes import Reaction
from bot.wecom.errors import NotSentError, PlatformError, WireError, credentials_refused
from handlers.ports import Clock

#: Renew this long before the end, or a fifth of the life where that is shorter.
MARGIN = timedelta(minutes=5)
#: Renewals forced by refusals within an hour, per keeper. An official account has 20 a day.
FORCED = 5
FORCED_WITHIN = timedelta(hours=1)
#: How long a refusal to issue is believed: 2000 failed calls an hour block the address.
REFUSAL_KEPT_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Token:
    """A credential with its life; the value never shows in a representation."""

    value: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether it can still be used, with the margin."""
        margin = min(MARGIN, (self.expires_at - self.issued_at) / 5)
        return now < self.expires_at - margin


class TokenStore(Protocol):
    """Where tokens are shared; several processes need one that they all reach."""

    async def load(self, key: str) -> Token | None:
        """Return the kept token, expired or not."""
        ...

    async def save(self, key: str, token: Token) -> None:
        """Keep ``token`` until it expires or is replaced."""
        ...

    def alone(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold ``key`` alone among all users of the store, for the time of one renewal."""
        ...


class MemoryTokenStore:
    """The store of a single process."""

    def __init__(self) -> None:
        """Start empty."""
        self._tokens: dict[str, Token] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def load(self, key: str) -> Token | None:
        """Return the kept token, expired or not."""
        return self._tokens.get(key)

    async def save(self, key: str, token: Token) -> None:
        """Keep ``token``."""
        self._tokens[key] = token

    def alone(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold ``key`` alone within the process."""
        return self._locks.setdefault(key, asyncio.Lock())


#: Asks the platform for a token; the argument is the value just refused, or empty.
Issue = Callable[[str], Awaitable[Token]]


class TokenKeeper:
    """Hands out one secret's token and renews it when it ends or is refused.

    Callers that wait for a running renewal share its result, good or bad.
    """

    def __init__(
        self,
        key: str,
        issue: Issue,
        store: TokenStore,
        clock: Clock,
        forced_within: timedelta = FORCED_WITHIN,
    ) -> None:
        """``key`` names platform, corp or account, and app.

        :data:`FORCED` renewals may be forced within ``forced_within``.
        """
        self._key = key
        self._issue = issue
        self._store = store
        self._clock = clock
        self._forced_within = forced_within
        self._forced: deque[datetime] = deque()
        self._renewals = 0
        self._failure: WireError | None = None
        self._silent_until: datetime | None = None

    async def get(self) -> str:
        """Return a fresh token, asking the platform if there is none.

        Raises:
            WireError: the platform does not give one.
        """
        kept = await self._kept()
        if kept is not None:
            return kept.value
        seen = self._renewals
        async with self._store.alone(self._key):
            kept = await self._kept()
            return kept.value if kept is not None else await self._renew("", seen)

    async def replace(self, refused: str) -> str | None:
        """Return another token than ``refused``, or None when no more may be asked for.

        Raises:
            WireError: the platform does not give one.
        """
        seen = self._renewals
        async with self._store.alone(self._key):
            kept = await self._kept()
            if kept is not None and kept.value != refused:
                return kept.value  # somebody else renewed it meanwhile
            return await self._renew(refused, seen) if self._may_force() else None

    async def _kept(self) -> Token | None:
        kept = await self._store.load(self._key)
        return kept if kept is not None and kept.is_fresh(self._clock.now()) else None

    def _may_force(self) -> bool:
        now = self._clock.now()
        while self._forced and self._forced[0] <= now - self._forced_within:
            self._forced.popleft()
        if len(self._forced) >= FORCED:
            return False
        self._forced.append(now)
        return True

    async def _renew(self, refused: str, seen: int) -> str:
        """Ask the platform, unless an attempt that ended since ``seen`` failed, or it said no."""
        if self._failure is not None and (self._renewals != seen or self._is_silent()):
            raise self._failure.with_traceback(None)
        self._failure = None
        try:
            token = await self._issue(refused)
        except WireError as error:
            self._failure = self._judged(error)
            raise self._failure from None
        finally:
            self._renewals += 1
        await self._store.save(self._key, token)
        return token.value

    def _is_silent(self) -> bool:
        return self._silent_until is not None and self._clock.now() < self._silent_until

    def _judged(self, error: WireError) -> WireError:
        """Say what a failed renewal means for the call that waits for the token.

        That call has certainly not left. A refusal is the operator's matter and
        is believed for a while.
        """
        self._silent_until = None
        if error.reaction in {Reaction.OUTCOME_UNKNOWN, Reaction.RETRY_LATER}:
            return NotSentError(error.endpoint, error.reason)
        if isinstance(error, PlatformError) and error.reaction is Reaction.REFRESH_CREDENTIALS:
            error = credentials_refused(error)
        if error.reaction in {Reaction.OPERATOR, Reaction.PERMANENT}:
            self._silent_until = self._clock.now() + REFUSAL_KEPT_FOR
        return error
