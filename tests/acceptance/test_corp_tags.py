"""Corp tags over the wire: chat → stand-in's library and customer, and back again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.simulator.acts.friends import Edit
from bot.simulator.acts.stage import customer_of
from bot.story import START
from tests.acceptance.wire_ends import EXPO, REP, ZHANG_SAN

OURS, NEW, THEIRS = "Clew 标签", "价格敏感", ("意向", "高意向")


@pytest.fixture
async def both(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Demo]:
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path, port=free_port()), clock) as running:
        await running.sim.scan(ZHANG_SAN, EXPO)
        await quiet(running)
        yield running


async def quiet(both: Demo) -> None:
    for _ in range(2):
        await both.sim.settled()
        await both.service.settle()


def shown(both: Demo) -> set[tuple[str, str]]:
    """Return group and name of the tags that the rep's customer bears in WeCom."""
    relations = both.sim.world.relations
    follow = relations.find(REP, ZHANG_SAN)
    assert follow is not None
    found = [relations.find_tag(tag_id) for tag_id in follow.tag_ids]
    return {(pair[0].name, pair[1].name) for pair in found if pair}


async def kept(both: Demo) -> set[str]:
    rows = await both.service.parts.database.look("select name from tagging where source <> 'rule'")
    return {row["name"] for row in rows}


async def say(both: Demo, text: str) -> None:
    both.service.parts.clock.advance(minutes(1))  # type: ignore[attr-defined]
    await both.sim.say_app(REP, text)
    await quiet(both)


async def edit(both: Demo, *tags: tuple[str, str]) -> None:
    """Let the rep set the customer's corp tags in WeCom."""
    both.service.parts.clock.advance(minutes(1))  # type: ignore[attr-defined]
    relations = both.sim.world.relations
    ids = {(g.name, t.name): t.id for g in relations.tag_groups.values() for t in g.tags}
    both.sim.friends.edit(ZHANG_SAN, REP, Edit(tag_ids=tuple(ids[tag] for tag in tags)))
    await quiet(both)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


async def test_a_tag_goes_to_wecom_and_what_people_change_there_comes_back(both: Demo) -> None:
    name = customer_of(both.sim.world, ZHANG_SAN).name
    await say(both, f"标签 {name} {NEW}")
    assert shown(both) == {(OURS, NEW)}, "group and tag were created and put on"
    await say(both, f"标签 {name} 高意向")
    assert shown(both) == {(OURS, NEW), THEIRS}, "the corp keeps that one in a group of its own"
    marks = len(both.sim.calls("/mark_tag"))

    await edit(both, (OURS, NEW), THEIRS, ("意向", "低意向"))
    assert await kept(both) == {NEW, "高意向", "低意向"}
    await edit(both, ("意向", "低意向"))
    assert await kept(both) == {"低意向"}
    assert len(both.sim.calls("/mark_tag")) == marks, "what people changed is not sent back"

    await say(both, f"标签 {name} -低意向")
    assert shown(both) == set()
