"""The stand-in as an aiohttp application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from bot.simulator.api import (
    acquisition,
    archive,
    card_updates,
    contacts,
    customers,
    groups,
    join_ways,
    kf,
    login,
    mass_sends,
    media,
    menus,
    messages,
    official,
    official_tokens,
    tags,
    tokens,
    transfers,
    ways,
)
from bot.simulator.api.bot_socket import BotDoors
from bot.simulator.api.gateway import MAX_BODY, Gateway
from bot.simulator.browser import Browser
from bot.simulator.config import Face, SimulatorConfig
from bot.simulator.faults.desk import FaultDesk
from bot.simulator.passing import keep_time
from bot.simulator.sdk_routes import SdkRoutes
from bot.simulator.simulator import Simulator
from handlers.ports import Clock

#: Where each host's API lies below the stand-in's address.
WECOM_BASE = "/qyapi"
OFFICIAL_BASE = "/mpapi"

SIMULATOR = web.AppKey("simulator", Simulator)


def create_simulator(config: SimulatorConfig, clock: Clock) -> web.Application:
    """Return the application; its :class:`Simulator` lies under ``app[SIMULATOR]``.

    The WeCom API is served under ``/qyapi``, the official account's under
    ``/mpapi``, OAuth under ``/connect/oauth2/authorize``, the windows under ``/``.
    """
    sim = Simulator(config, clock)
    app = web.Application(client_max_size=MAX_BODY)
    app[SIMULATOR] = sim
    wecom = (
        *tokens.endpoints(sim.world),
        *contacts.ENDPOINTS,
        *customers.ENDPOINTS,
        *ways.ENDPOINTS,
        *tags.ENDPOINTS,
        *groups.ENDPOINTS,
        *join_ways.ENDPOINTS,
        *acquisition.ENDPOINTS,
        *transfers.ENDPOINTS,
        *mass_sends.ENDPOINTS,
        *messages.ENDPOINTS,
        *card_updates.ENDPOINTS,
        *menus.ENDPOINTS,
        *media.ENDPOINTS,
        *kf.ENDPOINTS,
        *login.ENDPOINTS,
        *archive.ENDPOINTS,
    )
    Gateway(sim.world, sim.faults, Face.WECOM).mount(app, WECOM_BASE, wecom)
    public = (
        *official_tokens.endpoints(),
        *official.ENDPOINTS,
        *menus.OFFICIAL_ENDPOINTS,
        *media.OFFICIAL_ENDPOINTS,
    )
    Gateway(sim.world, sim.faults, Face.OFFICIAL).mount(app, OFFICIAL_BASE, public)
    app.router.add_get(login.AUTHORIZE, login.Login(sim.world).authorize)
    if config.archive is not None:
        archive.LinesDoor(sim.world, config.archive).mount(app)
    if config.bot is not None and sim.world.bot is not None:
        BotDoors(sim.world, config.bot, sim.world.bot).mount(app)
    FaultDesk(sim).mount(app)
    SdkRoutes(sim).mount(app)
    Browser(sim).mount(app)
    app.cleanup_ctx.append(_deliveries)
    return app


async def _deliveries(app: web.Application) -> AsyncIterator[None]:
    sim = app[SIMULATOR]
    await sim.open()
    passing = asyncio.create_task(keep_time(sim))
    yield
    passing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await passing
    await sim.close()
