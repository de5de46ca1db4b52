"""Who looks at a page: a sealed cookie, and the way through the platform's login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from domain.values import UserId
from handlers.tickets import open_ticket, seal_ticket

if TYPE_CHECKING:
    from storage.vault import Vault

COOKIE = "clew_session"
CALLBACK = "/login"
_SESSION, _STATE, _FORM = "web-session", "web-login-state", "web-form"
#: A working day; after it the platform is asked again, without the member noticing.
_LIFE = timedelta(hours=12)
#: How long somebody may take on the platform's side of the login.
_STATE_LIFE = timedelta(minutes=10)
_MOST_STATE = 512


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The platform's login of the corp app (fact sheet 3.9)."""

    address: str
    corp_id: str
    agent_id: str
    public_url: str

    def link(self, state: str) -> str:
        """Return where a browser is sent; it comes back to :data:`CALLBACK` with a code."""
        query = urlencode(
            {
                "appid": self.corp_id,
                "redirect_uri": f"{self.public_url}{CALLBACK}",
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
                "agentid": self.agent_id,
            }
        )
        return f"{self.address}/connect/oauth2/authorize?{query}#wechat_redirect"


class Sessions:
    """Seals and opens what the browser carries; it can read or change none of it."""

    def __init__(self, vault: Vault) -> None:
        """Seal with the installation's keys."""
        self._vault = vault

    def member(self, request: web.Request, now: datetime) -> UserId | None:
        """Return who looks at the page, or None when nobody has logged in."""
        word = self._open(_SESSION, request.cookies.get(COOKIE, ""), now)
        return UserId(word) if word else None

    def remember(self, response: web.StreamResponse, userid: str, now: datetime) -> None:
        """Let the browser carry who it is."""
        value = self._seal(_SESSION, userid, now + _LIFE)
        seconds = int(_LIFE.total_seconds())
        response.set_cookie(COOKIE, value, max_age=seconds, httponly=True, samesite="Lax", path="/")

    def state_for(self, path: str, now: datetime) -> str:
        """Return a state that brings the browser back to ``path`` after the login."""
        return self._seal(_STATE, path, now + _STATE_LIFE)

    def path_of(self, state: str, now: datetime) -> str | None:
        """Return the path of a state of ours that has not run out."""
        return self._open(_STATE, state, now) if len(state) <= _MOST_STATE else None

    def token_for(self, userid: str, now: datetime) -> str:
        """Return what a form of ours carries: nobody else's page can know it."""
        return self._seal(_FORM, userid, now + _LIFE)

    def accepts(self, token: str, userid: str, now: datetime) -> bool:
        """Tell whether a form was shown to this member, by us, within a working day."""
        return len(token) <= _MOST_STATE and self._open(_FORM, token, now) == userid

    def _seal(self, purpose: str, word: str, until: datetime) -> str:
        return seal_ticket(self._vault, purpose, word, until)

    def _open(self, purpose: str, text: str, now: datetime) -> str | None:
        return open_ticket(self._vault, purpose, text, now)
