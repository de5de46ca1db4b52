"""Who opened a page: OAuth in the client, and the code's exchange (fact sheet 3.9)."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from aiohttp import web

from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused, wecom_noise
from bot.simulator.config import Right
from bot.simulator.world.codes import CodeFault
from bot.simulator.world.world import World

AUTHORIZE = "/connect/oauth2/authorize"
PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    "<title>{title}</title><h1>{title}</h1><ul>{items}</ul></html>"
)


class Authorize(Strict):
    """Query of authorize; ``as`` picks who opens the page and is ours, not the platform's."""

    appid: str
    redirect_uri: str
    response_type: str
    scope: str = "snsapi_base"
    state: str = ""
    agentid: str = ""
    person: str = msgspec.field(default="", name="as")


class CodeQuery(Strict):
    """Query of auth/getuserinfo."""

    code: str


class Login:
    """The authorize page: whoever holds the phone says who they are."""

    def __init__(self, world: World) -> None:
        """Hand out codes for the world's people."""
        self._world = world

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Redirect back with a code for ``as``, or ask who it is.

        A return host that is not registered is refused with 50001.
        """
        try:
            asked = msgspec.convert(dict(request.query), Authorize)
        except msgspec.ValidationError as error:
            return self._refuse(Code.BAD_PARAMETER, str(error))
        config = self._world.config
        if asked.appid not in (config.corp.corpid, config.official.appid):
            return self._refuse(Code.BAD_CORPID, "invalid corpid")
        hosts = config.corp.trusted_hosts
        if hosts and (urlsplit(asked.redirect_uri).hostname or "") not in hosts:
            return self._refuse(Code.BAD_REDIRECT, "redirect_uri unauthorized")
        if asked.person:
            raise web.HTTPFound(self._way_back(asked))
        return web.Response(text=self._choice(request), content_type="text/html")

    def _way_back(self, asked: Authorize) -> str:
        life = self._world.config.limits.oauth_code_life
        code = self._world.login_codes.issue(asked.person, self._world.now, life)
        parts = urlsplit(asked.redirect_uri)
        query = [*parse_qsl(parts.query), ("code", code), ("state", asked.state)]
        return urlunsplit(parts._replace(query=urlencode(query), fragment=""))

    def _choice(self, request: web.Request) -> str:
        people = [(e.userid, e.name) for e in self._world.directory.employees]
        people += [(c.external_userid, c.name) for c in self._world.customers.all.values()]
        items = "".join(
            f'<li><a href="{escape(str(request.rel_url.update_query({"as": who})))}">'
            f"{escape(name)}</a></li>"
            for who, name in people
        )
        return PAGE.format(title=self._world.texts.line("login_title"), items=items)

    def _refuse(self, code: Code, detail: str) -> web.Response:
        message = wecom_noise(code, detail, self._world.ids.word("h"), "")
        return web.json_response({"errcode": int(code), "errmsg": message})


def get_user_info(ask: Ask[CodeQuery]) -> Answer:
    """Exchange a code once within five minutes; 40029 otherwise."""
    world = ask.world
    person = world.login_codes.redeem(ask.body.code, world.now)
    if isinstance(person, CodeFault):
        raise Refused(Code.BAD_LOGIN_CODE, "invalid code")
    employee = world.directory.find(person)
    if employee is not None:
        return {"userid": employee.userid, "user_ticket": ""}
    customer = world.customers.find(person)
    if customer is None:
        return {"openid": person}
    return {"openid": customer.openid, "external_userid": customer.external_userid}


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("GET", "/cgi-bin/auth/getuserinfo", CodeQuery, get_user_info, frozenset({Right.APP})),
)
