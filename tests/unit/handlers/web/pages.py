"""The pages of a company behind a web server of their own, and browsers that have logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers.web.pages import Pages
from handlers.web.session import COOKIE, LoginPage, Sessions
from tests.unit.handlers.company import Company


class Nobody:
    """No platform: nobody can log in anew."""

    async def member_of(self, code: str) -> str:
        del code
        return ""


@asynccontextmanager
async def served(company: Company) -> AsyncIterator[str]:
    """Serve the company's pages; yield their address."""
    app = web.Application()
    login = LoginPage("https://login.example", "ww1", "1000002", "https://clew.example")
    Pages(company.store, company.ctx, company.clock, Nobody(), login).mount(app)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def cookie(company: Company, userid: str) -> str:
    """Return the value of the cookie of a member who has logged in."""
    response = web.Response()
    Sessions(company.store.vault).remember(response, userid, company.clock.now())
    return response.cookies[COOKIE].value


@asynccontextmanager
async def logged_in(
    company: Company, address: str, userid: str
) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a browser in which somebody has logged in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(address, cookie_jar=jar) as session:
        jar.update_cookies({COOKIE: cookie(company, userid)})
        yield session
