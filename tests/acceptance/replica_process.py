"""One replica of the service, on a clock that all replicas and the test read.

Started as ``python -m tests.acceptance.replica_process PLAN`` by
:mod:`tests.acceptance.replicas`; PLAN is JSON. Prints its address when it runs.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import msgspec

from bot import fetcher, relay, worker
from bot.cluster.roles import ProcessRole
from bot.demo import Place, demo_settings
from bot.loggers import set_up_logs
from bot.service import running
from config.settings import Settings
from tests.acceptance.file_clock import FileClock
from tests.story import day_turns_held


class Plan(msgspec.Struct, frozen=True):
    """Where the replica belongs and what it does."""

    data_dir: str
    database_url: str
    redis_url: str
    windows: str
    clock: str
    roles: list[str]
    port: int = 0
    #: Seconds between two looks of a loop that nobody wakes.
    looks_every: float = 1.0


def settings_of(plan: Plan) -> Settings:
    place = Place(Path(plan.data_dir), plan.port, database_url=plan.database_url)
    settings = demo_settings(place, plan.windows)
    return replace(settings, store=replace(settings.store, redis_url=plan.redis_url))


async def serve(plan: Plan) -> None:
    for loop in (worker, relay, fetcher):
        loop.IDLE_SECONDS = plan.looks_every
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    roles = frozenset(map(ProcessRole, plan.roles))
    clock = FileClock(Path(plan.clock))
    with day_turns_held():
        async with running(settings_of(plan), clock, roles) as service:
            sys.stdout.write(f"{service.address}\n")
            sys.stdout.flush()
            await stopping.wait()


if __name__ == "__main__":
    set_up_logs(is_quiet="--loud" not in sys.argv)
    asyncio.run(serve(msgspec.json.decode(sys.argv[1], type=Plan)))
