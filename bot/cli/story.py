"""``clew story``: play it, print each step with its time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from bot.cli.run import run
from bot.cli.words import TEXTS, text
from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.loggers import set_up_logs
from bot.simulator.demo import demo_config
from bot.story import START, Played, Story


def play(database: str, redeliver: int, shuffle: int | None) -> bool:
    """Play the story on SQLite or on ``database``; True when no step is missing."""
    set_up_logs(is_quiet=True)
    return run(_play(database, redeliver, shuffle))


async def _play(database: str, redeliver: int, shuffle: int | None) -> bool:
    clock = DrivenClock(START, is_running=False)
    config = demo_config()
    delivery = replace(config.delivery, redeliver=redeliver, shuffle=shuffle)
    with tempfile.TemporaryDirectory(prefix="clew-story-") as folder:
        place = Place(Path(folder), database_url=database)
        click.echo(text("story.on", database=database.partition("://")[0] or "sqlite"))
        async with demo(place, clock, replace(config, delivery=delivery)) as both:
            story = Story(both, clock, TEXTS.get)
            is_whole = await story.play(_teller(story.length))
        click.echo(_ending(story, is_whole=is_whole))
    return is_whole


def _teller(total: int) -> Callable[[Played], None]:
    number = 0

    def tell(step: Played) -> None:
        nonlocal number
        number += 1
        key = "story.missing" if step.is_missing else "story.step"
        click.echo(
            text(
                key,
                number=number,
                total=total,
                at=f"{step.at.astimezone(START.tzinfo):%m-%d %H:%M}",
                title=TEXTS.get(f"story.{step.key}"),
                ms=f"{step.ms:.0f}",
                seen=step.seen.replace("\n", " / "),
            )
        )

    return tell


def _ending(story: Story, *, is_whole: bool) -> str:
    seconds = sum(step.ms for step in story.played) / 1000
    key = "story.whole" if is_whole else "story.broken"
    return text(key, played=len(story.played), total=story.length, seconds=f"{seconds:.1f}")
