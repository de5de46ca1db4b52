"""Who opens a page: OAuth codes, and the tickets that sign the JS-SDK (fact sheet 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha1

from bot.wecom.client.answers import number_of, required_text, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.tokens import Issue, Token, TokenKeeper, TokenStore
from handlers.ports import Clock


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came through OAuth: a member with ``userid``, or somebody outside with ``openid``."""

    userid: str = ""
    user_ticket: str = field(default="", repr=False)
    openid: str = ""
    external_userid: str = ""


@dataclass(frozen=True, slots=True)
class PageToSign:
    """What a JS-SDK signature covers; ``url`` is the whole address without ``#…``."""

    nonce: str
    timestamp: int
    url: str


def sign_page(ticket: str, page: PageToSign) -> str:
    """Return the hex SHA-1 that ``wx.config`` and ``wx.agentConfig`` expect."""
    address = page.url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={page.nonce}&timestamp={page.timestamp}&url={address}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


class LoginApi:
    """Calls with the app's secret."""

    def __init__(self, api: Api, key: str, store: TokenStore, clock: Clock) -> None:
        """``key`` names corp and app: agent tickets are per app (40093 when mixed)."""
        self._api = api
        self._clock = clock
        self._page_ticket = TokenKeeper(
            f"{key}:ticket:page", self._issuing("/cgi-bin/get_jsapi_ticket", {}), store, clock
        )
        self._agent_ticket = TokenKeeper(
            f"{key}:ticket:agent",
            self._issuing("/cgi-bin/ticket/get", {"type": "agent_config"}),
            store,
            clock,
        )

    async def visitor(self, code: str) -> Visitor:
        """Return who holds an OAuth code, which works once within 5 min.

        Raises:
            WireError: 40029 for a used or old code: send the visitor through login again.
        """
        answer = await self._api.get("/cgi-bin/auth/getuserinfo", {"code": code})
        return Visitor(
            userid=text_of(answer, "userid"),
            user_ticket=text_of(answer, "user_ticket"),
            openid=text_of(answer, "openid"),
            external_userid=text_of(answer, "external_userid"),
        )

    async def page_ticket(self) -> str:
        """Return the ticket that signs ``wx.config``.

        Raises:
            WireError: see :class:`Api`.
        """
        return await self._page_ticket.get()

    async def agent_ticket(self) -> str:
        """Return the ticket that signs ``wx.agentConfig``.

        Raises:
            WireError: see :class:`Api`.
        """
        return await self._agent_ticket.get()

    def _issuing(self, path: str, query: dict[str, str]) -> Issue:
        async def issue(_refused: str) -> Token:
            answer = await self._api.get(path, query)
            now = self._clock.now()
            life = timedelta(seconds=number_of(answer, "expires_in"))
            return Token(required_text(answer, "ticket", path), now, now + life)

        return issue
