"""A backup made while the service works, restored elsewhere: the story goes on, nothing is doubled.

The stand-in stays the same all the time, as the platform would.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.backup.making import make_backup
from bot.backup.restoring import Wish, restore
from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo_settings
from bot.service import running
from bot.simulator.app import SIMULATOR, create_simulator
from bot.simulator.demo import demo_config
from bot.simulator.wire.envelopes import Line
from bot.story import START
from bot.story.script import STEPS, ZHANG_SAN, remind
from bot.story.stage import Stage
from bot.wecom.parse import peek
from config.settings import Settings
from storage.database import inbox_url_of, open_database
from storage.inbox import InboxState
from tests.acceptance.fingerprint import Fingerprint, differences, fingerprint
from tests.acceptance.test_redelivery import part
from tests.services import postgres
from tests.story import WORDS, calm, day_turns_held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from bot.simulator.simulator import Simulator

CUSTOMERS = 40
SOURCES = {Line.CORP: "wecom:clew", Line.OFFICIAL: "mp:gh_clewdemo00001"}
HALF = STEPS.index(remind) + 1


@pytest.fixture(scope="module", autouse=True)
def _days_do_not_turn() -> Iterator[None]:
    with day_turns_held():
        yield


@dataclass
class World:
    """The platform, and services that come and go."""

    folder: Path
    sim: Simulator
    windows: str
    clock: DrivenClock

    def settings(self, name: str, database_url: str) -> Settings:
        """Return the settings of an installation; all have the same master key."""
        place = Place(self.folder / name, database_url=database_url)
        place.data_dir.mkdir()
        key = self.folder / "master.key"
        if key.exists():
            (place.data_dir / key.name).write_bytes(key.read_bytes())
        settings = demo_settings(place, self.windows)
        key.write_bytes((place.data_dir / key.name).read_bytes())
        return settings

    @asynccontextmanager
    async def service(self, settings: Settings) -> AsyncIterator[Stage]:
        """Run a service that the platform calls from now on."""
        async with running(settings, self.clock) as service:
            self.sim.point_at(service.address)
            yield Stage(Demo(service, self.sim, self.windows), self.clock, WORDS.get)


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    clock = DrivenClock(START, is_running=False)
    app = create_simulator(replace(demo_config(), run="story"), clock)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield World(folder, app[SIMULATOR], f"http://127.0.0.1:{runner.addresses[0][1]}", clock)
    finally:
        await runner.cleanup()


@pytest.fixture
def two_databases(request: pytest.FixtureRequest, database_url: str) -> Iterator[Sequence[str]]:
    """Return where the first and the second installation keep their data."""
    if database_url.startswith("sqlite"):
        yield "", ""
        return
    address = request.getfixturevalue("postgres_address")
    name = f"{database_url.rpartition('/')[2]}_second"
    postgres.execute(address, f"create database {name}")
    yield database_url, f"{address}/{name}"
    postgres.execute(address, f"drop database {name} with (force)")


async def play(stage: Stage, steps: Sequence[Callable[..., object]]) -> None:
    for step in steps:
        assert await step(stage)  # type: ignore[misc]


async def rush(sim: Simulator, numbers: range) -> None:
    """Let customers follow and write, without waiting for anybody."""
    for number in numbers:
        customer = sim.staff.add_customer(f"顾客{number}").external_userid
        await sim.follow(customer)
        await sim.say_mp(customer, "你好")
        await asyncio.sleep(0)


def accepted(sim: Simulator) -> set[bytes]:
    """Return the keys of all callbacks that were acknowledged."""
    parcels = [delivery.parcel for delivery in sim.deliveries if delivery.is_accepted]
    return {peek(SOURCES[parcel.line], parcel.plaintext).key for parcel in parcels}


async def keys_in(settings: Settings) -> set[bytes]:
    database = await open_database(inbox_url_of(settings.store.database_url))
    async with database.read() as tx:
        found = {bytes(row["key"]) for row in await tx.fetch("select key from inbox")}
    await database.close()
    return found


async def test_a_backup_under_load_holds_all_that_was_acknowledged_and_the_story_goes_on(
    tmp_path: Path, two_databases: Sequence[str]
) -> None:
    file = tmp_path / "clew.tar.gz"
    async with world(tmp_path) as here:
        old = here.settings("old", two_databases[0])
        async with here.service(old) as stage:
            await play(stage, STEPS[:HALF])
            load = asyncio.create_task(rush(here.sim, range(CUSTOMERS)))
            while len(here.sim.deliveries) < CUSTOMERS // 2:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0)
            before = accepted(here.sim)
            made = await make_backup(old.store, file, here.clock)
            await load
            await calm(stage.demo)
            original = part(await fingerprint(stage.demo))
            assert made.rows["inbox"] < len(await keys_in(old))

        new = here.settings("new", two_databases[1])
        restored = await restore(new.store, Wish(file), here.clock)
        assert restored.manifest == made
        assert before <= await keys_in(new)
        async with here.service(new) as stage:
            await stage.quiet()
            for delivery in list(here.sim.deliveries):
                here.sim.world.courier.post(delivery.parcel)
            await stage.quiet()
            assert differences(part(await fingerprint(stage.demo)), original) == []
            inbox = stage.demo.service.parts.inbox
            assert await inbox.list(InboxState.PARKED, 10) == []
            await play(stage, [step for step in STEPS[HALF:] if step.__name__ != "funnel"])


async def moved(folder: Path, urls: Sequence[str], *, is_moved: bool) -> Fingerprint:
    """Play the story, with a move to another installation in the middle or without."""
    async with world(folder) as here:
        settings = here.settings("old", urls[0])
        async with here.service(settings) as stage:
            await play(stage, STEPS[:HALF])
            for number in range(10):
                await here.sim.say_kf(ZHANG_SAN, f"你好{number}")
            await here.sim.settled()
            if not is_moved:
                await stage.quiet()
                await play(stage, STEPS[HALF:])
                return await fingerprint(stage.demo)
        file = folder / "clew.tar.gz"
        await make_backup(settings.store, file, here.clock)
        settings = here.settings("new", urls[1])
        done = await restore(settings.store, Wish(file, is_nothing_sent_since=True), here.clock)
        assert done.doubtful == 0
        async with here.service(settings) as stage:
            await stage.quiet()
            await play(stage, STEPS[HALF:])
            return await fingerprint(stage.demo)


async def test_a_move_in_the_middle_of_work_is_seen_by_nobody(
    tmp_path: Path, two_databases: Sequence[str]
) -> None:
    for name in ("stays", "moves"):
        (tmp_path / name).mkdir()
    stays = await moved(tmp_path / "stays", ["", ""], is_moved=False)
    moves = await moved(tmp_path / "moves", two_databases, is_moved=True)
    assert differences(moves, stays) == []
