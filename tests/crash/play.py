"""Load, kill, start again; at the end look whether every promise held."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.clock import SystemClock
from bot.demo import HOST, Place, demo_environment
from bot.simulator.app import SIMULATOR, create_simulator
from bot.simulator.config import DeliveryConfig
from bot.simulator.demo import demo_config
from bot.simulator.simulator import Simulator
from tests.crash.audit import Finding, audit, until_calm
from tests.crash.crowd import Crowd
from tests.crash.victim import Victim
from tests.services.ports import free_port

#: Short, so that the rows of a killed process come back while we watch.
LEASE_SECONDS = 5
#: The platform gives up after three tries; ours is more patient, so that the load goes on.
DELIVERY = DeliveryConfig(tries=40, pause=0.2, parallel=8)
CALM_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Plan:
    """How often to kill, on which database (SQLite in ``folder`` if empty), by which seed."""

    kills: int
    folder: Path
    database_url: str = ""
    seed: int = 1
    live_for: tuple[float, float] = (0.2, 2.5)


@dataclass(frozen=True, slots=True)
class Report:
    """How much happened, and what was found."""

    kills: int
    acts: int
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that is wrong, with the promise it breaks."""
        return tuple(f"{f.promise}: {w}" for f in self.findings for w in f.wrong)


async def play(plan: Plan, tell: Callable[[str], None]) -> Report:
    """Kill the service ``plan.kills`` times under load and audit what is left."""
    config = replace(demo_config(), delivery=DELIVERY)
    app = create_simulator(config, SystemClock())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        sim = app[SIMULATOR]
        port = free_port()
        windows = f"http://{HOST}:{runner.addresses[0][1]}"
        place = Place(plan.folder, port, database_url=plan.database_url)
        victim = Victim(_environment(place, windows), port, plan.folder / "service.log")
        await asyncio.to_thread(victim.start)
        sim.point_at(f"http://{HOST}:{port}")
        crowd = Crowd(sim, random.Random(plan.seed))
        try:
            await _kill(plan, victim, crowd, tell)
            findings = await _end(victim, sim, _url(place))
        finally:
            await asyncio.to_thread(victim.kill)
        return Report(plan.kills, crowd.acts, tuple(findings))
    finally:
        await runner.cleanup()


def _environment(place: Place, windows: str) -> dict[str, str]:
    environment = demo_environment(place, windows)
    environment["CLEW_LISTEN_HOST"] = HOST
    environment["CLEW_LISTEN_PORT"] = str(place.port)
    environment["CLEW_LEASE_SECONDS"] = str(LEASE_SECONDS)
    return environment


def _url(place: Place) -> str:
    return place.database_url or f"sqlite:///{place.data_dir / 'clew.db'}"


async def _kill(plan: Plan, victim: Victim, crowd: Crowd, tell: Callable[[str], None]) -> None:
    stopping = asyncio.Event()
    load = asyncio.create_task(crowd.act_until(stopping))
    dice = random.Random(plan.seed + 1)
    try:
        for number in range(plan.kills):
            await asyncio.sleep(dice.uniform(*plan.live_for))
            await asyncio.to_thread(victim.kill)
            await asyncio.to_thread(victim.start)
            if (number + 1) % 10 == 0:
                tell(f"{number + 1} kills, {crowd.acts} acts")
    finally:
        stopping.set()
        await load


async def _end(victim: Victim, sim: Simulator, url: str) -> list[Finding]:
    """Wait for calm, let the service stop as an operator would, and audit."""
    await sim.settled()
    is_calm = await until_calm(url, CALM_SECONDS)
    await sim.settled()
    await asyncio.to_thread(victim.stop)
    findings = await audit(sim, url)
    return findings if is_calm else [Finding("comes to rest", 0, ("still busy",)), *findings]
