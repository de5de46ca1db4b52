"""Callbacks applied per second by 1, 2 and 4 workers on one PostgreSQL, each exactly once."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bot.bootstrap import build
from bot.clock import SystemClock
from config.settings import Settings, load_settings
from config.texts import load_texts
from tests.bench.measure import figure
from tests.bench.rig.cores import python, running
from tests.bench.rig.corp import Callback, Callbacks, environment
from tests.bench.rig.databases import postgres_ground
from tests.bench.rig.drain import preparing
from tests.bench.rig.tally import Tally, tally
from tests.services.ports import LOOPBACK, free_port
from tests.services.redis import redis_server

BENCH = "replicas"
PREFIX = "replica"
WORKERS = (1, 2, 4)
#: Followers of the account, and how many messages each of them writes: as many as the
#: platform lets us answer before they write again.
FOLLOWERS, EACH = 800, 5
ROWS = FOLLOWERS * EACH
#: Every so many callbacks the platform delivers one a second time.
REPEATED = 10
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 120.0

_HOLD = "update inbox set free_at = 9000000000000000"
_RELEASE = "update inbox set free_at = 0"
_PENDING = "select count(*) from inbox where state = 'pending'"
_UNFINISHED = "select count(*) from inbox where state in ('pending', 'leased')"
#: Sessions of the service that wait for a lock of another one.
_BLOCKED = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
"""
#: Cards to the rep leave within the budget of a rep, long after.
_UNSENT = """
select count(*) from outbox where state in ('pending', 'leased') and dedupe_key like 'reply:%'
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What some workers showed; ``lock_share`` is lost of the time of all of them."""

    per_second: float
    lock_share: float
    tally: Tally


@dataclass(frozen=True, slots=True)
class Site:
    """One database with everything around it, shared by all processes of a run."""

    folder: Path
    url: str
    redis: str
    platform_port: int

    def environment(self, port: int) -> dict[str, str]:
        """Return the settings of a process that listens on ``port``."""
        platform = f"http://{LOOPBACK}:{self.platform_port}"
        ours = environment(port, platform, str(self.folder / "data"), self.url)
        return {**ours, "CLEW_REDIS_URL": self.redis}

    @contextmanager
    def processes(self, role: str, count: int) -> Iterator[None]:
        """Run ``clew serve --role`` in ``count`` processes."""
        with ExitStack() as stack:
            for _ in range(count):
                port = free_port()
                command = python("bot", "serve", "--role", role)
                log = self.folder / f"{role}.log"
                stack.enter_context(running(command, port, log, self.environment(port)))
            yield


def main() -> None:
    """Measure and count; print the figures.

    Raises:
        RuntimeError: an effect is there twice, is missing or stands out of order.
    """
    results = {count: measure(count) for count in WORKERS}
    for count, result in results.items():
        figure(BENCH, f"workers_{count}_per_s", result.per_second, "1/s")
        figure(BENCH, f"lock_share_{count}", result.lock_share, "of the workers' time")
    tallies = [result.tally for result in results.values()]
    for name in ("duplicates", "missing", "out_of_order"):
        shown = "duplicate_effects" if name == "duplicates" else name
        figure(BENCH, shown, sum(getattr(one, name) for one in tallies), "effects")
    check(tallies)


def check(tallies: Sequence[Tally]) -> None:
    """Refuse figures of work that was not done right."""
    if any(one != Tally(0, 0, 0) for one in tallies):
        message = f"the replicas did not do everything once and in order: {tallies}"
        raise RuntimeError(message)


def measure(workers: int) -> Result:
    """Drain a prepared inbox with some workers, then send all of it with one relay."""
    platform_port = free_port()
    platform = python("tests.bench.rig.platform", str(platform_port))
    with (
        postgres_ground() as ground,
        redis_server() as redis,
        running(platform, platform_port, ground.folder / "platform.log"),
    ):
        site = Site(ground.folder, ground.url, redis, platform_port)
        asyncio.run(fill(site))
        with site.processes("worker", workers):
            per_second, lock_share = asyncio.run(drained(site, workers))
        with site.processes("relay", 1):
            return Result(per_second, lock_share, asyncio.run(sent_and_counted(site)))


async def fill(site: Site) -> None:
    """Put all callbacks into the inbox, some twice, and hold them back."""
    settings = settings_of(site)
    callbacks = Callbacks(PREFIX)
    said = [callbacks.said(number % FOLLOWERS) for number in range(ROWS)]
    async with build(settings, SystemClock()) as parts:
        await asyncio.gather(*(parts.inbox.put(preparing(parts, one)) for one in delivered(said)))
        async with parts.database.write() as tx:
            await tx.execute(_HOLD)


def settings_of(site: Site) -> Settings:
    """Return the settings of this process, which only fills the inbox."""
    return load_settings(load_texts(), environ=site.environment(free_port()))


def delivered(said: Sequence[Callback]) -> Iterator[Callback]:
    """Yield callbacks as an impatient platform delivers them."""
    for number, callback in enumerate(said):
        yield callback
        if number % REPEATED == 0:
            yield callback


async def drained(site: Site, workers: int) -> tuple[float, float]:
    """Let the rows go; return rows per second and the share of time lost to locks.

    The clock runs from the first claim on. Locks are looked at fifty times a second.
    """
    async with connected(site) as connection:
        await connection.execute(_RELEASE)
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Nobody rings outside the service.
            while await connection.fetchval(_PENDING) == ROWS:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
            started, looks, blocked = time.perf_counter(), 0, 0
            while await connection.fetchval(_UNFINISHED):
                looks, blocked = looks + 1, blocked + await connection.fetchval(_BLOCKED)
                await asyncio.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
    return ROWS / seconds, blocked / max(looks * workers, 1)


async def sent_and_counted(site: Site) -> Tally:
    """Wait until the relay has sent what is due, then count what there is."""
    calls: Counter[str] = Counter()
    async with connected(site) as connection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await connection.fetchval(_UNSENT):  # noqa: ASYNC110 - as above
                await asyncio.sleep(LOOK_SECONDS)
        calls.update(await asyncio.to_thread(called, site.platform_port))
        return await tally(connection, FOLLOWERS, ROWS, calls)


def called(platform_port: int) -> list[str]:
    """Return the follower of every answer that the platform got."""
    address = f"http://{LOOPBACK}:{platform_port}/marks"
    with urllib.request.urlopen(address, timeout=30) as answer:
        marks = [str(mark) for mark, _ in json.loads(answer.read())]
    return [mark for mark in marks if mark.startswith(f"o{PREFIX}")]


@asynccontextmanager
async def connected(site: Site) -> AsyncIterator[Any]:
    """Look into the database beside the service."""
    connection = await asyncpg.connect(site.url)
    try:
        yield connection
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
