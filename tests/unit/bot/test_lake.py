"""Histories in files: kept each night once somebody began, and scores checked out of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.crowds import Crowds
from bot.lake import LakeBusyError, LakeKeeper, _alone
from bot.scoring.truth import checked
from config.settings import StoreSettings
from domain.values import BUSINESS_ZONE
from storage.lake.manifest import Manifest
from storage.marks import LINEAGE, put_mark
from tests.unit.bot.scoring.histories import disordered, history
from tests.unit.handlers import acts
from tests.unit.handlers.company import KEYS, Company, changed

HOUR = timedelta(hours=1)


@pytest.fixture
def crowds(company: Company, tmp_path: Path) -> Crowds:
    url = company.store.database.url
    settings = StoreSettings(
        tmp_path, url, "", dict(KEYS.keys), BUSINESS_ZONE, tables_dir=None, files=()
    )
    return Crowds(company.store, company.ctx, company.clock, settings, processes=1)


@pytest.fixture
def keeper(crowds: Crowds) -> LakeKeeper:
    assert crowds.settings is not None
    return LakeKeeper(crowds, crowds.settings)


async def test_scores_are_checked_out_of_files_as_out_of_the_database(
    company: Company, crowds: Crowds, keeper: LakeKeeper
) -> None:
    dice = Random(5)
    await company.receives(*disordered(dice, history(dice, 9)))
    assert await keeper.status() is None
    company.clock.advance(HOUR)
    done = await keeper.refresh()
    assert done is not None
    assert (done.buckets, done.written, done.persons) == (1, 1, 2)
    await company.receives(acts.wrote("多少钱", at=company.clock.now()))
    lead = (await company.leads())[0]
    await changed(company, lead.id, score=type(lead.score)())
    status = await keeper.status()
    assert status is not None
    assert status.events == done.events
    assert status.events_since > 0
    told = await checked(crowds)
    assert told == await checked(Crowds(company.store, company.ctx, company.clock))
    assert told is not None
    assert (told.leads, told.differing) == (len(await company.leads()), 1)


async def test_files_are_refreshed_before_the_check_once_somebody_began(
    company: Company, keeper: LakeKeeper
) -> None:
    company.clock.advance(18 * HOUR)  # 04:00
    assert not await keeper.refresh_if_due(), "nobody wants files here"
    await company.receives(acts.added())
    await keeper.refresh()
    done = []
    for hours in (0, 23, 1, 1):  # 04:00, 03:00, 04:00, 05:00
        company.clock.advance(hours * HOUR)
        done.append(await keeper.refresh_if_due())
    assert done == [False, False, True, False]
    manifest = Manifest.read(keeper.folder)
    assert manifest is not None
    assert [bucket.generation for bucket in manifest.buckets] == [1], "nothing had changed"


async def test_files_of_a_database_that_was_restored_are_worth_nothing(
    company: Company, keeper: LakeKeeper
) -> None:
    Manifest(0).write(keeper.folder)
    assert await keeper.status() is not None
    async with company.store.database.write() as tx:
        await put_mark(tx, LINEAGE, 5)
    assert await keeper.status() is None


def test_only_one_process_refreshes_a_folder(tmp_path: Path) -> None:
    with _alone(tmp_path), pytest.raises(LakeBusyError), _alone(tmp_path):
        pass
