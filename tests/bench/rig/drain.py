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
from bot.wecom.parse import peek
from config.settings import load_settings
from config.texts import load_texts
from domain.chat.models import load_models
from storage.inbox import Delivery, InboxState
from tests.bench.rig.corp import Callback, Callbacks

FOLLOWERS = 500


async def main(rows: int, prefix: str) -> None:
    """Measure ``rows`` callbacks with the settings of the environment."""
    async with build(load_settings(load_texts()), SystemClock()) as parts:
        load_models()
        await fill(parts, rows, prefix)
        settle_in()
        started, worked = time.perf_counter(), time.process_time()
        while await parts.worker.work_once():
            pass
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        counts = await parts.inbox.counts()
        left = sum(counts[state] for state in (InboxState.PENDING, InboxState.PARKED))
        async with parts.database.read() as tx:
            [made] = await tx.fetch("select count(*) as pushes from outbox")
    found = {"rows": rows - left, "seconds": seconds, "cpu": cpu, "pushes": made["pushes"]}
    print(json.dumps(found))


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
