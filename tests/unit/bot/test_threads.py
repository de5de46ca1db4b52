"""A thread comes to its end before what it works with is put away."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from bot.threads import until_done
from tests.patience import NEVER_COMES, PATIENCE, until


async def test_what_the_thread_returns_and_raises_is_told() -> None:
    assert await until_done(int, "7") == 7
    with pytest.raises(ValueError, match="seven"):
        await until_done(int, "seven")


@pytest.mark.parametrize("fails", [False, True])
async def test_whoever_is_cancelled_waits_for_the_end(fails: bool) -> None:
    has_begun, may_end, has_ended = Event(), Event(), Event()

    def work() -> None:
        has_begun.set()
        assert may_end.wait(PATIENCE)
        has_ended.set()
        if fails:
            raise LookupError

    asking = asyncio.create_task(until_done(work))
    await until(has_begun.is_set)
    asking.cancel()
    done, _ = await asyncio.wait({asking}, timeout=NEVER_COMES)
    assert not done
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert has_ended.is_set()
