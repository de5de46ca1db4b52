"""A process of its own: fills the inbox, then lets the worker apply all of it, and says how long.

What the worker brings about (outbox rows, fetches, timers) stays where it is:
the time ends with the commit of the last row.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from itertools import islice

from bot.bootstrap import Parts, build
from bot.cli.run import run
from bot.clock import SystemClock
from bot.interpreter import settle_in
from bot.loggers import set_up_logs
from bot.loops import looping
from bot.metrics import PROCESSED
from bot.wecom.parse import peek
from config.settings import load_settings
from config.texts import load_texts
from domain.chat.models import load_models
from storage.inbox import Delivery, InboxState
from tests.bench.rig.corp import Callback, Callbacks

FOLLOWERS = 500
#: How often it looks whether all is applied, and when it gives up.
LOOK_SECONDS, MOST_SECONDS = 0.002, 120.0


async def main(rows: int, prefix: str) -> None:
    """Measure ``rows`` callbacks with the settings of the environment."""
    async with build(load_settings(load_texts()), SystemClock()) as parts:
        load_models()
        await fill(parts, rows, prefix)
        settle_in()
        started, worked = time.perf_counter(), time.process_time()
        async with looping(parts.worker.runs):
            await until_applied(rows, started + MOST_SECONDS)
            seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        counts = await parts.inbox.counts()
        left = sum(counts[state] for state in (InboxState.PENDING, InboxState.PARKED))
        async with parts.database.read() as tx:
            [made] = await tx.fetch("select count(*) as pushes from outbox")
    found = {"rows": rows - left, "seconds": seconds, "cpu": cpu, "pushes": made["pushes"]}
    print(json.dumps(found))


async def until_applied(rows: int, give_up_at: float) -> None:
    """Return when the worker says that it applied all, or the time is over."""
    applied = 0.0
    while applied < rows and time.perf_counter() < give_up_at:
        await asyncio.sleep(LOOK_SECONDS)
        applied = sum(sample.value for one in PROCESSED.collect() for sample in one.samples[:1])


async def fill(parts: Parts, rows: int, prefix: str) -> None:
    """Put callbacks into the inbox as the routes do, half of them of new contacts."""
    callbacks = islice(Callbacks(prefix).mixed(FOLLOWERS), rows)
    await asyncio.gather(*(parts.inbox.put(preparing(parts, one)) for one in callbacks))


def preparing(parts: Parts, callback: Callback) -> Callable[[], Delivery]:
    """Return what the inbox runs to get the delivery."""

    def prepare() -> Delivery:
        arrival = peek(callback.source, callback.plaintext)
        return Delivery(
            source=callback.source,
            key=arrival.key,
            subject=arrival.subject,
            priority=arrival.priority,
            payload=callback.plaintext,
            received_at=parts.clock.now(),
        )

    return prepare


if __name__ == "__main__":
    set_up_logs()
    run(main(int(sys.argv[1]), sys.argv[2]))
