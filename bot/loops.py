"""Loops that run for as long as a process works, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from bot import fetcher, relay
from domain.chat.models import load_models

if TYPE_CHECKING:
    from bot.bootstrap import Parts

log = structlog.get_logger("clew.service")

#: Before a loop that broke begins anew.
LOOP_PAUSE_SECONDS = 1.0
#: After how long a loop that did not end is asked again: longer than draining takes.
ASK_AGAIN_SECONDS = max(relay.GRACE_SECONDS, fetcher.GRACE_SECONDS) + 5

Run = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def looping(runs: Collection[Run]) -> AsyncIterator[None]:
    """Run the loops until the block is left, then let each come to its end."""
    tasks = [asyncio.create_task(_unbroken(run), name=run.__qualname__) for run in runs]
    try:
        yield
    finally:
        await _end(tasks)


@asynccontextmanager
async def taking_in(parts: Parts) -> AsyncIterator[None]:
    """Take what comes in and ask the platform, without sending and without timers."""
    load_models()
    async with looping([*parts.worker.runs, parts.fetcher.run]):
        yield


async def _unbroken(run: Run) -> None:
    """Run a loop for as long as the service runs: what breaks it is shown, and it begins anew."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("loop_broke", loop=run.__qualname__)
        await asyncio.sleep(LOOP_PAUSE_SECONDS)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: a library in between may swallow a cancellation."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        ended, waiting = await asyncio.wait(waiting, timeout=ASK_AGAIN_SECONDS)
        for task in ended:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("loop_broke", loop=task.get_name(), exc_info=error)
        if waiting:
            log.warning("loop_asked_again", loops=sorted(task.get_name() for task in waiting))
