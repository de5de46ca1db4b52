"""A stand-in and a service for the operator's check, with settings to spoil."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, generate_latest

from bot.bootstrap import callback_accounts
from bot.clock import SystemClock
from bot.doctor.checks import checks_of
from bot.doctor.examination import Examined, examine
from bot.doctor.installation import opened
from bot.doctor.report import words
from bot.simulator import demo as invented
from bot.simulator.app import OFFICIAL_BASE, SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.simulator import Simulator
from bot.wecom.callback import callback_routes
from config.settings import Settings, load_settings
from config.texts import load_texts
from storage.inbox import Delivery
from tests.patience import PATIENCE

TEXTS = load_texts()
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
HOST = "127.0.0.1"


def variables(folder: Path, platform: str, clew: str) -> dict[str, str]:
    """Return the settings of an operator who got everything right."""
    return {
        "CLEW_DATA_DIR": str(folder),
        "CLEW_MASTER_KEY": KEY,
        "CLEW_PUBLIC_URL": clew,
        "CLEW_QYAPI_BASE": f"{platform}{WECOM_BASE}",
        "CLEW_MP_BASE": f"{platform}{OFFICIAL_BASE}",
        "CLEW_CORP_ID": invented.CORPID,
        "CLEW_APP_AGENT_ID": str(invented.AGENTID),
        "CLEW_APP_SECRET": invented.APP_SECRET,
        "CLEW_APP_TOKEN": invented.CALLBACK_TOKEN,
        "CLEW_APP_AES_KEY": invented.CALLBACK_KEY,
        "CLEW_CONTACT_SECRET": invented.CUSTOMERS_SECRET,
        "CLEW_DIRECTORY_SECRET": invented.CONTACTS_SECRET,
        "CLEW_MANAGERS": "WangManager",
        "CLEW_KF_SECRET": invented.KF_SECRET,
        "CLEW_KF_OPEN_KFIDS": invented.OPEN_KFID,
        "CLEW_MP_ACCOUNT": invented.MP_ACCOUNT,
        "CLEW_MP_APP_ID": invented.MP_APPID,
        "CLEW_MP_SECRET": invented.MP_SECRET,
        "CLEW_MP_TOKEN": invented.MP_TOKEN,
        "CLEW_MP_AES_KEY": invented.MP_KEY,
    }


SECRETS = (
    KEY,
    invented.APP_SECRET,
    invented.CUSTOMERS_SECRET,
    invented.CONTACTS_SECRET,
    invented.KF_SECRET,
    invented.MP_SECRET,
    invented.CALLBACK_TOKEN,
    invented.CALLBACK_KEY,
    invented.MP_TOKEN,
    invented.MP_KEY,
)


class NoInbox:
    """A check of an address stores nothing."""

    async def put(self, prepare: Callable[[], Delivery]) -> bool:
        raise AssertionError(prepare)


@dataclass
class Scene:
    """The stand-in and the callback routes of a service, both running."""

    sim: Simulator
    settings: dict[str, str]
    #: What the service counts of callbacks.
    callbacks: Counter

    async def found(self, **changes: str) -> dict[str, Examined]:
        """Examine, with some settings changed; return what was found by check and account."""
        given = {name: value for name, value in (self.settings | changes).items() if value}
        settings = load_settings(TEXTS, given)
        async with opened(settings, TEXTS, SystemClock()) as installation:
            patient = [replace(check, within=PATIENCE) for check in checks_of(settings)]
            examined = await examine(patient, installation)
        told = "\n".join(words(one.finding, TEXTS) for one in examined)
        assert [secret for secret in SECRETS if secret in told] == []
        return {f"{one.name} {one.about}".strip(): one for one in examined}


@contextlib.asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    try:
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def routes(settings: Settings, counter: Counter) -> web.Application:
    """Return the callback routes of a service that was started with these settings."""

    async def metrics(request: web.Request) -> web.Response:
        del request
        return web.Response(text=generate_latest(registry).decode())

    registry = CollectorRegistry()
    registry.register(counter)
    app = web.Application()
    app.router.add_get("/metrics", metrics)
    accounts = callback_accounts(settings)
    app.add_routes(callback_routes(accounts, NoInbox(), SystemClock(), counter))
    return app


@contextlib.asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    """Run the stand-in and a service whose operator got everything right."""
    stand_in = create_simulator(invented.demo_config(), SystemClock())
    async with served(stand_in) as platform:
        settings = variables(folder, platform, "http://localhost")
        counter = Counter("clew_callbacks", "…", ("route", "result"), registry=None)
        async with served(routes(load_settings(TEXTS, settings), counter)) as clew:
            settings["CLEW_PUBLIC_URL"] = clew
            settings["CLEW_LISTEN_PORT"] = clew.rpartition(":")[2]
            yield Scene(stand_in[SIMULATOR], settings, counter)


def codes(found: dict[str, Examined]) -> dict[str, str]:
    return {name: one.finding.code for name, one in found.items()}
