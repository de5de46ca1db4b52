"""What was to happen later happens once, or not at all when it was cancelled or moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import Stage
from domain.messages import Timer
from handlers.jobs.timers import ABOUT_LEADS
from handlers.updates.timer import TimerFired
from storage.timers import cancel_timers, set_timers
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company, changed, offered

MINUTE = timedelta(minutes=1)


async def fired(company: Company, kind: str, subject_id: int, **payload: str) -> TimerFired:
    """Set a timer for now and return it as it comes in."""
    timer = Timer(kind, subject_id, company.clock.now(), f"{kind}:x", tuple(payload.items()))
    async with company.store.database.write() as tx:
        await set_timers(tx, company.store.ids, [timer], company.clock.now())
    return next(t for t in await company.due() if t.kind == kind)


async def test_a_deadline_that_comes_twice_expires_the_card_once(company: Company) -> None:
    await offered(company)
    company.clock.advance(30 * MINUTE)
    [deadline] = [t for t in await company.due() if t.kind == "offer_expires"]
    await company.receives(deadline)
    await company.receives(deadline)
    assert (await company.lead()).owner == HAN_MEIMEI
    assert len(await company.events("card_expired")) == 1


async def test_a_timer_that_was_moved_meanwhile_has_no_effect(company: Company) -> None:
    await offered(company)
    company.clock.advance(30 * MINUTE)
    [deadline] = [t for t in await company.due() if t.kind == "offer_expires"]
    await company.receives(replace(deadline, due_at=deadline.due_at - MINUTE))
    assert (await company.lead()).owner == LI_LEI


async def test_a_timer_that_was_cancelled_under_way_has_no_effect(company: Company) -> None:
    lead, _ = await offered(company)
    company.clock.advance(30 * MINUTE)
    [deadline] = [t for t in await company.due() if t.kind == "offer_expires"]
    async with company.store.database.write() as tx:
        await cancel_timers(tx, [f"offer_expires:{lead.id}:{lead.assignment}"])
    await company.receives(deadline)
    assert (await company.lead()).owner == LI_LEI


async def test_the_deadline_of_a_former_card_expires_nothing(company: Company) -> None:
    lead, _ = await offered(company)
    await company.lets_pass(30 * MINUTE)
    late = await fired(company, "offer_expires", lead.id, assignment="1")
    await company.receives(late)
    assert (await company.lead()).owner == HAN_MEIMEI
    assert len(await company.events("card_expired")) == 1


@pytest.mark.parametrize("kind", sorted(ABOUT_LEADS))
async def test_a_timer_about_a_lead_that_is_gone_does_nothing(company: Company, kind: str) -> None:
    await company.receives(await fired(company, kind, 77, assignment="1", userid="LiLei"))
    assert await company.sent() == []
    (row,) = await company.rows("select state from timer")
    assert row["state"] == "done"


async def test_nobody_is_sought_for_a_lead_that_somebody_has(company: Company) -> None:
    lead, _ = await offered(company)
    await company.receives(await fired(company, "find_rep", lead.id))
    assert (await company.lead()).assignment == lead.assignment


async def test_nobody_is_sought_for_a_lead_that_is_not_mature(company: Company) -> None:
    await company.receives(acts.added())
    lead = await changed(company, (await company.lead()).id, stage=Stage.DEPARTMENT_POOL)
    await company.receives(await fired(company, "find_rep", lead.id))
    assert (await company.lead()).owner is None


async def test_a_kind_that_nobody_knows_is_kept_and_shown(company: Company) -> None:
    await company.receives(await fired(company, "water_the_plants", 77))
    (row,) = await company.rows("select kind from unknown_update")
    assert row["kind"] == "TimerFired"
