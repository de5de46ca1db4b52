"""Storing callbacks durably: 64 senders at once, decryption in the batch, both databases."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.wecom.codec import Codec
from domain.values import Priority
from storage.database import inbox_url_of, open_database
from storage.ids import IdSource
from storage.inbox import Delivery, Inbox, open_inbox
from storage.schema import migrate
from storage.vault import MasterKeys, Vault
from tests.bench.codec import CORP, KEY, MESSAGE, TOKEN
from tests.bench.measure import figure, percentile
from tests.bench.rig.databases import postgres_ground, sqlite_ground

if TYPE_CHECKING:
    from collections.abc import Callable

SENDERS = 64
CALLBACKS = 20_000
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def main() -> None:
    """Print rate and latency on SQLite, then on PostgreSQL."""
    with sqlite_ground() as ground:
        asyncio.run(measure(ground.prefix, f"sqlite://{ground.folder / 'clew.db'}"))
    with postgres_ground() as ground:
        asyncio.run(measure(ground.prefix, ground.url))


async def measure(name: str, url: str) -> None:
    """Store every callback once, as the platform would send them."""
    await migrate(url, inbox_url_of(url))
    database = await open_database(url)
    inbox = open_inbox(
        inbox_url_of(url), database, Vault(MasterKeys({1: bytes(32)})), IdSource(lambda: NOW)
    )
    try:
        waited: list[float] = []
        numbers = itertools.count()
        started = time.perf_counter()
        await asyncio.gather(*[send(inbox, numbers, waited) for _ in range(SENDERS)])
        elapsed = time.perf_counter() - started
        figure("inbox", f"{name}_rps", len(waited) / elapsed, "1/s")
        figure("inbox", f"{name}_p99_ms", percentile(waited, 0.99) * 1e3, "ms")
    finally:
        await inbox.close()
        await database.close()


async def send(inbox: Inbox, numbers: itertools.count[int], waited: list[float]) -> None:
    """Send callbacks one after the other, each when the one before is acknowledged."""
    while (number := next(numbers)) < CALLBACKS:
        started = time.perf_counter()
        await inbox.put(callback(number))
        waited.append(time.perf_counter() - started)


CODEC = Codec(TOKEN, KEY, CORP)
SEALED = CODEC.seal_xml(MESSAGE, timestamp=1700000001, nonce="998877")


def callback(number: int) -> Callable[[], Delivery]:
    """Return what the batch runs: open the envelope, name the row."""

    def prepare() -> Delivery:
        payload = CODEC.open(SEALED.signature, SEALED.body)
        key = number.to_bytes(16)
        return Delivery("wecom:bench", key, f"wm{number}", Priority.CHAT, payload, NOW)

    return prepare
