from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from bot.looks import is_ours, look_every
from storage.errors import Cause, StorageUnavailable
from tests.patience import PATIENCE, until


async def test_a_storage_that_is_away_is_told_once_and_looked_for_again() -> None:
    looks: list[str] = []

    async def look() -> None:
        looks.append("look")
        if len(looks) < 4:
            problem = "gone"
            raise StorageUnavailable(problem, Cause.GONE)

    with capture_logs() as logs:
        looking = asyncio.create_task(look_every(0.0, look, "tests"))
        await until(lambda: len(looks) > 5)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    told = [(line["event"], line["part"]) for line in logs]
    assert told == [("storage_unavailable", "tests"), ("storage_back", "tests")]


async def test_the_first_look_waits_for_nothing() -> None:
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()

    looking = asyncio.create_task(look_every(3600.0, look, "tests"))
    await asyncio.wait_for(looked.wait(), PATIENCE)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_what_else_breaks_a_look_ends_the_loop() -> None:
    async def look() -> None:
        raise KeyError("defect")  # noqa: EM101 - what it says does not matter

    with pytest.raises(KeyError):
        await look_every(0.0, look, "tests")


@pytest.mark.parametrize(("lease", "expected"), [(object(), True), (None, False)])
async def test_a_duty_is_ours_while_we_hold_its_lease(lease: object, *, expected: bool) -> None:
    async def held() -> object:
        return lease

    assert await is_ours(SimpleNamespace(held=held)) is expected  # type: ignore[arg-type]
    assert await is_ours(None)
