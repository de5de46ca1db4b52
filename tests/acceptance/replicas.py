"""Several replicas of the service on one PostgreSQL and one Redis, with the stand-in here."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from aiohttp import web

from bot.bootstrap import Parts, build
from bot.demo import HOST, Place, demo_settings
from bot.simulator.app import SIMULATOR, create_simulator
from bot.simulator.config import SimulatorConfig
from bot.simulator.simulator import Simulator
from config.master_key import master_key_in
from storage.inbox import InboxState
from storage.queries.queues import work_waits
from storage.timers import next_due
from tests.acceptance.file_clock import FileClock
from tests.acceptance.replica_process import Plan
from tests.services.ports import LOOPBACK, START_SECONDS, free_port, wait_until_accepting
from tests.services.redis import _program
from tests.shared import ROOT

#: A killed replica's work waits for its lease, on a clock that the test drives.
SETTLE_SECONDS = 300.0
#: In a row; a row may be on its way from one table to the next.
CALM_LOOKS = 3


@dataclass(slots=True)
class Replica:
    """A running process of the service."""

    roles: tuple[str, ...]
    process: subprocess.Popen[str]
    address: str = ""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=START_SECONDS)


@dataclass(slots=True)
class Observer:
    """Stands where the story expects the service: looks on, and does no work."""

    parts: Parts

    async def settle(self) -> None:
        """Return when no replica has anything to do at the clock's moment."""
        calm = 0
        async with asyncio.timeout(SETTLE_SECONDS):
            while calm < CALM_LOOKS:
                calm = calm + 1 if await self._is_calm() else 0
                await asyncio.sleep(0.02)

    async def _is_calm(self) -> bool:
        parts = self.parts
        now = parts.clock.now()
        waiting = await parts.inbox.counts()
        if waiting.get(InboxState.PENDING) or waiting.get(InboxState.LEASED):
            return False
        async with parts.database.read() as tx:
            due = await next_due(tx)
            return (due is None or due > now) and not await work_waits(tx, now)


@dataclass(slots=True)
class Cluster:
    """The stand-in, replicas, and what a test drives them by."""

    plan: Plan
    clock: FileClock
    service: Observer
    sim: Simulator
    windows: str
    replicas: list[Replica] = field(default_factory=list)

    async def start(self, *roles: str, port: int = 0) -> Replica:
        """Start one replica and wait until it runs."""
        plan = msgspec.structs.replace(self.plan, roles=list(roles), port=port)
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program; it starts at once
            [sys.executable, "-m", "tests.acceptance.replica_process", msgspec.json.encode(plan)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        replica = Replica(roles, process)
        self.replicas.append(replica)
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            replica.address = (await asyncio.to_thread(process.stdout.readline)).strip()
        assert replica.address, f"{roles} ended with {process.poll()} before it ran"
        if "web" in roles:
            self.sim.point_at(replica.address)
        return replica

    async def start_all(self, *each: tuple[str, ...]) -> list[Replica]:
        """Start several replicas at once."""
        return list(await asyncio.gather(*(self.start(*roles) for roles in each)))

    async def calm(self) -> None:
        """Wait until nothing is under way on either side."""
        for _ in range(2):
            await self.sim.settled()
            await self.service.settle()

    def end(self) -> None:
        """Kill what still runs."""
        for replica in self.replicas:
            if replica.process.poll() is None:
                replica.kill()
            if replica.process.stdout is not None:
                replica.process.stdout.close()


@asynccontextmanager
async def cluster(plan: Plan, clock: FileClock, config: SimulatorConfig) -> AsyncIterator[Cluster]:
    """Run the stand-in, with no replica yet."""
    app = create_simulator(config, clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        windows = f"http://{HOST}:{runner.addresses[0][1]}"
        plan = msgspec.structs.replace(plan, windows=windows)
        master_key_in(Path(plan.data_dir))  # before several processes look for it
        place = Place(Path(plan.data_dir), database_url=plan.database_url)
        async with build(demo_settings(place, windows), clock) as parts:
            running = Cluster(plan, clock, Observer(parts), app[SIMULATOR], windows)
            try:
                yield running
            finally:
                running.end()
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class OwnRedis:
    """A Redis that a test may kill and start again on the same port."""

    port: int
    folder: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        """Start it, empty."""
        options = ["--bind", LOOPBACK, "--port", str(self.port), "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(  # noqa: S603 - the tests' own server
            [_program(), *options], stdout=subprocess.DEVNULL
        )
        wait_until_accepting(self.port, self.process)

    def kill(self) -> None:
        """End it with all that it holds."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    """Run a Redis of the test's own."""
    with tempfile.TemporaryDirectory(prefix="clew-redis-") as folder:
        server = OwnRedis(free_port(), folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def told(config: SimulatorConfig, **delivery: object) -> SimulatorConfig:
    """Return a stand-in whose ids are the same in every run, and its way to deliver."""
    return replace(config, run="story", delivery=replace(config.delivery, **delivery))
