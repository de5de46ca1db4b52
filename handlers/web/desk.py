"""What every page of operations stands on: where it works, and how it knows who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from handlers.web.rendering import visitor_or_login

if TYPE_CHECKING:
    from datetime import datetime

    from domain.values import UserId
    from handlers.context import Context
    from handlers.ports import Clock
    from handlers.web.session import LoginPage, Sessions
    from storage.unit_of_work import Store

#: Renders a template of ours: name, status, values.
Render = Callable[..., web.Response]


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of operations; what it shows and does is its own."""

    store: Store
    context: Context
    clock: Clock
    sessions: Sessions
    login: LoginPage
    render: Render

    def visitor(self, request: web.Request, path: str, now: datetime) -> UserId | web.Response:
        """Return who looks, or the way through the login that comes back to ``path``."""
        return visitor_or_login(request, self.sessions, self.login, path, now)

    def sender(
        self, request: web.Request, form: Mapping[str, object], now: datetime
    ) -> UserId | None:
        """Return who sent a form; None unless it is ours and was shown to the same member."""
        userid = self.sessions.member(request, now)
        token = str(form.get("token", ""))
        return userid if userid and self.sessions.accepts(token, userid, now) else None


async def small_form(request: web.Request, most_bytes: int) -> Mapping[str, object]:
    """Return the fields of a form; none where it is larger than ours are."""
    return await request.post() if (request.content_length or 0) <= most_bytes else {}
