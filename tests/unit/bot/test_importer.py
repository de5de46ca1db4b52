"""Files taken in and what follows: every row and lead, whatever becomes of its neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest
from structlog.testing import capture_logs

from bot.batches import LeadBatch
from bot.importer import BATCHES, PAUSE_SECONDS, Importer
from domain.condition import Comparison, Condition
from domain.intake.id_list import IdList
from domain.intake.mapping import FileMapping
from domain.lead import Stage
from domain.values import IdentityKind, LeadId, PersonId
from handlers.actions import import_batch
from handlers.actions.import_batch import Taken
from handlers.actions.tags import by_hand
from handlers.files.plan import Plan
from storage.unit_of_work import UnitOfWork
from storage.uploads import RowFault, Uploads, UploadState
from tests.unit.handlers.company import Company
from tests.unit.handlers.imports import taken_in

MAPPING = FileMapping("crm", uid="编号", name="姓名")
SILENT = (Condition("姓名", Comparison.EQUAL, ("客户",)),)
ID_LIST = IdList("编号", IdentityKind.UID, "老客户", "crm")


def uploads_of(company: Company) -> Uploads:
    store = company.store
    return Uploads(store.database, store.vault, store.ids)


def importer_of(company: Company) -> Importer:
    return Importer(company.store, uploads_of(company), company.ctx, company.clock, None)


async def handed_in(company: Company, plan: Plan, rows: int) -> int:
    """Let a file of a number per row wait for an importer; return its id."""
    uploads = uploads_of(company)
    upload_id = uploads.new_id()
    text = "\n".join(("编号,姓名", *(f"{n},客户" for n in range(rows))))
    await uploads.add_piece(upload_id, 1, text.encode())
    await uploads.add(upload_id, "LiLei", "file.csv", rows, b"{}", company.clock.now())
    await uploads.start(upload_id, plan.text())
    return upload_id


async def test_a_row_that_breaks_stops_no_other_of_a_list(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken_in(company, [{"编号": str(n)} for n in range(5)], MAPPING)
    upload_id = await handed_in(company, Plan(tags=ID_LIST), 5)

    async def breaking(work: Any, ctx: Any, given: by_hand.TagList) -> Any:
        if any(key.value == "crm:2" for key in given.keys):
            problem = "a defect"
            raise RuntimeError(problem)
        return await by_hand.apply_tag_list(work, ctx, given)

    monkeypatch.setattr("handlers.actions.tag_rows.apply_tag_list", breaking)
    with capture_logs() as logs:
        assert await importer_of(company).work_off()
    assert [one["rows"] for one in logs if one["event"] == "rows_broke"] == [5, 3, 1]
    uploads = uploads_of(company)
    done = await uploads.get(upload_id)
    assert done is not None
    assert (done.state, done.done, done.taken, done.faulty) == (UploadState.DONE, 5, 4, 1)
    faults, _ = await uploads.faults(upload_id, 0, 9)
    assert faults == [RowFault(4, "", "row_defect")]
    assert await company.count("tagging") == 4


@pytest.mark.parametrize("plan", [Plan(leads=MAPPING), Plan(tags=ID_LIST)])
async def test_each_transaction_of_a_file_leaves_room_for_others(
    company: Company, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("bot.importer.CHUNK_ROWS", 2)
    monkeypatch.setattr("bot.importer.BATCHES", 1)
    monkeypatch.setattr("bot.importer.LIST_ROWS", 2)
    await handed_in(company, plan, 5)
    monkeypatch.setattr("asyncio.sleep", pause)
    assert await importer_of(company).work_off()
    assert pauses == [PAUSE_SECONDS] * 3


async def commits_of(company: Company, importer: Importer) -> int:
    """Take the file in that waits; return how many transactions it took."""
    count = 0

    def committed() -> None:
        nonlocal count
        count += 1

    company.store.on_commit.append(committed)
    assert await importer.work_off()
    company.store.on_commit.remove(committed)
    return count


@pytest.mark.parametrize("opt_out", [(), SILENT], ids=["in sets", "one by one"])
async def test_a_transaction_goes_on_while_it_keeps_nobody_waiting(
    company: Company, monkeypatch: pytest.MonkeyPatch, opt_out: tuple[Condition, ...]
) -> None:
    mapping = replace(MAPPING, opt_out=opt_out)
    monkeypatch.setattr("bot.importer.CHUNK_ROWS", 3)
    upload_id = await handed_in(company, Plan(leads=mapping), 3 * BATCHES + 1)
    assert await commits_of(company, importer_of(company)) == 2
    assert await company.count("lead") == 3 * BATCHES + 1
    done = await uploads_of(company).get(upload_id)
    assert done is not None
    assert (done.state, done.done) == (UploadState.DONE, 3 * BATCHES + 1)


@pytest.mark.parametrize("limit", ["somebody waits", "time is over"])
async def test_a_transaction_ends_with_its_batch(
    company: Company, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    if limit == "time is over":
        monkeypatch.setattr("bot.importer.MOST_SECONDS", 0.0)
    monkeypatch.setattr("bot.importer.CHUNK_ROWS", 3)
    await handed_in(company, Plan(leads=MAPPING), 9)
    importer = importer_of(company)
    if limit == "somebody waits":
        monkeypatch.setattr(LeadBatch, "take", _while_somebody_waits(company))
    assert await commits_of(company, importer) == 3
    assert await company.count("lead") == 9


def _while_somebody_waits(company: Company) -> Callable[..., Awaitable[Taken]]:
    take, waiting = LeadBatch.take, []

    async def taking(batch: LeadBatch, work: UnitOfWork, start: int, stop: int) -> Taken:
        change = company.store.database.change("update counter set value = value")
        waiting.append(asyncio.create_task(change))
        await asyncio.sleep(0)
        return await take(batch, work, start, stop)

    return taking


async def test_a_row_that_breaks_takes_none_of_its_batches_along(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.importer.CHUNK_ROWS", 3)
    upload_id = await handed_in(company, Plan(leads=MAPPING), 9)
    take = LeadBatch.take

    async def breaking(batch: LeadBatch, work: UnitOfWork, start: int, stop: int) -> Taken:
        if any(cells and cells[0] == "4" for cells in batch.chunk.lines[start:stop]):
            problem = "a defect"
            raise RuntimeError(problem)
        return await take(batch, work, start, stop)

    monkeypatch.setattr(LeadBatch, "take", breaking)
    with capture_logs() as logs:
        assert await importer_of(company).work_off()
    assert [one["rows"] for one in logs if one["event"] == "rows_broke"] == [9, 6, 3, 2, 1]
    uploads = uploads_of(company)
    done = await uploads.get(upload_id)
    assert done is not None
    assert (done.state, done.done, done.taken, done.faulty) == (UploadState.DONE, 9, 8, 1)
    assert await uploads.faults(upload_id, 0, 9) == ([RowFault(6, "", "row_defect")], ANY)
    assert await company.count("lead") == 8


async def test_leads_are_worked_off_a_piece_at_a_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.importer.AT_ONCE", 2)
    await taken_in(company, [{"编号": str(n)} for n in range(5)], MAPPING)
    importer = importer_of(company)
    left = []
    while await importer.finish_leads():
        left.append(sum(lead.stage is Stage.GENERATED for lead in await company.leads()))
    assert left == [3, 1, 0]


async def test_a_lead_that_breaks_stops_no_other(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken_in(company, [{"编号": str(n)} for n in range(5)], MAPPING)
    broken = (await company.leads())[2].id

    async def breaking(work: Any, ctx: Any, leads: Sequence[tuple[LeadId, PersonId]]) -> None:
        if any(lead_id == broken for lead_id, _ in leads):
            problem = "a defect"
            raise RuntimeError(problem)
        await import_batch.work_off(work, ctx, leads)

    monkeypatch.setattr("bot.importer.work_off", breaking)
    importer = importer_of(company)
    with capture_logs():
        while await importer.finish_leads():
            pass
    waiting = [lead.id for lead in await company.leads() if lead.stage is Stage.GENERATED]
    assert waiting == [broken]
