"""Beside a crowd of callbacks the worker takes its share and no more; alone it never waits."""

from __future__ import annotations

import asyncio

import pytest

from bot import pacing
from bot.pacing import BATCH, CROWD, CROWDED_BATCH, Metered, Pacing

HELD = 0.01


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let rests pass at once, and note how long they should have been."""
    asked: list[float] = []
    now = [1000.0]

    async def pass_at_once(seconds: float) -> None:
        asked.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(pacing.asyncio, "sleep", pass_at_once)
    monkeypatch.setattr(pacing.time, "perf_counter", lambda: now[0])
    return asked


async def test_without_a_crowd_the_worker_never_waits(rests: list[float]) -> None:
    pace = Pacing(lambda: CROWD - 1)
    await pace.step_aside()
    await pace.rest(HELD, urgent=False)
    assert (rests, pace.batch) == ([], BATCH)


async def test_beside_a_crowd_the_worker_holds_its_share_of_the_loop(rests: list[float]) -> None:
    pace = Pacing(lambda: CROWD)
    for _ in range(5):
        await pace.step_aside()
    await pace.rest(HELD, urgent=False)
    assert pace.batch == CROWDED_BATCH
    assert HELD / (HELD + sum(rests)) == pytest.approx(pacing.SHARE)


async def test_welcomes_take_a_larger_share(rests: list[float]) -> None:
    pace = Pacing(lambda: CROWD)
    await pace.rest(HELD, urgent=True)
    assert HELD / (HELD + sum(rests)) == pytest.approx(pacing.URGENT_SHARE)


async def test_the_worker_does_not_starve_after_a_long_batch(rests: list[float]) -> None:
    await Pacing(lambda: CROWD).rest(60.0, urgent=False)
    assert sum(rests) == pytest.approx(pacing.LONGEST_REST)


async def test_a_rest_ends_when_the_crowd_is_gone(rests: list[float]) -> None:
    waiting = iter([CROWD] * 3)
    await Pacing(lambda: next(waiting, 0)).rest(1.0, urgent=False)
    assert sum(rests) < pacing.LONGEST_REST / 2


async def test_a_crowd_is_remembered_for_a_moment(rests: list[float]) -> None:
    waiting = iter([CROWD])
    pace = Pacing(lambda: next(waiting, 0))
    assert pace.is_crowded
    assert pace.is_crowded
    await pacing.asyncio.sleep(pacing.CROWD_SECONDS)
    assert not pace.is_crowded
    assert rests


async def test_metering_counts_what_holds_the_loop_and_not_what_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, is_waited_for = [1000.0], asyncio.Event()
    monkeypatch.setattr(pacing.time, "perf_counter", lambda: now[0])

    async def work() -> str:
        now[0] += HELD
        await is_waited_for.wait()
        return "done"

    async def elsewhere() -> None:
        now[0] += 1000 * HELD
        is_waited_for.set()

    metered = Metered(work())
    done, _ = await asyncio.gather(metered, elsewhere())
    assert done == "done"
    assert metered.held == pytest.approx(HELD)


async def test_metering_hands_errors_and_cancellation_on() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            message = "cleaned up"
            raise ValueError(message) from None

    async def measured() -> None:
        await Metered(fail())

    task = asyncio.create_task(measured())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(ValueError, match="cleaned up"):
        await task
