"""Real storage on a SQLite file, and clients that talk to a loopback platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock
from bot.fetcher import Fetcher
from bot.relay import Relay
from bot.wecom.client.clients import Clients
from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.official import OfficialAccount, OfficialClient
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport
from bot.wecom.errors import Family
from domain.messages import Fetch, Push
from storage.database import Database, inbox_url_of, open_database
from storage.fetches import Fetches, insert_fetches
from storage.ids import IdSource
from storage.inbox import Inbox, open_inbox
from storage.outbox import Outbox, insert_pushes
from storage.vault import MasterKeys, Vault
from tests.unit.bot.loopback_platform import Platform
from tests.unit.bot.played_postman import KnownOpenings, PlayedPostman

KEYS = MasterKeys.parse("1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")
Send = Callable[..., Awaitable[None]]


@pytest.fixture
def vault() -> Vault:
    return Vault(KEYS)


@pytest.fixture
def ids(clock: DrivenClock) -> IdSource:
    return IdSource(clock.now)


@pytest.fixture
def migrated_url(migrated_sqlite_url: str) -> str:
    return migrated_sqlite_url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    opened = await open_database(migrated_url)
    yield opened
    await opened.close()


@pytest.fixture
def outbox(database: Database, vault: Vault, ids: IdSource) -> Outbox:
    return Outbox(database, vault, ids)


@pytest.fixture
def fetches(database: Database) -> Fetches:
    return Fetches(database)


@pytest.fixture
async def inbox(
    database: Database, migrated_url: str, vault: Vault, ids: IdSource
) -> AsyncIterator[Inbox]:
    opened = open_inbox(inbox_url_of(migrated_url), database, vault, ids)
    yield opened
    await opened.close()


@pytest.fixture
def send(database: Database, vault: Vault, ids: IdSource, clock: DrivenClock) -> Send:
    """Return a function that puts pushes into the outbox, in order."""

    async def put(*pushes: Push) -> None:
        async with database.write() as tx:
            await insert_pushes(tx, vault, ids, pushes, clock.now())

    return put


@pytest.fixture
def ask(database: Database, ids: IdSource, clock: DrivenClock) -> Callable[..., Awaitable[None]]:
    """Return a function that puts fetches into their table."""

    async def put(*fetches: Fetch) -> None:
        async with database.write() as tx:
            await insert_fetches(tx, ids, fetches, clock.now())

    return put


@pytest.fixture
async def platform() -> Platform:
    return Platform()


@pytest.fixture
async def address(platform: Platform) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", platform.handle)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def transport(session: aiohttp.ClientSession, address: str) -> Transport:
    return Transport(session, address, Family.WECOM)


@pytest.fixture
def corp(transport: Transport, clock: DrivenClock) -> CorpClient:
    account = CorpAccount("wwtestcorp000001", 1000002, "the-app-secret")
    return CorpClient(account, transport, MemoryTokenStore(), clock)


@pytest.fixture
def official(session: aiohttp.ClientSession, address: str, clock: DrivenClock) -> OfficialClient:
    transport = Transport(session, address, Family.OFFICIAL)
    account = OfficialAccount("wxtest0000000001", "the-mp-secret", qrcode_base=address)
    return OfficialClient(account, transport, MemoryTokenStore(), clock)


@pytest.fixture
def clients(corp: CorpClient, official: OfficialClient) -> Clients:
    return Clients(corp, {"gh_1": official})


@pytest.fixture
def postman() -> PlayedPostman:
    return PlayedPostman()


@pytest.fixture
def relay(outbox: Outbox, postman: PlayedPostman, clock: DrivenClock) -> Relay:
    return Relay(outbox, postman, clock)  # type: ignore[arg-type]


@pytest.fixture
def known(clock: DrivenClock) -> KnownOpenings:
    return KnownOpenings(clock)


@pytest.fixture
def careful(
    outbox: Outbox, postman: PlayedPostman, clock: DrivenClock, known: KnownOpenings
) -> Relay:
    return Relay(outbox, postman, clock, known)  # type: ignore[arg-type]


@pytest.fixture
def fetcher(fetches: Fetches, inbox: Inbox, clients: Clients, clock: DrivenClock) -> Fetcher:
    return Fetcher(fetches, inbox, clients, clock)


@pytest.fixture
def restarted(fetches: Fetches, inbox: Inbox, clients: Clients, clock: DrivenClock) -> Fetcher:
    """Return the fetcher of the process that follows, or works beside."""
    return Fetcher(fetches, inbox, clients, clock)
