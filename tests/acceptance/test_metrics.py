"""What the metrics page says after some work."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import ClientSession

from bot.story.script import STEPS, accept
from bot.story.stage import Stage
from tests.story import WORDS, told_by

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"^(clew_\w+(?:\{[^}]*\})?) ([\d.e+-]+)$", re.MULTILINE)


async def page(address: str) -> dict[str, float]:
    async with ClientSession() as http, http.get(f"{address}/metrics") as answer:
        assert answer.status == 200
        return {name: float(value) for name, value in _LINE.findall(await answer.text())}


async def test_every_stage_shows(tmp_path: Path, database_url: str) -> None:
    async with told_by(tmp_path, database_url) as story:
        before = await page(story.demo.service.address)
        stage = Stage(story.demo, story.clock, WORDS.get)
        for step in STEPS[: STEPS.index(accept) + 1]:
            await step(stage)
        await stage.say("LiLei", WORDS.get("story_lines.funnel"), "")
        story.clock.advance(timedelta(minutes=1))
        after = await page(story.demo.service.address)
    for name in (
        'clew_callbacks_total{result="stored",route="wecom:clew"}',
        "clew_inbox_commit_rows_count",
        "clew_inbox_commit_seconds_count",
        "clew_apply_lag_seconds_count",
        'clew_push_lag_seconds_count{endpoint="app_message"}',
        'clew_refusals_total{door="command",reason="refused"}',
    ):
        assert after[name] > before.get(name, 0), name
    assert after['clew_queue_age_seconds{queue="inbox"}'] == 0


async def test_without_a_database_the_page_still_answers(tmp_path: Path) -> None:
    async with told_by(tmp_path) as story:
        await story.demo.service.parts.database.close()
        found = await page(story.demo.service.address)
    assert "clew_updates_processed_total" in found
