"""Calls the stand-in's API over HTTP, as Clew's client would, but without any mercy of its own."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.simulator import demo
from tests.unit.bot.simulator.listening_clew import utf8_json


class PlatformCaller:
    """One client; ``token`` is fetched on first use and then kept."""

    def __init__(self, client: TestClient[Any, Any], base: str) -> None:
        self.client = client
        self.base = base
        self.token = ""

    async def answer(self, response: ClientResponse) -> dict[str, Any]:
        """Every answer is HTTP 200 with an errcode, errors too."""
        assert response.status == 200
        found: dict[str, Any] = json.loads(await response.read())
        assert isinstance(found["errcode"], int)
        return found

    async def get(self, path: str, **query: object) -> dict[str, Any]:
        params = {"access_token": await self.fetch_token()} | {k: str(v) for k, v in query.items()}
        return await self.answer(await self.client.get(self.url(path), params=params))

    async def post(self, path: str, body: Any, **query: object) -> dict[str, Any]:
        return await self.post_raw(path, utf8_json(body), **query)

    async def post_raw(self, path: str, body: bytes, **query: object) -> dict[str, Any]:
        params = {"access_token": await self.fetch_token()} | {k: str(v) for k, v in query.items()}
        return await self.answer(await self.client.post(self.url(path), params=params, data=body))

    def url(self, path: str) -> str:
        return f"{self.base}/cgi-bin/{path}"

    async def fetch_token(self) -> str:
        if not self.token:
            self.token = (await self.get_token())["access_token"]
        return self.token

    async def get_token(self, secret: str = demo.APP_SECRET) -> dict[str, Any]:
        params = {"corpid": demo.CORPID, "corpsecret": secret}
        return await self.answer(await self.client.get(self.url("gettoken"), params=params))


class OfficialCaller(PlatformCaller):
    """The same for the official account's API."""

    async def get_token(self, secret: str = demo.MP_SECRET, **more: object) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": demo.MP_APPID, "secret": secret, **more}
        response = await self.client.post(self.url("stable_token"), data=utf8_json(body))
        return await self.answer(response)
