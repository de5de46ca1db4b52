"""The whole job through the public wire, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.story import play_whole, told_by

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_whole_story_is_seen_by_those_it_concerns(
    tmp_path: Path, database_url: str
) -> None:
    async with told_by(tmp_path, database_url) as story:
        played = await play_whole(story)
        calls = story.demo.sim.calls()
    assert len(played) == story.length
    assert all(step.seen for step in played)
    assert [call for call in calls if call.errcode] == []
