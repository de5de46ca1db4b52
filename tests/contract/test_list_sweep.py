"""Leads that are there already follow a changed list, on both databases, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import list_sweeper
from bot.clock import DrivenClock
from bot.list_sweeper import LATE, ListSweeper
from domain.lead import Lead, Stage
from domain.lifecycle.transitions import Actor
from domain.screening.lists import Lists
from domain.values import ContactKey, IdentityKind, Role
from handlers.actions.screen import restore
from handlers.reactions import settle
from handlers.running import RunningLists
from storage.database import Database
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, Company
from tests.unit.handlers.newcomers import Newcomer, comes_in

PHONES = tuple(f"+861390000000{number}" for number in range(1, 8))


@pytest.fixture
async def company(database: Database, clock: DrivenClock) -> Company:
    opened = await Company.opened(database, clock)
    opened.ctx = replace(opened.ctx, lists=RunningLists())
    return opened


def phone(number: int) -> ContactKey:
    return ContactKey(IdentityKind.PHONE, PHONES[number])


def put(company: Company, black: Iterable[ContactKey] = (), red: Iterable[ContactKey] = ()) -> None:
    """Let these lists run from now on."""

    def tokens(keys: Iterable[ContactKey]) -> frozenset[bytes]:
        return frozenset(company.store.vault.blind(key.kind, key.value) for key in keys)

    company.ctx.lists.current = Lists(tokens(black), tokens(red))


def sweeper(company: Company) -> ListSweeper:
    return ListSweeper(company.store, company.ctx, company.clock, None)


async def swept(company: Company) -> None:
    assert await sweeper(company).sweep_if_due()


async def of_phone(company: Company, number: int) -> Lead:
    (row,) = await company.rows(
        "select l.id from lead l join identity i on i.person_id = l.person_id"
        " where i.kind = 'phone' and i.lookup = $1",
        company.store.vault.blind(IdentityKind.PHONE, PHONES[number]),
    )
    return next(lead for lead in await company.leads() if lead.id == row["id"])


async def states(company: Company) -> list[tuple[str, str]]:
    rows = await company.rows("select reason, state from objection order by lead_id, reason")
    return [(row["reason"], row["state"]) for row in rows]


async def test_who_is_put_on_the_black_list_is_put_aside_and_restored_when_off_it(
    company: Company,
) -> None:
    await comes_in(company, *(Newcomer(p, f"客户{n}") for n, p in enumerate(PHONES[:3])))
    before = await of_phone(company, 1)
    put(company, black=[phone(1)])
    await swept(company)
    lead = await of_phone(company, 1)
    assert (lead.stage, lead.invalid_reason) == (Stage.INVALID, "blacklisted")
    assert [(await of_phone(company, n)).is_open for n in (0, 2)] == [True, True]
    assert await states(company) == [("blacklisted", "open")]
    put(company)
    await swept(company)
    lead = await of_phone(company, 1)
    assert (lead.stage, lead.pool) == (before.stage, before.pool)
    assert await states(company) == [("blacklisted", "cleared")]
    (event,) = await company.events("lead_restored")
    assert (event.properties["by"], event.properties["reasons"]) == ("system", "blacklisted")
    put(company, black=[phone(1)])
    await swept(company)
    assert not (await of_phone(company, 1)).is_open, "off the list and on it again counts again"


async def test_who_is_red_listed_waits_and_goes_on_to_a_rep(company: Company) -> None:
    put(company, red=[acts.external()])
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    assert (await company.lead()).owner is None
    put(company)
    await swept(company)
    lead = await company.lead()
    assert (lead.stage, lead.owner is not None) == (Stage.FOLLOWING, True)
    assert await states(company) == [("red_listed", "cleared")]


async def test_a_lead_that_somebody_follows_is_flagged_and_not_taken_away(company: Company) -> None:
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    owner = (await company.lead()).owner
    assert owner is not None
    put(company, black=[acts.external()])
    await swept(company)
    lead = await company.lead()
    assert (lead.owner, lead.stage) == (owner, Stage.FOLLOWING)
    (row,) = await company.rows("select reason, verdict from objection")
    assert (row["reason"], row["verdict"]) == ("blacklisted", "flag")


async def test_whoever_was_merged_is_found_by_any_key(company: Company) -> None:
    same = "北京纷扬科技有限公司"
    await comes_in(company, Newcomer(PHONES[0], "张三", same), Newcomer(PHONES[1], "张三", same))
    put(company, black=[phone(1)])
    await swept(company)
    assert [lead.is_open for lead in await company.leads()] == [False, False]
    assert (await of_phone(company, 0)).invalid_reason == "blacklisted"
    put(company)
    await swept(company)
    assert (await of_phone(company, 0)).is_open
    assert (await of_phone(company, 1)).invalid_reason == "duplicate"


async def test_two_lists_speak_one_after_the_other(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三"))
    put(company, black=[phone(0)], red=[phone(0)])
    await swept(company)
    assert (await of_phone(company, 0)).invalid_reason == "blacklisted"
    put(company, red=[phone(0)])
    await swept(company)
    lead = await of_phone(company, 0)
    assert lead.is_open
    assert await states(company) == [("blacklisted", "cleared"), ("red_listed", "open")]


async def test_what_a_manager_let_through_stays_through(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三"))
    put(company, black=[phone(0)])
    await swept(company)
    lead = await of_phone(company, 0)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        await restore(work, company.ctx, lead.id, Actor(frozenset({Role.MANAGER}), MANAGER))
        await settle(work, company.ctx)
        await work.commit()
    put(company, black=[phone(0), phone(1)])
    await swept(company)
    assert (await of_phone(company, 0)).is_open
    assert await states(company) == [("blacklisted", "restored")]


async def test_what_was_invalid_for_another_reason_stays_so(company: Company) -> None:
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    put(company, black=[acts.external()])
    await swept(company)
    lead = await company.lead()
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead.id])
        changed = replace(lead, stage=Stage.INVALID, invalid_reason="rep_said", owner=None)
        work.leads.put(changed)
        await work.commit()
    put(company)
    await swept(company)
    assert (await company.lead()).invalid_reason == "rep_said"
    assert await states(company) == [("blacklisted", "cleared")]


async def test_lists_that_did_not_change_are_swept_twice_and_never_again(company: Company) -> None:
    put(company, black=[phone(0)])
    one = sweeper(company)
    assert await one.sweep_if_due()
    assert not await one.sweep_if_due()
    # A process that did not know of the list yet stored somebody.
    company.ctx.lists.current = Lists()
    await comes_in(company, Newcomer(PHONES[0], "张三", at=NOW))
    put(company, black=[phone(0)])
    company.clock.advance(LATE)
    assert await one.sweep_if_due()
    assert not (await of_phone(company, 0)).is_open
    company.clock.advance(timedelta(days=1))
    assert not await one.sweep_if_due()
    assert not await sweeper(company).sweep_if_due(), "nor after a restart"


async def test_a_pass_that_was_cut_off_goes_on_where_it_was(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_sweeper, "TOKENS", 2)
    monkeypatch.setattr(list_sweeper, "CHUNK", 1)
    await comes_in(company, *(Newcomer(p, f"客户{n}") for n, p in enumerate(PHONES)))
    put(company, black=[phone(n) for n in range(len(PHONES))])
    cut, calls = sweeper(company), 0

    class Cut(Exception):  # noqa: N818 - stands for a killed process
        pass

    async def kill_at_the_third(_: float) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Cut

    monkeypatch.setattr(list_sweeper.asyncio, "sleep", kill_at_the_third)
    with pytest.raises(Cut):
        await cut.sweep_if_due()
    monkeypatch.undo()
    assert sum(not lead.is_open for lead in await company.leads()) == 3
    await swept(company)
    assert [lead.invalid_reason for lead in await company.leads()] == ["blacklisted"] * 7
    assert len(await company.events("stage_changed")) >= 7
    assert await company.cards(LI_LEI) == []
