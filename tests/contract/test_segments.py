"""Definitions, runs, members over time and files, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.segments.segment import SegmentText
from domain.tags.reading import TagText
from domain.tags.spec import TagKind
from domain.values import PersonId
from storage.database import Database
from storage.ids import IdSource
from storage.queries.editions import editions
from storage.repositories.segments import (
    KEPT_FOR,
    PIECE,
    SegmentRun,
    Segments,
    forget_files,
)
from storage.repositories.tag_definitions import TagDefinitions
from storage.vault import Vault

TEXT = SegmentText("老客户", "次数(支付订单) >= 2")
ONE, TWO, THREE = PersonId(1), PersonId(2), PersonId(3)


async def computed(
    database: Database, ids: IdSource, now: datetime, *persons: PersonId
) -> SegmentRun:
    async with database.write() as tx:
        segments = Segments(tx)
        run = await segments.run(await segments.ask(ids, TEXT, "WangManager", now))
        assert run is not None
        await segments.finish(ids, run, persons, now)
        done = await segments.run(run.id)
    assert done is not None
    return done


async def members(database: Database, run: SegmentRun) -> list[PersonId]:
    async with database.read() as tx:
        return await Segments(tx).members(run, PersonId(0), 10)


async def test_the_list_of_every_run_can_still_be_had(
    database: Database, ids: IdSource, now: datetime
) -> None:
    first = await computed(database, ids, now, ONE, TWO)
    second = await computed(database, ids, now, TWO, THREE)
    third = await computed(database, ids, now, ONE, THREE)
    assert (second.size, second.joined, second.gone) == (2, 1, 1)
    assert await members(database, first) == [ONE, TWO]
    assert await members(database, second) == [TWO, THREE]
    assert await members(database, third) == [ONE, THREE]
    async with database.read() as tx:
        segments = Segments(tx)
        assert [run.id for run in await segments.runs("老客户", 9)] == [
            third.id,
            second.id,
            first.id,
        ]
        assert (await segments.last_sizes())["老客户"].id == third.id
        assert await segments.segments_of([ONE]) == ("老客户",)
        assert await segments.segments_of([TWO]) == ()
        assert await segments.members(third, ONE, 10) == [THREE]


async def test_estimates_are_no_history(database: Database, ids: IdSource, now: datetime) -> None:
    async with database.write() as tx:
        segments = Segments(tx)
        run_id = await segments.ask(ids, TEXT, "WangManager", now, is_estimate=True)
        waiting = await segments.waiting()
        assert waiting is not None
        assert waiting.is_estimate
        await segments.tell(run_id, 7, now)
        assert await segments.waiting() is None
        assert await segments.runs("老客户", 9) == ()
        assert await segments.last_sizes() == {}


@pytest.mark.parametrize("size", [0, 10, PIECE, 2 * PIECE + 5])
async def test_a_file_comes_back_and_runs_out(
    database: Database, vault: Vault, ids: IdSource, now: datetime, size: int
) -> None:
    run = await computed(database, ids, now, ONE)
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    async with database.write() as tx:
        segments = Segments(tx)
        file_id = await segments.ask_file(ids, run, "csv", ("api:ck_1", False), now)
        file = await segments.waiting_file()
        assert file is not None
        await segments.keep_file(ids, vault, file, content, 1)
    async with database.read() as tx:
        assert await Segments(tx).content(vault, file_id) == content
        rows = await tx.fetch("select sealed from segment_file_part")
        assert all(content[:9] not in bytes(row["sealed"]) for row in rows if size)
        assert await Segments(tx).file(file_id, now + KEPT_FOR) is None
    async with database.write() as tx:
        assert await forget_files(tx, now, 9) == 0
        assert await forget_files(tx, now + KEPT_FOR, 9) == 1
        assert await tx.fetch("select id from segment_file_part") == []


async def test_a_draft_is_published_in_the_place_of_the_one_before(
    database: Database, ids: IdSource, now: datetime
) -> None:
    text = TagText("新标签", TagKind.METRIC, value="次数(支付订单)")
    async with database.write() as tx:
        definitions = TagDefinitions(tx)
        for number in (1, 2):
            draft = await definitions.draft(ids, text, text.name, "WangManager", now)
            assert draft.version == number + 1
            assert (await editions(tx)).tags == number - 1
            await definitions.publish(draft, now + timedelta(minutes=number))
        assert (await editions(tx)).tags == 2
        assert (await definitions.published())["新标签"] == TagText(
            "新标签", TagKind.METRIC, value="次数(支付订单)", version=3
        )
        states = [one.state for one in await definitions.versions("新标签")]
    assert states == ["published", "retired"]
