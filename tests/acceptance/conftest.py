"""What acceptance tests share: plain logs, databases, and both ends of the wire."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock
from bot.fetcher import Fetcher
from bot.postman import Postman
from bot.relay import Relay
from bot.simulator import demo
from bot.simulator.app import OFFICIAL_BASE, SIMULATOR, WECOM_BASE, create_simulator
from bot.wecom.client.clients import Clients
from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.official import OfficialAccount, OfficialClient
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport
from bot.wecom.errors import Family
from storage.database import inbox_url_of, open_database
from storage.fetches import Fetches
from storage.ids import IdSource
from storage.inbox import open_inbox
from storage.outbox import Outbox
from storage.schema import migrate
from storage.vault import MasterKeys, Vault
from tests.acceptance.command_line import NEEDED
from tests.acceptance.wire_ends import WireEnds

KEYS = MasterKeys.parse("1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> Iterator[None]:
    """Write logs as the service does: tracebacks drawn for a terminal cost seconds each."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def migrated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with migrated, empty databases, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    main, inbox = folder / "clew.db", folder / "clew-inbox.db"
    asyncio.run(migrate(f"sqlite://{main}", f"sqlite://{inbox}"))
    return folder


@pytest.fixture
def data(migrated_data: Path, tmp_path: Path) -> Path:
    """Return the data folder of this test's commands, its databases migrated."""
    return shutil.copytree(migrated_data, tmp_path / "data")


@pytest.fixture
def settings_of_process(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands run in this process, on the data folder of the test."""
    # Logs belong to a process; here they would outlive the command.
    monkeypatch.setattr("bot.loggers.structlog.configure", lambda **_: None)
    monkeypatch.setattr("bot.loggers.logging.basicConfig", lambda **_: None)
    for name, value in (NEEDED | {"CLEW_DATA_DIR": str(data), "COLUMNS": "200"}).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def sim_server(clock: DrivenClock) -> AsyncIterator[TestServer]:
    """Yield a stand-in whose calls take a moment, so that parallel ones overlap."""
    config = replace(demo.demo_config(), latency=0.005)
    async with TestServer(create_simulator(config, clock)) as server:
        yield server


@pytest.fixture
async def clients(sim_server: TestServer, clock: DrivenClock) -> AsyncIterator[Clients]:
    """Yield Clew's clients of the stand-in."""
    base = str(sim_server.make_url("")).rstrip("/")
    async with ClientSession() as session:
        corp = CorpClient(
            CorpAccount(
                demo.CORPID,
                demo.AGENTID,
                demo.APP_SECRET,
                demo.CUSTOMERS_SECRET,
                demo.KF_SECRET,
                demo.CONTACTS_SECRET,
            ),
            Transport(session, base + WECOM_BASE, Family.WECOM),
            MemoryTokenStore(),
            clock,
        )
        official = OfficialClient(
            OfficialAccount(demo.MP_APPID, demo.MP_SECRET),
            Transport(session, base + OFFICIAL_BASE, Family.OFFICIAL),
            MemoryTokenStore(),
            clock,
        )
        yield Clients(corp, {demo.MP_ACCOUNT: official})


@pytest.fixture
def sqlite_url(migrated_sqlite_url: str) -> str:
    """Return a migrated database; a service that starts on an empty one is another test."""
    return migrated_sqlite_url


@pytest.fixture
def postgres_url(migrated_postgres_url: str) -> str:
    """Return a migrated database, as above."""
    return migrated_postgres_url


@pytest.fixture
async def clew(
    sqlite_url: str, sim_server: TestServer, clients: Clients, clock: DrivenClock
) -> AsyncIterator[WireEnds]:
    """Yield relay, fetcher and clients around one outbox, and the stand-in."""
    database = await open_database(sqlite_url)
    vault, ids = Vault(KEYS), IdSource(clock.now)
    inbox = open_inbox(inbox_url_of(sqlite_url), database, vault, ids)
    outbox, fetches = Outbox(database, vault, ids), Fetches(database)
    yield WireEnds(
        sim=sim_server.app[SIMULATOR],
        clock=clock,
        clients=clients,
        outbox=outbox,
        fetches=fetches,
        inbox=inbox,
        relay=Relay(outbox, Postman(clients, "https://crm.example.com/"), clock),
        fetcher=Fetcher(fetches, inbox, clients, clock),
        vault=vault,
        ids=ids,
        database=database,
    )
    await inbox.close()
    await database.close()
