"""What happens by itself as the stand-in's clock goes on."""

from __future__ import annotations

import asyncio
import itertools
from typing import NoReturn

from bot.simulator.simulator import Simulator

#: Real seconds between two looks at the clock, which a test or a visitor may have moved.
LOOK_EVERY = 0.2
#: Looks between two questions for the rest of a bot's unfinished answer.
LOOKS_PER_POLL = 5


async def keep_time(sim: Simulator) -> NoReturn:
    """Complete what is due, again and again, until cancelled."""
    looks = itertools.count(1)
    while True:
        await asyncio.sleep(LOOK_EVERY)
        sim.handovers.settle()
        sim.archivist.notify()
        if next(looks) % LOOKS_PER_POLL == 0:
            sim.bots.poll()
