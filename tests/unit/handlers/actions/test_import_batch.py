"""A bulk import, once the background is done, has made what rows one by one make."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from domain.intake.mapping import Fault, FileMapping, Record
from domain.intake.rows import RowReader
from domain.lead import Stage
from handlers.actions.import_batch import MOST_SINGLE, take_some
from storage.database import inbox_url_of, open_database
from storage.schema import migrate
from storage.vault import MasterKeys, Vault
from tests.unit.handlers.company import Company
from tests.unit.handlers.imports import Row, made_ready, one_by_one, taken_in, worked_off

MAPPING = FileMapping(
    source="crm",
    uid="id",
    name="name",
    phone="phone",
    wechat="wechat",
    email="email",
    channel="channel",
    attributes={"company": "company", "city": "city"},
)
TABLES = {
    "person": "select name, attributes, root_id = id as is_root, company_id is null as no_firm"
    " from person order by id",
    "identity": "select kind, hex_lookup, value, is_verified, source from (select i.*,"
    " lookup as hex_lookup from identity i) x order by kind, hex_lookup",
    "lead": "select product_line, stage, pool, owner, first_channel, last_channel, grade, level,"
    " score_composite, score_static, invalid_reason, cycle from lead order by id",
    # A chunk is settled once, so a lead skips stages that it passes through row by row.
    "event": "select kind, count(*) as n from event where kind <> 'stage_changed'"
    " group by kind order by kind",
    "person_block": "select block, count(*) as n from person_block group by block order by block",
    "review": "select reason, score, state from review order by reason, score",
    "merge_link": "select reason from merge_link order by reason",
    "company": "select normal_name from company order by normal_name",
}


def row(number: int, **fields: str) -> dict[str, str]:
    plain = dict.fromkeys(("id", "name", "wechat", "email", "channel", "company", "city"), "")
    return plain | {"phone": f"139{number + 12000301:08d}"} | fields


def sample() -> list[dict[str, str]]:
    """Return rows of every sort: new, repeated, changed, joined by two keys, wrong."""
    dice = random.Random(7)
    rows = [
        row(
            n,
            name=dice.choice(["张三", "李四", "王五", "赵六"]) + dice.choice("一二三"),
            company=dice.choice(["", "北京纷扬科技有限公司", "纷享销客", "好未来教育"]),
            city=dice.choice(["北京", "上海", ""]),
            channel=dice.choice(["expo", "book_qr", ""]),
        )
        for n in range(60)
    ]
    rows += [dict(rows[n]) for n in (3, 4, 5)]
    rows += [rows[6] | {"channel": "book_qr"}, rows[7] | {"company": "腾讯"}]
    rows += [row(70, id="u1", name="钱七"), row(71, id="u1", name="钱七", city="北京")]
    rows += [row(80, email="a@fenyang.example"), row(81, email="A@fenyang.example", name="孙八")]
    rows += [row(82, wechat="wx_clew1"), row(3, wechat="wx_clew1")]
    rows += [row(90, phone="12345"), row(91, phone="", name="没有联系方式")]
    rows += [row(92, channel="nobody_knows_it")]
    return rows


@pytest.fixture
async def twin(tmp_path: Path, clock: DrivenClock) -> AsyncIterator[Company]:
    """Yield a second company beside ``company``."""
    url = f"sqlite://{tmp_path / 'twin.db'}"
    await migrate(url, inbox_url_of(url))
    database = await open_database(url)
    yield await Company.opened(database, clock)
    await database.close()


async def in_bulk(company: Company, rows: Sequence[Row], cut: int) -> list[int]:
    wrong = []
    for start in range(0, len(rows), cut):
        found = await taken_in(company, rows[start : start + cut], MAPPING)
        wrong += [start + position for position in found.faults]
    await worked_off(company)
    return wrong


async def state(company: Company) -> dict[str, list[tuple[object, ...]]]:
    return {table: [tuple(r) for r in await company.rows(sql)] for table, sql in TABLES.items()}


@pytest.mark.parametrize("cut", [1000, 7])
async def test_the_result_is_that_of_rows_one_by_one(
    company: Company, twin: Company, cut: int
) -> None:
    rows = sample()
    assert await one_by_one(company, rows, MAPPING) == await in_bulk(twin, rows, cut)
    made, expected = await state(twin), await state(company)
    for table in TABLES:
        assert made[table] == expected[table], table


async def test_a_second_import_of_the_same_file_changes_no_count(company: Company) -> None:
    rows = sample()[:60]
    await in_bulk(company, rows, 25)
    before = await state(company)
    company.clock.advance(timedelta(days=3))
    await in_bulk(company, rows, 25)
    after = await state(company)
    assert after["event"] == before["event"]
    assert len(after["lead"]) == len(before["lead"])
    assert after["identity"] == before["identity"]


async def test_until_the_background_comes_leads_are_only_generated(company: Company) -> None:
    await taken_in(company, [row(n) for n in range(3)], MAPPING)
    assert {lead.stage for lead in await company.leads()} == {Stage.GENERATED}
    await worked_off(company)
    assert Stage.GENERATED not in {lead.stage for lead in await company.leads()}


async def test_nobody_is_offered_while_a_file_is_worked_off(company: Company) -> None:
    await in_bulk(company, sample(), 1000)
    assert await company.sent() == []


async def test_one_unit_of_work_takes_only_so_many_rows_of_known_people(company: Company) -> None:
    rows = [row(n, name="张三") for n in range(MOST_SINGLE + 30)]
    await in_bulk(company, rows, 1000)
    changed = [one | {"name": "李四"} for one in rows]
    changed[5] |= {"phone": "1"}
    chunk = made_ready(company, changed, MAPPING)
    async with company.store.unit_of_work(company.clock.now()) as work:
        first = await take_some(work, company.ctx, chunk, (0, len(rows)), MAPPING)
        await work.commit()
    assert first.end == MOST_SINGLE + 1
    assert (first.imported.leads, list(first.imported.faults)) == (MOST_SINGLE, [5])
    async with company.store.unit_of_work(company.clock.now()) as work:
        rest = await take_some(work, company.ctx, chunk, (first.end, len(rows)), MAPPING)
        await work.commit()
    assert (rest.end, rest.imported.faults) == (len(rows), {})
    names = await company.rows("select name, count(*) as n from person group by name")
    assert {r["name"]: r["n"] for r in names} == {"李四": len(rows) - 1, "张三": 1}


async def test_a_row_of_somebody_known_is_read_again_once_however_many_units_of_work_it_takes(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(n, name="张三") for n in range(MOST_SINGLE + 30)]
    await in_bulk(company, rows, 1000)
    changed = [*(one | {"name": "李四"} for one in rows), *(dict(one) for one in rows[:3])]
    chunk = made_ready(company, changed, MAPPING)
    read: Counter[str] = Counter()
    plain = RowReader.read

    def counted(self: RowReader, values: Row, now: datetime) -> Record | tuple[Fault, ...]:
        read[values["phone"]] += 1
        return plain(self, values, now)

    monkeypatch.setattr(RowReader, "read", counted)
    start = 0
    while start < len(changed):
        async with company.store.unit_of_work(company.clock.now()) as work:
            taken = await take_some(work, company.ctx, chunk, (start, len(changed)), MAPPING)
            await work.commit()
        start = taken.end
    assert read == Counter(one["phone"] for one in changed)


async def test_the_lines_asked_for_are_taken_and_no_others(company: Company) -> None:
    chunk = made_ready(company, [row(n) for n in range(6)], MAPPING)
    async with company.store.unit_of_work(company.clock.now()) as work:
        taken = await take_some(work, company.ctx, chunk, (2, 4), MAPPING)
        await work.commit()
    assert (taken.end, taken.imported.leads) == (4, 2)
    assert await company.count("lead") == 2


async def test_what_an_older_key_indexed_is_found(company: Company) -> None:
    rows = [row(n, name="张三") for n in range(5)]
    await in_bulk(company, rows, 5)
    old = company.store.vault.keys
    newer = MasterKeys({**old.keys, 2: bytes(range(32))})
    company.store.vault = Vault(newer)
    await in_bulk(company, rows, 5)
    assert await company.count("person") == 5
