"""Tokens and tickets of the corp (fact sheet 3.1, 3.9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.simulator.api.gateway import Answer, Ask, Endpoint, Nothing, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right, Secret
from bot.simulator.moments import SlidingCount
from bot.simulator.world.world import World

HOUR = timedelta(hours=1)
ANY_RIGHT = frozenset({Right.APP, Right.CONTACTS, Right.CUSTOMERS, Right.KF})


class GetToken(Strict):
    """Query of gettoken."""

    corpid: str
    corpsecret: str


class TicketQuery(Strict):
    """Query of ticket/get."""

    type: str


class TokenDesk:
    """gettoken and the tickets, with their floods."""

    def __init__(self, world: World) -> None:
        """Count floods per hour from now on."""
        limits = world.config.limits
        self._failures = SlidingCount(limits.failed_tokens_per_hour, HOUR)
        self._corp_tickets = SlidingCount(limits.ticket_corp_per_hour, HOUR)
        self._app_tickets = SlidingCount(limits.ticket_app_per_hour, HOUR)

    def get_token(self, ask: Ask[GetToken]) -> Answer:
        """Return the secret's present token; too many failures block the caller."""
        world, now = ask.world, ask.world.now
        if not self._failures.has_room("", now):
            raise Refused(Code.RATE, "api freq out of limit")
        try:
            secret = _secret_of(world, ask.body)
        except Refused:
            self._failures.take("", now)
            raise
        grant = world.tokens.current(secret.value, secret.rights, now)
        left = int((grant.until - now).total_seconds())
        return {"access_token": grant.token, "expires_in": left}

    def jsapi_ticket(self, ask: Ask[Nothing]) -> Answer:
        """Return the corp's ticket for wx.config."""
        return self._ticket(ask.world, "corp", self._corp_tickets)

    def agent_ticket(self, ask: Ask[TicketQuery]) -> Answer:
        """Return the app's ticket for wx.agentConfig; it is another one per app."""
        if ask.body.type != "agent_config":
            raise Refused(Code.BAD_PARAMETER, "invalid type")
        return self._ticket(ask.world, f"agent:{ask.holder}", self._app_tickets)

    @staticmethod
    def _ticket(world: World, holder: str, count: SlidingCount) -> Answer:
        if not count.take(holder, world.now):
            raise Refused(Code.RATE, "api freq out of limit")
        grant = world.tickets.current(holder, (), world.now)
        left = int((grant.until - world.now).total_seconds())
        return {"ticket": grant.token, "expires_in": left}


def _secret_of(world: World, asked: GetToken) -> Secret:
    corp = world.config.corp
    if asked.corpid != corp.corpid:
        raise Refused(Code.BAD_CORPID, "invalid corpid")
    found = next((s for s in corp.secrets if s.value == asked.corpsecret), None)
    if found is None:
        raise Refused(Code.BAD_SECRET, "invalid credential")
    return found


def callback_ips(ask: Ask[Nothing]) -> Answer:
    """Return the addresses callbacks come from."""
    del ask
    return {"ip_list": ["127.0.0.1"]}


def endpoints(world: World) -> tuple[Endpoint[Any], ...]:
    """Return this topic's endpoints."""
    desk = TokenDesk(world)
    return (
        Endpoint("GET", "/cgi-bin/gettoken", GetToken, desk.get_token),
        Endpoint("GET", "/cgi-bin/get_jsapi_ticket", Nothing, desk.jsapi_ticket, ANY_RIGHT),
        Endpoint(
            "GET", "/cgi-bin/ticket/get", TicketQuery, desk.agent_ticket, frozenset({Right.APP})
        ),
        Endpoint("GET", "/cgi-bin/getcallbackip", Nothing, callback_ips, ANY_RIGHT),
        Endpoint("GET", "/cgi-bin/get_api_domain_ip", Nothing, callback_ips, ANY_RIGHT),
    )
