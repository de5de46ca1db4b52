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
from tests.crash.callers import Callers, from_outside, make_keys
from tests.crash.crew import REPLICAS, Crew
from tests.crash.crowd import Crowd
from tests.crash.doubt import in_doubt
from tests.crash.victim import Victim
from tests.crash.weather import bad_weather, strikes
from tests.services.ports import free_port

#: Short, so that the rows of a killed process come back while we watch.
LEASE_SECONDS = 5
#: The platform gives up after three tries; ours is more patient, so that the load goes on.
DELIVERY = DeliveryConfig(tries=40, pause=0.2, parallel=8)
#: An endpoint that was closed for a minute (45009), or a token that may not be renewed for
#: five, is waited for.
CALM_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Plan:
    """How often to kill, on which database (SQLite in ``folder`` if empty), by which seed.

    With ``redis_url`` the service runs as replicas. ``has_faults`` lets the
    platform go wrong all the while.
    """

    kills: int
    folder: Path
    database_url: str = ""
    redis_url: str = ""
    seed: int = 1
    has_faults: bool = True
    live_for: tuple[float, float] = (0.2, 2.5)


@dataclass(frozen=True, slots=True)
class Report:
    """How much happened, and what was found."""

    kills: int
    acts: int
    strikes: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that is wrong, with the promise it breaks."""
        return tuple(f"{f.promise}: {w}" for f in self.findings for w in f.wrong)


@dataclass(frozen=True, slots=True)
class Load:
    """All who act: people at the platform, and systems that call from outside."""

    crowd: Crowd
    callers: Callers

    async def until(self, stopping: asyncio.Event) -> None:
        """Let all of them act until told to stop."""
        await asyncio.gather(self.crowd.act_until(stopping), self.callers.call_until(stopping))


async def play(plan: Plan, tell: Callable[[str], None]) -> Report:
    """Kill the service ``plan.kills`` times under load and audit what is left."""
    config = replace(demo_config(), delivery=DELIVERY)
    app = create_simulator(config, SystemClock())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        sim = app[SIMULATOR]
        place = Place(plan.folder, free_port(), database_url=plan.database_url)
        crew = _crew(plan, place, sim, f"http://{HOST}:{runner.addresses[0][1]}")
        try:
            await crew.start()
            keys = await asyncio.to_thread(make_keys, crew.victims[0].environment)
            load = Load(
                Crowd(sim, random.Random(plan.seed)),
                Callers(lambda: crew.door, keys, random.Random(plan.seed + 3)),
            )
            return await _suffer(plan, crew, load, _url(place), tell)
        finally:
            await crew.end()
    finally:
        await runner.cleanup()


def _crew(plan: Plan, place: Place, sim: Simulator, windows: str) -> Crew:
    environment = demo_environment(place, windows)
    environment["CLEW_LEASE_SECONDS"] = str(LEASE_SECONDS)
    environment["CLEW_REDIS_URL"] = plan.redis_url
    victims = [
        Victim(environment, free_port(), plan.folder / f"service-{number}.log", roles)
        for number, roles in enumerate(REPLICAS if plan.redis_url else [()])
    ]
    return Crew(victims, sim.point_at, random.Random(plan.seed + 2))


def _url(place: Place) -> str:
    return place.database_url or f"sqlite:///{place.data_dir / 'clew.db'}"


async def _suffer(
    plan: Plan, crew: Crew, load: Load, url: str, tell: Callable[[str], None]
) -> Report:
    sim = load.crowd.sim
    if plan.has_faults:
        sim.faults.load(bad_weather(plan.seed))
    await _kill(plan, crew, load, tell)
    findings = await _end(crew, sim, url)
    findings += await from_outside(url, load.callers)
    rules = sim.faults.rules
    findings.append(await in_doubt(url, rules, crew.kills))
    return Report(crew.kills, load.crowd.acts, strikes(rules), tuple(findings))


async def _kill(plan: Plan, crew: Crew, load: Load, tell: Callable[[str], None]) -> None:
    stopping = asyncio.Event()
    acting = asyncio.create_task(load.until(stopping))
    dice = random.Random(plan.seed + 1)
    told = 0
    try:
        while crew.kills < plan.kills:
            await asyncio.sleep(dice.uniform(*plan.live_for))
            await crew.strike()
            if crew.kills >= told + 10:
                told = crew.kills
                tell(f"{crew.kills} kills, {load.crowd.acts} acts")
    finally:
        stopping.set()
        await acting


async def _end(crew: Crew, sim: Simulator, url: str) -> list[Finding]:
    """Wait for calm, let the service stop as an operator would, and audit."""
    await sim.settled()
    is_calm = await until_calm(url, CALM_SECONDS)
    await sim.settled()
    await crew.stop()
    findings = await audit(sim, url)
    return findings if is_calm else [Finding("comes to rest", 0, ("still busy",)), *findings]
