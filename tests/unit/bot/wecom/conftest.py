"""Callback routes with a real inbox behind them."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from bot.clock import DrivenClock
from bot.wecom.callback import callback_routes
from storage.inbox import Inbox
from tests.unit.bot.wecom.callback_peer import ACCOUNTS, Opener, Peer


@pytest.fixture
def peer_on(aiohttp_client: Any, clock: DrivenClock) -> Opener:
    """Return a function that opens the routes of all test accounts before an inbox."""

    async def open_before(inbox: Any) -> Peer:
        counter = Counter("callbacks", "…", ("route", "result"), registry=CollectorRegistry())
        app = web.Application()
        app.add_routes(callback_routes(ACCOUNTS.values(), inbox, clock, counter))
        return Peer(await aiohttp_client(app), inbox, counter, clock)

    return open_before


@pytest.fixture
async def peer(peer_on: Opener, inbox: Inbox) -> Peer:
    """Return the platform in front of routes that store into ``inbox``."""
    return await peer_on(inbox)
