"""What is examined: the settings, and clients built from them as the service builds its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import aiohttp

from bot.bootstrap import platform_clients

if TYPE_CHECKING:
    from bot.wecom.client import CorpClient
    from bot.wecom.client.clients import Clients
    from config.settings import Settings
    from config.texts import Texts
    from handlers.ports import Clock


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation of Clew as its operator set it up.

    ``clients`` use each secret where it belongs, ``app`` uses the app's own
    secret for everything.
    """

    settings: Settings
    texts: Texts
    clock: Clock
    session: aiohttp.ClientSession
    clients: Clients
    app: CorpClient


@asynccontextmanager
async def opened(settings: Settings, texts: Texts, clock: Clock) -> AsyncIterator[Installation]:
    """Build the clients; close them when the block is left."""
    corp = replace(settings.corp, contact_secret="", directory_secret="")
    alone = replace(settings, corp=corp, kf=(), mp=())
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Installation(
            settings=settings,
            texts=texts,
            clock=clock,
            session=session,
            clients=platform_clients(settings, session, clock),
            app=platform_clients(alone, session, clock).corp,
        )
