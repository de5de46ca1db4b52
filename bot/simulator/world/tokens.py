"""Access tokens and jsapi tickets: one per secret, able to die early (3.1, 3.9, 3.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.simulator.config import Right
from bot.simulator.world.ids import Ids

#: How long the old official-account token lives on after a new one was forced.
OVERLAP = timedelta(minutes=5)


class TokenFault(StrEnum):
    """Why a token was refused."""

    MISSING = "missing"
    INVALID = "invalid"
    EXPIRED = "expired"


@dataclass(slots=True)
class Grant:
    """A token: whose (``holder``), what it may call, how long it lives."""

    token: str
    holder: str
    rights: frozenset[Right]
    until: datetime
    is_dead: bool = False

    def is_good(self, now: datetime) -> bool:
        """Tell whether the token still opens doors."""
        return not self.is_dead and now < self.until


class TokenOffice:
    """Hands out tokens per holder and judges the ones that come back."""

    def __init__(self, ids: Ids, life: timedelta) -> None:
        """Give new tokens a life of ``life``."""
        self._ids = ids
        self._life = life
        self._current: dict[str, Grant] = {}
        self._issued: dict[str, Grant] = {}

    def current(self, holder: str, rights: Iterable[Right], now: datetime) -> Grant:
        """Return the holder's living token, made when there is none."""
        grant = self._current.get(holder)
        return grant if grant and grant.is_good(now) else self.renew(holder, rights, now)

    def renew(
        self,
        holder: str,
        rights: Iterable[Right],
        now: datetime,
        overlap: timedelta | None = None,
    ) -> Grant:
        """Return a new token; with ``overlap`` the old one dies after that span."""
        old = self._current.get(holder)
        if old is not None and overlap is not None:
            old.until = min(old.until, now + overlap)
        grant = Grant(self._ids.word("tok-"), holder, frozenset(rights), now + self._life)
        self._current[holder] = self._issued[grant.token] = grant
        return grant

    def check(self, token: str, now: datetime) -> Grant | TokenFault:
        """Return the grant of a token that came with a call, or why it is refused."""
        if not token:
            return TokenFault.MISSING
        grant = self._issued.get(token)
        if grant is None or grant.is_dead:
            return TokenFault.INVALID
        return grant if now < grant.until else TokenFault.EXPIRED

    def living(self, holder: str, now: datetime) -> list[str]:
        """Return every token of the holder that still opens doors."""
        return [g.token for g in self._issued.values() if g.holder == holder and g.is_good(now)]

    def kill(self, holder: str | None = None) -> None:
        """Make the present tokens of ``holder`` (None = everybody) invalid before their time."""
        for grant in self._issued.values():
            if holder is None or grant.holder == holder:
                grant.is_dead = True
