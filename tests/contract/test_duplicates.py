"""The same person, told of by many at once: one lead, on both databases."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.company_blocks import CompanyBlocks
from domain.intake.mapping import FileMapping
from domain.matching.company import CompanyMatch, company_key
from domain.values import PersonId
from storage.database import Database, open_database
from storage.errors import Conflict, StorageUnavailable
from storage.queries.reviews import count_reviews, latest_merges
from storage.repositories.companies import companies_like
from storage.repositories.merges import Doubt, ReviewState
from tests.unit.handlers.company import Company
from tests.unit.handlers.imports import in_one
from tests.unit.handlers.newcomers import Newcomer, comes_in

WORKERS = 16
PHONE = "+8613900139000"
MAPPING = FileMapping(source="crm", name="name", phone="phone", attributes={"company": "company"})


async def persistently(company: Company, newcomer: Newcomer) -> None:
    """Take somebody in as a worker does: what lost a race is decided anew."""
    for _ in range(WORKERS):
        try:
            await comes_in(company, newcomer)
        except (Conflict, StorageUnavailable):
            await asyncio.sleep(0)
        else:
            return
    pytest.fail("lost every race")


async def test_sixteen_workers_make_one_lead_of_one_phone(
    database: Database, clock: DrivenClock
) -> None:
    company = await Company.opened(database, clock)
    one = Newcomer(PHONE, "张三", "北京纷扬科技有限公司")
    await asyncio.gather(*(persistently(company, one) for _ in range(WORKERS)))
    for table in ("person", "identity", "lead", "company"):
        assert await company.count(table) == 1, table
    assert len(await company.events("lead_created")) == 1
    assert len(await company.events("lead_imported")) == 1


async def test_workers_that_take_in_twins_at_once_join_all_of_them(
    database: Database, clock: DrivenClock
) -> None:
    company = await Company.opened(database, clock)
    spellings = ("北京纷扬科技有限公司", "北京纷扬", "纷扬科技", "纷享销客")
    newcomers = [
        Newcomer(f"+86139001390{n:02d}", "张三", spellings[n % 4]) for n in range(WORKERS // 2)
    ]
    await asyncio.gather(*(persistently(company, one) for one in newcomers))
    roots = await company.rows("select distinct root_id from person")
    assert len(roots) == 1
    open_leads = [lead for lead in await company.leads() if lead.is_open]
    assert len(open_leads) == 1


@pytest.mark.postgres
async def test_bulk_imports_at_once_make_one_lead_of_one_phone(
    migrated_postgres_url: str, clock: DrivenClock
) -> None:
    database = await open_database(migrated_postgres_url)
    company = await Company.opened(database, clock)
    rows = [{"name": "张三", "phone": f"139{12000301 + n}", "company": ""} for n in range(40)]

    async def bulk(seed: int) -> None:
        mixed = list(rows)
        random.Random(seed).shuffle(mixed)
        for _ in range(WORKERS):
            try:
                async with company.store.unit_of_work(clock.now()) as work:
                    await in_one(work, company, mixed, MAPPING)
            except (Conflict, StorageUnavailable):
                await asyncio.sleep(0)
            else:
                return
        pytest.fail("lost every race")

    await asyncio.gather(*(bulk(seed) for seed in range(4)))
    assert await company.count("person") == 40
    assert await company.count("lead") == 40
    await database.close()


NEWCOMERS = (
    Newcomer("+8613900139001", "张三", "北京纷扬", email="a@fenyang.example"),
    Newcomer("+8613900139002", "张三", "纷享销客"),
    Newcomer("+8613900139003", email="a@fenyang.example"),
    Newcomer("+8613900139004", "王五", "好未来教育"),
    Newcomer("+8613900139005", "王五", "好未来教育科技有限公司"),
)


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_of_deliveries_and_their_repetition_do_not_matter(
    database: Database, clock: DrivenClock, seed: int
) -> None:
    company = await Company.opened(database, clock)
    shuffled = [*NEWCOMERS, *NEWCOMERS]
    random.Random(seed).shuffle(shuffled)
    for one in shuffled:
        await comes_in(company, one)
    groups: dict[int, set[bytes]] = {}
    for row in await company.rows(
        "select p.root_id, i.lookup from person p join identity i on i.person_id = p.id"
    ):
        groups.setdefault(row["root_id"], set()).add(bytes(row["lookup"]))
    assert sorted(map(len, groups.values())) == [2, 4]
    assert len([lead for lead in await company.leads() if lead.is_open]) == 2
    assert await company.count("review") == 0


async def test_the_surest_doubt_comes_first_and_what_was_put_off_last(
    database: Database, clock: DrivenClock
) -> None:
    company = await Company.opened(database, clock)
    async with company.store.unit_of_work(clock.now()) as work:
        for number, score in enumerate((None, 3.0, 7.0)):
            one, other = PersonId(10 * number + 1), PersonId(10 * number + 2)
            await work.merges.doubt(Doubt(one, other, "rule", score), clock.now())
        ids = {r.doubt.score: r.id for r in await work.merges.open_reviews(10)}
        for score, minutes in ((7.0, 1), (3.0, 2)):
            later = clock.now() + timedelta(minutes=minutes)
            assert await work.merges.put_off(ids[score], later)
        assert [r.doubt.score for r in await work.merges.open_reviews(10)] == [None, 7.0, 3.0]
        assert [r.doubt.score for r in await work.merges.open_reviews(1, 1)] == [7.0]
        assert await count_reviews(work.tx) == 3
        assert await work.merges.decide(ids[7.0], ReviewState.APART, "boss", clock.now())
        assert not await work.merges.put_off(ids[7.0], clock.now())
        assert await count_reviews(work.tx) == 2


async def test_the_latest_merges_are_those_that_hold(
    database: Database, clock: DrivenClock
) -> None:
    company = await Company.opened(database, clock)
    async with company.store.unit_of_work(clock.now()) as work:
        links = [
            await work.merges.link(PersonId(n), PersonId(n + 100), "manual", clock.now())
            for n in range(1, 5)
        ]
        assert await work.merges.end(links[3], clock.now())
        assert [link.id for link in await latest_merges(work.tx, 2)] == [links[2], links[1]]
        assert [link.id for link in await latest_merges(work.tx, 2, 2)] == [links[0]]


async def test_companies_stored_by_an_older_version_are_found_by_sound_once_filled(
    database: Database, clock: DrivenClock
) -> None:
    company = await Company.opened(database, clock)
    await comes_in(company, Newcomer(PHONE, "张三", "北京纷扬科技有限公司"))
    async with database.write() as tx:
        await tx.execute("delete from company_block where block like '~%'")
    key = company_key("北京纷杨科技")
    async with database.read() as tx:
        assert await companies_like(tx, key) == ()
    filler = CompanyBlocks(company.store, None)
    assert await filler.fill_if_due()
    assert not await filler.fill_if_due()
    async with database.read() as tx:
        (found,) = await companies_like(tx, key)
    assert (found.name, found.match) == ("北京纷扬科技有限公司", CompanyMatch.LIKELY)
