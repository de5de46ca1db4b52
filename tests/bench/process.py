"""Callbacks applied per second by one process, and the time from callback to call at 200/s."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median

import aiohttp

from tests.bench.measure import figure, percentile
from tests.bench.rig.cores import leave_server_core, pinned, python
from tests.bench.rig.corp import Callbacks, Request, environment, sealed
from tests.bench.rig.databases import Ground, postgres_ground, sqlite_ground
from tests.bench.rig.service import Served, served
from tests.services.ports import LOOPBACK, free_port

BENCH = "process"
ROUNDS = 3
#: Callbacks that wait in the inbox when the worker begins.
ROWS = 6_000
#: Even load for the latency: callbacks a second, and seconds.
PER_SECOND, SECONDS = 200, 10
#: The first ones meet a service that has not worked yet.
WARM_UP = PER_SECOND
#: How long after the last callback its call may come.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """What one round showed on one database."""

    processed_per_second: float
    waits_ms: list[float]
    missing: int


def main() -> None:
    """Measure SQLite and PostgreSQL in turns; print medians."""
    leave_server_core()
    rounds: dict[str, list[Result]] = {"sqlite": [], "pg": []}
    for _ in range(ROUNDS):
        for ground in (sqlite_ground, postgres_ground):
            with ground() as drained, ground() as served_on:
                result = measure(drained, served_on)
            rounds[drained.prefix].append(result)
    report("", rounds["sqlite"])
    report("pg_", rounds["pg"])


def measure(drained: Ground, served_on: Ground) -> Result:
    """Drain a full inbox on one ground, then serve an even load on another."""
    rate = drain(drained)
    with served(served_on.folder, served_on.url) as clew:
        waits = asyncio.run(send_evenly(clew))
    return Result(rate, waits[WARM_UP:], PER_SECOND * SECONDS - len(waits))


def drain(ground: Ground) -> float:
    """Return how many callbacks per second a worker alone on its core applies.

    Raises:
        RuntimeError: it left callbacks behind.
    """
    nowhere = f"http://{LOOPBACK}:1"
    settings = environment(free_port(), nowhere, str(ground.folder / "data"), ground.url)
    with (ground.folder / "drain.log").open("wb") as log:
        run = subprocess.run(  # noqa: S603 - our own command
            pinned(python("tests.bench.rig.drain", str(ROWS), "drain")),
            stdout=subprocess.PIPE,
            stderr=log,
            check=True,
            env={**os.environ, **settings},
        )
    found = json.loads(run.stdout)
    if found["rows"] != ROWS:
        message = f"only {found['rows']} of {ROWS} callbacks were applied"
        raise RuntimeError(message)
    return ROWS / float(found["seconds"])


async def send_evenly(clew: Served) -> list[float]:
    """Send at an even pace whatever the answers; return ms from callback to call, in order.

    Each callback is about another person and makes Clew call the platform once.
    They are made as they are sent: a welcome that waited for its turn would expire.
    """
    sent: dict[str, float] = {}
    callbacks = Callbacks("even").mixed()
    started = time.monotonic()
    address = f"http://{LOOPBACK}:{clew.port}"
    async with aiohttp.ClientSession(address) as session, asyncio.TaskGroup() as tasks:
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(started + number / PER_SECOND - time.monotonic())
            request = sealed(next(callbacks), number)
            sent[request.mark] = time.monotonic()
            tasks.create_task(deliver(session, request))
    called = await calls(clew, sent)
    return [(called[mark] - at) * 1e3 for mark, at in sent.items() if mark in called]


async def deliver(session: aiohttp.ClientSession, request: Request) -> None:
    """Send one callback, which has to be acknowledged."""
    async with session.post(request.target, data=request.body) as response:
        response.raise_for_status()


async def calls(clew: Served, sent: dict[str, float]) -> dict[str, float]:
    """Return when the platform was first called about each, once all calls were seen."""
    called: dict[str, float] = {}
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while len(called) < len(sent) and time.monotonic() < give_up_at:
        await asyncio.sleep(0.2)
        for mark, at in await asyncio.to_thread(clew.marks):
            if mark in sent:
                called.setdefault(mark, at)
    return called


def report(prefix: str, rounds: list[Result]) -> None:
    """Print the medians over the rounds of one database."""
    rate = median(one.processed_per_second for one in rounds)
    figure(BENCH, f"{prefix}processed_per_s", rate, "1/s")
    for name, share in (("push_p50_ms", 0.5), ("push_p99_ms", 0.99)):
        figure(
            BENCH, f"{prefix}{name}", median(percentile(r.waits_ms, share) for r in rounds), "ms"
        )
    if missing := sum(one.missing for one in rounds):
        figure(BENCH, f"{prefix}missing", missing, "callbacks")


if __name__ == "__main__":
    main()
