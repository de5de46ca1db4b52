"""Replicas take a plain signature with one body, whichever of them it comes to first."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from bot.clock import DrivenClock
from bot.wecom.callback import callback_routes
from bot.wecom.codec import Signature
from storage.inbox import Inbox
from tests.unit.bot.wecom.callback_peer import ACCOUNTS, GH, Opener, Peer, text


class OneMemory:
    """What Redis keeps for all processes."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    async def has_other_body(self, source: str, signature: Signature, body: bytes) -> bool:
        return self.bodies.setdefault(f"{source} {signature.value}", body) != body


@pytest.fixture
def replica(aiohttp_client: Any, clock: DrivenClock, inbox: Inbox) -> Opener:
    async def open_one(memory: OneMemory) -> Peer:
        counter = Counter("callbacks", "…", ("route", "result"), registry=CollectorRegistry())
        app = web.Application()
        app.add_routes(callback_routes(ACCOUNTS.values(), inbox, clock, counter, memory))
        return Peer(await aiohttp_client(app), inbox, counter, clock)

    return open_one


async def test_a_plain_signature_used_at_one_replica_is_refused_at_another(
    replica: Opener,
) -> None:
    memory = OneMemory()
    one, other = await replica(memory), await replica(memory)
    assert await one.post_plain(text(GH, "o1"), nonce="same") == (200, "success")
    assert await other.post_plain(text(GH, "o1", "假的", 99), nonce="same") == (403, "")
    assert other.counted("plain", "replayed_signature") == 1
    assert await other.post_plain(text(GH, "o1"), nonce="same") == (200, "success")
    assert len(await one.stored()) == 1


async def test_encrypted_callbacks_need_no_witness(replica: Opener) -> None:
    memory = OneMemory()
    peer = await replica(memory)
    await peer.deliver("wecom", text())
    assert memory.bodies == {}
