"""The demo and the story for tests: on any database, with callbacks as they are asked for."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

from bot import tagging
from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.scoring import days
from bot.simulator.demo import demo_config
from bot.story import START, Story
from config.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.demo import Demo
    from bot.simulator.config import DeliveryConfig
    from bot.story import Played

WORDS = load_texts()


@contextmanager
def day_turns_held() -> Iterator[None]:
    """Let no sweep at midnight begin by itself in this process.

    It comes at a real moment, and where the driven clock stands then decides when scores
    were worked out last: two runs could not be compared.
    """
    rarely = timedelta(days=1).total_seconds()
    with patch.object(days, "LOOK_SECONDS", rarely), patch.object(tagging, "LOOK_SECONDS", rarely):
        yield


@asynccontextmanager
async def told_by(
    folder: Path, database_url: str = "", delivery: DeliveryConfig | None = None
) -> AsyncIterator[Story]:
    """Yield the story, not yet played, with service and stand-in running around it.

    An empty ``database_url`` means SQLite in ``folder``.
    """
    clock = DrivenClock(START, is_running=False)
    config = demo_config()
    # Fixed ids of the stand-in: two runs differ in nothing but what is tested.
    config = replace(config, delivery=delivery or config.delivery, run="story")
    async with demo(Place(folder, database_url=database_url), clock, config) as both:
        yield Story(both, clock, WORDS.get)


async def play_whole(story: Story) -> list[Played]:
    """Play all steps; a missing one fails the test with what was seen instead."""
    is_whole = await story.play(lambda _: None)
    last = story.played[-1]
    assert is_whole, f"step {last.key!r} is missing: {last.seen}"
    return story.played


async def calm(both: Demo) -> None:
    """Wait until nothing is under way on either side."""
    for _ in range(2):
        await both.sim.settled()
        await both.service.settle()
