"""The JS-SDK over HTTP: the script, its calls, and the pages that clients open."""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec
from aiohttp import web

from bot.simulator.acts.stage import ActRefused
from bot.simulator.clients import Client
from bot.simulator.jssdk import JsSdk, SdkCall
from bot.simulator.simulator import Simulator

SCRIPT = "/jssdk/wecom.js"
#: The only names that a callback may have: nothing else can be called back.
CALLBACK = re.compile(r"wecomStandIn[0-9]{1,9}")


class SdkRoutes:
    """The routes under ``/jssdk``; documented in docs/reference/jssdk.md."""

    def __init__(self, sim: Simulator) -> None:
        """Serve pages that the clients of ``sim`` open."""
        self._script = sim.world.config.pages / "sdk" / "wecom.js"
        self._texts = sim.world.texts
        self._clients = sim.clients
        self._sdk = JsSdk(sim)

    def mount(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get(SCRIPT, self.script)
        app.router.add_get("/jssdk/call", self.call)
        app.router.add_post("/jssdk/clients", self.open)

    async def script(self, request: web.Request) -> web.StreamResponse:
        """Give the script that takes the SDK's place."""
        del request
        if not self._script.is_file():
            raise web.HTTPNotFound(text=f"{self._script} is missing")
        return web.FileResponse(self._script, headers={"Cache-Control": "no-cache"})

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call of the script by calling it back."""
        query = request.query
        callback = query.get("callback", "")
        if not CALLBACK.fullmatch(callback):
            raise web.HTTPBadRequest(text="callback is not one of the script's")
        call = SdkCall(
            name=query.get("name", ""),
            page=query.get("page", ""),
            session=query.get("session", ""),
            client=query.get("client", ""),
            args=query.get("args", "{}").encode(),
        )
        answer = msgspec.json.encode(self._sdk.answer(call)).decode()
        return web.Response(text=f"{callback}({answer});", content_type="text/javascript")

    async def open(self, request: web.Request) -> web.Response:
        """Open a page beside a chat and give the fragment for its address."""
        try:
            client = msgspec.json.decode(await request.read(), type=Client)
            fragment = self._clients.open(client)
        except msgspec.DecodeError as error:
            return self._no("unknown_act", self._texts.error("unknown_act"), str(error))
        except ActRefused as refused:
            return self._no(refused.code, self._texts.error(refused.code), str(refused))
        return web.json_response({"fragment": fragment}, status=HTTPStatus.CREATED)

    @staticmethod
    def _no(code: str, message: str, detail: str) -> web.Response:
        error = {"code": code, "message": message.format(detail=detail)}
        return web.json_response({"error": error}, status=HTTPStatus.BAD_REQUEST)
