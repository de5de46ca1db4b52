"""``clew archive`` beside the running service: lines become events, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo, demo_environment
from bot.story import START
from tests.acceptance.command_line import clew, said, started
from tests.factories import EXTERNAL_USERID
from tests.patience import until


@pytest.fixture
def place(tmp_path: Path, free_port: Callable[[], int]) -> Place:
    return Place(tmp_path / "data", port=free_port())


@pytest.fixture
async def both(place: Place) -> AsyncIterator[Demo]:
    async with demo(place, DrivenClock(START, is_running=False)) as running:
        yield running


def line(number: int) -> str:
    return json.dumps(
        {
            "seq": number,
            "msgid": f"m{number}_external",
            "action": "send",
            "from": EXTERNAL_USERID,
            "tolist": ["LiLei"],
            "roomid": "",
            "msgtime": int(START.timestamp() * 1000) - 60_000 + number,
            "msgtype": "text",
            "text": {"content": f"第{number}句"},
        },
        ensure_ascii=False,
    )


async def messages(both: Demo) -> int:
    await both.service.settle()
    database = both.service.parts.database
    (row,) = await database.look("select count(*) as n from event where kind = 'archive_message'")
    return int(row["n"])


async def test_a_file_of_lines_is_taken_in_once(both: Demo, place: Place, tmp_path: Path) -> None:
    env = demo_environment(place, both.windows)
    file = tmp_path / "archive.jsonl"
    file.write_text("\n".join([line(1), "", "{", '{"seq": 2}', line(2), ""]), encoding="utf-8")
    told = await clew("archive", file, **env)
    assert told.status == 1
    assert said("archive.done", fresh=2, known=0) in told.out
    assert told.err.splitlines() == [
        said("archive.wrong", place=f"{file}:3"),
        said("archive.wrong", place=f"{file}:4"),
    ]
    assert await messages(both) == 2
    again = await clew("archive", file, **env)
    assert said("archive.done", fresh=0, known=2) in again.out
    assert await messages(both) == 2


async def test_a_folder_is_followed_line_by_line(both: Demo, place: Place, tmp_path: Path) -> None:
    env = demo_environment(place, both.windows)
    folder = tmp_path / "lines"
    folder.mkdir()
    file = folder / "a.jsonl"
    file.write_text(line(1) + "\n" + line(2)[:20], encoding="utf-8")
    process = await started("archive", folder, "--watch", **env)
    try:
        await until(lambda: _has(both, 1))
        file.write_text(line(1) + "\n" + line(2) + "\n", encoding="utf-8")
        (folder / "b.ndjson").write_text(line(3) + "\n", encoding="utf-8")
        await until(lambda: _has(both, 3))
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def _has(both: Demo, number: int) -> bool:
    return await messages(both) == number
