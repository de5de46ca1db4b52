"""Rows taken in as the importer does it, and one after the other, to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.intake.mapping import Fault, FileMapping, Record
from domain.intake.rows import RowReader
from handlers.actions.import_batch import AT_ONCE, ReadyChunk, generated, take_some, work_off
from handlers.actions.import_prepare import IDS_PER_ROW, Beginnings, Preparer
from handlers.actions.import_rows import Imported, take_in
from handlers.reactions import settle
from storage.unit_of_work import UnitOfWork
from tests.unit.handlers.company import Company

Row = Mapping[str, str]


def made_ready(company: Company, rows: Sequence[Row], mapping: FileMapping) -> ReadyChunk:
    """Return rows as one chunk, made ready."""
    header = list(dict.fromkeys(column for row in rows for column in row))
    lines = [[row.get(column, "") for column in header] for row in rows]
    ctx, store = company.ctx, company.store
    preparer = Preparer(mapping, ctx.zone, ctx.catalog.placing, store.vault)
    ids = store.ids.block(max(len(rows), 1) * IDS_PER_ROW)
    return ReadyChunk(header, lines, preparer.prepare(header, lines, ids, company.clock.now()))


async def taken_in(company: Company, rows: Sequence[Row], mapping: FileMapping) -> Imported:
    """Take rows in as the importer does: in as many units of work as it takes."""
    chunk = made_ready(company, rows, mapping)
    start, leads, faults = 0, 0, dict[int, tuple[Fault, ...]]()
    while start < len(rows):
        async with company.store.unit_of_work(company.clock.now()) as work:
            taken = await take_some(work, company.ctx, chunk, (start, len(rows)), mapping)
            await work.commit()
        assert taken.end > start
        start = taken.end
        leads += taken.imported.leads
        faults |= taken.imported.faults
    return Imported(leads, faults)


async def in_one(
    work: UnitOfWork, company: Company, rows: Sequence[Row], mapping: FileMapping
) -> None:
    """Take all rows in within one unit of work, and commit."""
    chunk = made_ready(company, rows, mapping)
    taken = await take_some(work, company.ctx, chunk, (0, len(rows)), mapping)
    assert taken.end == len(rows)
    await work.commit()


async def one_by_one(company: Company, rows: Sequence[Row], mapping: FileMapping) -> list[int]:
    """Take each row in alone, as somebody known would be; return the places of faults."""
    reader, wrong = RowReader(mapping, company.ctx.zone), []
    channels = Beginnings(company.ctx.catalog.placing)
    quiet = replace(company.ctx, offers_leads=False)
    for place, row in enumerate(rows):
        record = reader.read(row, company.clock.now())
        if not isinstance(record, Record) or not channels.knows(record.channel):
            wrong.append(place)
            continue
        async with company.store.unit_of_work(company.clock.now()) as work:
            await work.load(record.keys)
            await take_in(work, company.ctx, record, (mapping, row))
            await settle(work, quiet)
            await work.commit()
    return wrong


async def worked_off(company: Company) -> None:
    """Let the background do all of its work."""
    while True:
        async with company.store.unit_of_work(company.clock.now()) as work:
            leads = await generated(work.tx, AT_ONCE)
            await work_off(work, company.ctx, leads)
            await work.commit()
        if not leads:
            return
