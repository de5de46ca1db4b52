"""The windows in the browser: the page, the state, the stream, the acts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from bot.clock import DrivenClock
from bot.simulator.simulator import Simulator
from bot.simulator.ui_acts import perform

#: API calls in the full state.
CALLS_SHOWN = 200
#: Real seconds between signs of life on the stream.
HEARTBEAT = 15.0


class Browser:
    """Routes of the page."""

    def __init__(self, sim: Simulator) -> None:
        """Show and drive ``sim``."""
        self._sim = sim
        self._is_closing = asyncio.Event()

    def mount(self, app: web.Application) -> None:
        """Add the page's routes and end its streams at shutdown."""
        pages = self._sim.world.config.pages
        app.router.add_get("/", self.page)
        app.router.add_get("/ui/state", self.state)
        app.router.add_get("/ui/stream", self.stream)
        app.router.add_post("/ui/act", self.act)
        if pages.is_dir():
            app.router.add_static("/static", pages)
        app.on_shutdown.append(self._end_streams)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Give the page itself."""
        del request
        index = self._sim.world.config.pages / "index.html"
        if not index.is_file():
            raise web.HTTPNotFound(text=f"{index} is missing")
        return web.FileResponse(index)

    async def state(self, request: web.Request) -> web.Response:
        """Give everything the page draws."""
        del request
        return _json(snapshot(self._sim))

    async def act(self, request: web.Request) -> web.Response:
        """Do something as somebody."""
        return _json(await perform(self._sim, await request.read()))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Send news as Server-Sent Events until the page or the server goes."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        with self._sim.world.hub.listen() as news:
            await response.prepare(request)
            while not self._is_closing.is_set():
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        data = msgspec.json.encode(await news.get())
                except TimeoutError:
                    data = msgspec.json.encode({"type": "clock", **_clock(self._sim)})
                try:
                    await response.write(b"data: " + data + b"\n\n")
                except ConnectionError:
                    break  # The page is gone.
        return response

    async def _end_streams(self, app: web.Application) -> None:
        del app
        self._is_closing.set()
        self._sim.world.hub.publish("bye")


def snapshot(sim: Simulator) -> dict[str, object]:
    """Return the full state of the windows."""
    world = sim.world
    people = [e.as_json() for e in world.directory.employees]
    people += [c.as_json() for c in world.customers.all.values()]
    return {
        **_clock(sim),
        "corp": {
            "corpid": world.config.corp.corpid,
            "name": world.corp_name,
            "agentid": world.config.corp.agentid,
            "app": world.app_name,
            "official": world.official.name,
        },
        "menus": world.menus(),
        "people": people,
        "conversations": [c.as_json() for c in world.windows.conversations.values()],
        "contact_ways": [way.as_json() for way in world.relations.ways.values()],
        "links": [link.as_json() for link in world.acquisition.links.values()],
        "groups": [group.as_json() for group in world.groups.values()],
        "calls": [call.as_json() for call in list(world.calls)[-CALLS_SHOWN:]],
    }


def _clock(sim: Simulator) -> dict[str, object]:
    clock = sim.world.clock
    is_running = not isinstance(clock, DrivenClock) or clock.is_running
    return {"now": clock.now().isoformat(), "is_running": is_running}


def _json(content: Mapping[str, object]) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=HTTPStatus.OK, content_type="application/json")
