"""The clock of the machine jumps; that of the platform does not: nothing lost, nothing doubled."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.clock import DrivenClock
from bot.demo import HOST, Place, demo_settings
from bot.service import Service, running
from bot.simulator.app import SIMULATOR, create_simulator
from bot.simulator.demo import demo_config
from bot.simulator.faults.fault import Fault, FaultKind
from bot.simulator.world.windows import MessageKind
from bot.story import START
from tests.acceptance.file_clock import FileClock
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.simulator.simulator import Simulator

pytestmark = pytest.mark.timeout(600)


@asynccontextmanager
async def apart(
    folder: Path, database_url: str
) -> AsyncIterator[tuple[Service, Simulator, FileClock]]:
    """Run the platform by a clock that runs, and Clew by one that a test moves as it likes."""
    app = create_simulator(demo_config(), DrivenClock(START, is_running=True))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        windows = f"http://{HOST}:{runner.addresses[0][1]}"
        settings = demo_settings(Place(folder / "data", database_url=database_url), windows)
        clock = FileClock.starting_at(folder / "clock", START)
        async with running(settings, clock) as service:
            app[SIMULATOR].point_at(service.address)
            yield service, app[SIMULATOR], clock
    finally:
        await runner.cleanup()


def answers(sim: Simulator, customer: str) -> list[str]:
    """Return what the customer was told, by message id."""
    return [
        m.id
        for m in sim.messages(f"kf:{customer}")
        if m.sender != customer and m.kind is not MessageKind.EVENT
    ]


async def is_at_rest(service: Service, lines: int) -> bool:
    """Tell whether so many sentences took effect and every answer has left."""
    async with service.parts.database.read() as tx:
        told = await tx.fetch("select id from event where kind = 'kf_message'")
        open_ = await tx.fetch("select id from outbox where state in ('pending', 'leased')")
    return len(told) == lines and not open_


JUMPS = [timedelta(days=1), timedelta(minutes=-10), timedelta(days=-1)]


@pytest.mark.parametrize("jump", JUMPS, ids=["day-on", "minutes-back", "day-back"])
async def test_a_jump_in_the_middle_of_a_call_doubles_nothing_and_work_goes_on(
    tmp_path: Path, database_url: str, jump: timedelta
) -> None:
    async with apart(tmp_path, database_url) as (service, sim, clock):
        customer = sim.staff.add_customer("张三").external_userid
        await sim.enter_kf(customer)
        await sim.settled()
        await service.settle()
        before = len(answers(sim, customer))
        slow = sim.faults.add(Fault(FaultKind.SLOW, "*/kf/send_msg", seconds=1.0, times=1))
        await sim.say_kf(customer, "第1句，多少钱？")
        await until(lambda: slow.struck)
        clock.advance(jump)
        await until(lambda: len(answers(sim, customer)) > before)
        for line in (2, 3):
            await sim.say_kf(customer, f"第{line}句，多少钱？")
        await sim.settled()  # acknowledged, whatever the clock says
        assert all(delivery.is_accepted for delivery in sim.deliveries)
        clock.advance(max(-jump, timedelta(0)) + timedelta(minutes=5))  # somebody sets it right
        await until(lambda: is_at_rest(service, lines=3))
        assert max(Counter(answers(sim, customer)).values()) == 1
        async with service.parts.database.read() as tx:
            sent = await tx.fetch(
                "select state, count(*) as n from outbox"
                " where endpoint in ('kf_message', 'kf_event_message') group by state"
            )
        assert {row["state"]: row["n"] for row in sent} == {"sent": len(answers(sim, customer))}
