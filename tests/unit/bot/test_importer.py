"""What follows an import in the background: every lead, whatever becomes of its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.importer import Importer
from domain.intake.mapping import FileMapping
from domain.lead import Stage
from domain.values import LeadId, PersonId
from handlers.actions import import_batch
from storage.uploads import Uploads
from tests.unit.handlers.company import Company
from tests.unit.handlers.imports import taken_in

MAPPING = FileMapping("crm", uid="编号", name="姓名")


def importer_of(company: Company) -> Importer:
    store = company.store
    uploads = Uploads(store.database, store.vault, store.ids)
    return Importer(store, uploads, company.ctx, company.clock, None)


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
    while await importer.finish_leads():
        pass
    waiting = [lead.id for lead in await company.leads() if lead.stage is Stage.GENERATED]
    assert waiting == [broken]
