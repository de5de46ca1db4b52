"""Clew and the platform stand-in together, over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.service import Service, running
from bot.simulator import demo as invented
from bot.simulator.app import OFFICIAL_BASE, SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.sdk_routes import SCRIPT
from config.master_key import master_key_in
from config.settings import Settings, load_settings
from config.texts import load_texts

if TYPE_CHECKING:
    from bot.simulator.config import SimulatorConfig
    from bot.simulator.simulator import Simulator
    from handlers.ports import Clock

HOST = "127.0.0.1"
MANAGER = "WangManager"
#: How long open windows may keep their news stream while the stand-in stops.
WINDOWS_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demo lives: its data, its ports (0: any free one), its database if not SQLite."""

    data_dir: Path
    port: int = 0
    windows_port: int = 0
    database_url: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    """Both sides, running."""

    service: Service
    sim: Simulator
    windows: str


@asynccontextmanager
async def demo(
    place: Place, clock: Clock, config: SimulatorConfig | None = None
) -> AsyncIterator[Demo]:
    """Run the stand-in, then Clew against it, until the block is left."""
    app = create_simulator(config or invented.demo_config(), clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=WINDOWS_GRACE_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, place.windows_port)
        await site.start()
        windows = f"http://{HOST}:{runner.addresses[0][1]}"
        async with running(demo_settings(place, windows), clock) as service:
            sim = app[SIMULATOR]
            sim.world.address = windows
            sim.point_at(service.address)
            yield Demo(service, sim, windows)
    finally:
        await runner.cleanup()


def demo_settings(place: Place, windows: str) -> Settings:
    """Return settings for the invented corp, with the stand-in in the platform's place."""
    settings = load_settings(load_texts(), demo_environment(place, windows))
    return replace(settings, listen_host=HOST, listen_port=place.port)


def demo_environment(place: Place, windows: str) -> dict[str, str]:
    """Return the variables by which any ``clew`` command works on the demo."""
    return {
        "CLEW_DATA_DIR": str(place.data_dir),
        "CLEW_DATABASE_URL": place.database_url,
        "CLEW_MASTER_KEY": master_key_in(place.data_dir),
        "CLEW_PUBLIC_URL": f"http://{HOST}:{place.port}",
        "CLEW_CORP_ID": invented.CORPID,
        "CLEW_APP_AGENT_ID": str(invented.AGENTID),
        "CLEW_APP_SECRET": invented.APP_SECRET,
        "CLEW_APP_TOKEN": invented.CALLBACK_TOKEN,
        "CLEW_APP_AES_KEY": invented.CALLBACK_KEY,
        "CLEW_CONTACT_SECRET": invented.CUSTOMERS_SECRET,
        "CLEW_DIRECTORY_SECRET": invented.CONTACTS_SECRET,
        "CLEW_MANAGERS": MANAGER,
        "CLEW_KF_SECRET": invented.KF_SECRET,
        "CLEW_KF_OPEN_KFIDS": invented.OPEN_KFID,
        "CLEW_MP_ACCOUNT": invented.MP_ACCOUNT,
        "CLEW_MP_APP_ID": invented.MP_APPID,
        "CLEW_MP_SECRET": invented.MP_SECRET,
        "CLEW_MP_TOKEN": invented.MP_TOKEN,
        "CLEW_MP_AES_KEY": invented.MP_KEY,
        "CLEW_AIBOT_ID": invented.BOT_ID,
        "CLEW_AIBOT_TOKEN": invented.BOT_TOKEN,
        "CLEW_AIBOT_AES_KEY": invented.BOT_KEY,
        "CLEW_QYAPI_BASE": f"{windows}{WECOM_BASE}",
        "CLEW_OAUTH_BASE": windows,
        "CLEW_JSSDK_URLS": f"{windows}{SCRIPT}",
        "CLEW_MP_BASE": f"{windows}{OFFICIAL_BASE}",
    }
