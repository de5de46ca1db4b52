"""Two units of work want the same thing at the same moment, on PostgreSQL: one gets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.clock import DrivenClock
from domain.lead import Lead
from domain.lifecycle.transitions import Actor
from domain.values import LeadId, Refusal, Role, UserId
from handlers.actions.assign import OwnerChange, change_owner
from handlers.updates import Update
from storage.database import open_database
from storage.schema import migrate
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, STAFF, Company

pytestmark = pytest.mark.postgres
BOSS = Actor(frozenset({Role.MANAGER}), MANAGER)


@pytest.fixture
async def company(postgres_url: str, clock: DrivenClock) -> AsyncIterator[Company]:
    await migrate(postgres_url, postgres_url)
    database = await open_database(postgres_url)
    yield await Company.opened(database, clock)
    await database.close()


async def waiting(company: Company, *customers: str) -> list[Lead]:
    await company.receives(*(acts.entered(customer) for customer in customers))
    return await company.leads()


async def given(
    company: Company, lead_id: LeadId, to: UserId, meeting: asyncio.Barrier
) -> Lead | Refusal:
    """Open a unit of work, meet the others there, then change the owner."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await meeting.wait()
        await work.load((), [lead_id])
        change = OwnerChange(lead_id, None, to, "test", BOSS, "sales")
        [done] = await change_owner(work, company.ctx, [change])
        await work.commit()
    return done


async def test_of_two_who_take_a_lead_at_once_one_wins(company: Company) -> None:
    [lead] = await waiting(company, acts.ZHANG_SAN)
    meeting = asyncio.Barrier(2)
    answers = await asyncio.gather(
        *(given(company, lead.id, to, meeting) for to in (LI_LEI, HAN_MEIMEI))
    )
    [won] = [answer for answer in answers if isinstance(answer, Lead)]
    assert [a for a in answers if isinstance(a, Refusal)] == [Refusal("owner_changed")]
    assert (await company.lead()).owner == won.owner
    assert await company.count("ownership") == 1
    assert [card.task_id for card in await company.cards()] == [f"offer-{lead.id}-1-0"]


async def test_at_once_nobody_passes_their_ceiling(company: Company) -> None:
    await company.employs(*(replace(e, daily_ceiling=2) for e in STAFF))
    customers = [f"wmclewtest00000000000000customer{n}" for n in range(5)]
    leads = await waiting(company, *customers)
    meeting = asyncio.Barrier(len(leads))
    answers = await asyncio.gather(*(given(company, lead.id, LI_LEI, meeting) for lead in leads))
    assert [a for a in answers if isinstance(a, Refusal)] == [Refusal("rep_full", LI_LEI)] * 3
    assert sum(lead.owner == LI_LEI for lead in await company.leads()) == 2
    assert await company.count("ownership") == 2


async def test_the_same_person_seen_at_once_is_made_once(company: Company) -> None:
    meeting = asyncio.Barrier(2)

    async def comes_in(update: Update) -> None:
        async with company.store.unit_of_work(company.clock.now()) as work:
            await meeting.wait()
            await company.handles(work, update)
            await work.commit()

    await asyncio.gather(comes_in(acts.added()), comes_in(acts.wrote("你好")))
    assert await company.count("person") == 1
    assert len(await company.leads()) == 1
