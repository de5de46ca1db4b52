"""Pages out of templates, with the headers that all of them carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from datetime import datetime

    from domain.values import UserId
    from handlers.ports import Words
    from handlers.web.session import LoginPage, Sessions

FOLDER = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Renderer:
    """Renders pages; templates speak through ``t(key)``."""

    def __init__(self, words: Words) -> None:
        """Speak with these words."""
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["t"] = words.get

    def page(self, template: str, status: int = 200, **values: object) -> web.Response:
        """Return a page."""
        html = self._templates.get_template(f"{template}.html").render(values)
        return web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)


def redirect(path: str) -> web.Response:
    """Send the browser elsewhere with a GET."""
    return web.Response(status=303, headers={"Location": path, **HEADERS})


def visitor_or_login(
    request: web.Request, sessions: Sessions, login: LoginPage, path: str, now: datetime
) -> UserId | web.Response:
    """Return who looks, or the way through the login that comes back to ``path``."""
    userid = sessions.member(request, now)
    return userid or redirect(login.link(sessions.state_for(path, now)))
