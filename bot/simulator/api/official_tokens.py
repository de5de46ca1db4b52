"""The official account's tokens (fact sheet 3.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import SlidingCount
from bot.simulator.world.tokens import OVERLAP, Grant
from bot.simulator.world.world import World

CALLERS = frozenset({Right.OFFICIAL})
#: A stable token is renewed when less than this is left (``expires_in`` 300..7200).
SHORTEST_REST = timedelta(seconds=300)


class StableToken(Strict):
    """Body of stable_token."""

    grant_type: Literal["client_credential"]
    appid: str
    secret: str
    force_refresh: bool = False


class PlainToken(Strict):
    """Query of token."""

    grant_type: Literal["client_credential"]
    appid: str
    secret: str


class OfficialTokens:
    """Both token endpoints; they know nothing of each other's tokens."""

    def __init__(self) -> None:
        """Count forced refreshes from now on: 20 a day, 30 s apart."""
        self._forced_per_day = SlidingCount(20, timedelta(days=1))
        self._forced_apart = SlidingCount(1, timedelta(seconds=30))
        self._plain_per_day = SlidingCount(2000, timedelta(days=1))

    def stable(self, ask: Ask[StableToken]) -> Answer:
        """Return the present token, or a new one when forced or nearly expired."""
        world, now = ask.world, ask.world.now
        _check_secret(world, ask.body)
        holder = f"official:{ask.body.appid}:stable"
        if ask.body.force_refresh:
            if not self._forced_apart.has_room("", now):
                raise Refused(Code.MP_MINUTE_RATE, "api minute-quota reach limit")
            if not self._forced_per_day.take("", now):
                raise Refused(Code.RATE, "reach max api daily quota limit")
            self._forced_apart.take("", now)
            return _token(world.tokens.renew(holder, CALLERS, now, OVERLAP), now)
        grant = world.tokens.current(holder, CALLERS, now)
        if grant.until - now < SHORTEST_REST:
            grant = world.tokens.renew(holder, CALLERS, now)
        return _token(grant, now)

    def plain(self, ask: Ask[PlainToken]) -> Answer:
        """Return a new token each time; the one before it dies within five minutes."""
        world, now = ask.world, ask.world.now
        _check_secret(world, ask.body)
        if not self._plain_per_day.take("", now):
            raise Refused(Code.RATE, "reach max api daily quota limit")
        holder = f"official:{ask.body.appid}:plain"
        return _token(world.tokens.renew(holder, CALLERS, now, OVERLAP), now)


def _token(grant: Grant, now: datetime) -> Answer:
    left = int((grant.until - now).total_seconds())
    return {"access_token": grant.token, "expires_in": left}


def _check_secret(world: World, asked: StableToken | PlainToken) -> None:
    official = world.config.official
    if asked.appid != official.appid:
        raise Refused(Code.BAD_CORPID, "invalid appid")
    if asked.secret != official.secret:
        raise Refused(Code.MP_BAD_SECRET, "invalid appsecret")
    if not world.switches.is_ip_allowed:
        raise Refused(Code.MP_IP_NOT_ALLOWED, "invalid ip 127.0.0.1, not in whitelist")


def endpoints() -> tuple[Endpoint[Any], ...]:
    """Return this topic's endpoints."""
    tokens = OfficialTokens()
    return (
        Endpoint("POST", "/cgi-bin/stable_token", StableToken, tokens.stable),
        Endpoint("GET", "/cgi-bin/token", PlainToken, tokens.plain),
    )
