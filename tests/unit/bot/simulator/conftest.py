"""A stand-in on loopback, a listener where Clew would be, and callers of both APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.simulator import demo
from bot.simulator.app import OFFICIAL_BASE, SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.config import SimulatorConfig
from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport
from bot.wecom.errors import Family
from tests.unit.bot.simulator.listening_clew import ListeningClew
from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator


@pytest.fixture
def base_config() -> SimulatorConfig:
    """The demo's stand-in; a test module may override this to change a number."""
    return demo.demo_config()


@pytest.fixture
async def clew(base_config: SimulatorConfig) -> AsyncIterator[ListeningClew]:
    corp, official = base_config.corp, base_config.official
    listening = ListeningClew.with_targets(
        (corp.callback, corp.corpid), (official.callback, official.appid)
    )
    async with TestServer(listening.application()) as server:
        listening.url = str(server.make_url(""))
        yield listening


@pytest.fixture
async def client(
    base_config: SimulatorConfig, clock: DrivenClock, clew: ListeningClew
) -> AsyncIterator[TestClient[Any, Any]]:
    config = demo.with_clew(base_config, clew.url)
    async with TestClient(TestServer(create_simulator(config, clock))) as client:
        yield client


@pytest.fixture
def sim(client: TestClient[Any, Any]) -> Simulator:
    app = client.app
    assert app is not None
    found: Simulator = app[SIMULATOR]
    return found


@pytest.fixture
def api(client: TestClient[Any, Any]) -> PlatformCaller:
    return PlatformCaller(client, WECOM_BASE)


@pytest.fixture
def mp(client: TestClient[Any, Any]) -> OfficialCaller:
    return OfficialCaller(client, OFFICIAL_BASE)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def corp(
    client: TestClient[Any, Any], session: aiohttp.ClientSession, clock: DrivenClock
) -> CorpClient:
    account = CorpAccount(demo.CORPID, demo.AGENTID, demo.APP_SECRET, kf_secret=demo.KF_SECRET)
    transport = Transport(session, str(client.make_url(WECOM_BASE)), Family.WECOM)
    return CorpClient(account, transport, MemoryTokenStore(), clock)
