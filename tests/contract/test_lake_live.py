"""Scores, tags and segments out of files are the live ones, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.clock import DrivenClock
from bot.lake import layout_of
from handlers.actions.bulk.tagging import retag_people, untrue_tags
from handlers.actions.segments.defining import book_of
from handlers.actions.segments.finding import in_segment
from handlers.actions.truth import check
from storage.database import Database
from storage.lake.live import FromLake
from storage.population.source import DATABASE
from storage.population.whose import EVERYBODY
from storage.queries.everybody import roots_after
from tests.contract.lake_files import brought_up
from tests.unit.bot.scoring.histories import disordered, history
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company
from tests.unit.handlers.tagged import did, paid

HOUR = timedelta(hours=1)


async def lake_of(company: Company, folder: Path) -> FromLake:
    """Bring files up to date, an hour later, and return them."""
    now = company.clock.advance(HOUR)
    manifest = await brought_up(company.store.database, folder, layout_of(company.ctx), now, 1)
    return FromLake(folder, manifest, now)


async def retagged(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await retag_people(work, company.ctx, await roots_after(work.tx, 0, 100))  # type: ignore[arg-type]
        await work.commit()


@pytest.mark.parametrize("seed", range(3))
async def test_what_files_say_is_live(
    database: Database, clock: DrivenClock, tmp_path: Path, seed: int
) -> None:
    company, dice = await Company.opened(database, clock), Random(seed)
    updates = disordered(dice, history(dice, 9))
    half = len(updates) // 2
    for some in (updates[:half], updates[half:]):
        lake = await lake_of(company, tmp_path)
        if some:
            await company.receives(*some)
        await company.receives(acts.added())
        await did(company, paid(float(dice.randrange(9_000))))
    await company.receives(acts.fetched(acts.ZHANG_SAN, unionid="union1"))
    await company.receives(acts.fetched(acts.LI_SI, unionid="union1"))
    await retagged(company)
    for source in (lake, await lake_of(company, tmp_path)):
        async with company.store.looking(company.clock.now()) as work:
            spans, tags = await source.spans(work.tx), list[int]()
            assert len(spans) > 1
            for span in spans:
                truth = await check(work, company.ctx, span, source)
                assert truth.differing == 0, truth.differences
                tags += await untrue_tags(work, company.ctx, span, source)
            assert tags == await untrue_tags(work, company.ctx, EVERYBODY, DATABASE)
            book = await book_of(work.tx, company.ctx)
            for condition in book.wholes.values():
                found = [
                    root
                    for span in spans
                    for root in await in_segment(work, company.ctx, condition, span, source)
                ]
                assert found == await in_segment(work, company.ctx, condition, EVERYBODY)
