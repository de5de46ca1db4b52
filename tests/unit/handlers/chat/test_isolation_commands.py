"""隔离 lists what was put aside, 恢复 lets it go on; only for who may."""

from __future__ import annotations

import pytest

from domain.lead import Stage
from domain.person import Attribute, Source
from domain.values import ContactKey
from handlers.actions.intake import learn
from tests.unit.handlers import acts
from tests.unit.handlers.actions.test_screen import objections, screening
from tests.unit.handlers.company import LI_LEI, MANAGER, Company, words


async def blacklisted(company: Company, name: str, key: ContactKey | None = None) -> None:
    """Let a customer on the black list come in and say their name."""
    key = key or acts.external()
    screening(company, black=[acts.external(), acts.external(acts.LI_SI)])
    await company.receives(acts.entered(key.value, at=company.clock.now()))
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([key])
        person = work.people.holder(key)
        assert person is not None
        learn(work, person, {"name": Attribute(name, Source.HUMAN, work.now)})
        await work.commit()


async def said(company: Company, text: str, by: str = MANAGER) -> str:
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def test_nothing_is_isolated(company: Company) -> None:
    assert await said(company, "隔离") == words("isolated.none")


async def test_the_list_tells_counts_names_and_reasons(company: Company) -> None:
    await blacklisted(company, "张三")
    shown = await said(company, "隔离")
    reason = words("objection.blacklisted")
    assert words("isolated.count", reason=reason, count=1) in shown
    assert "张三" in shown
    assert "https://clew.example/isolated" in shown


@pytest.mark.parametrize("order", ["恢复 张三", "恢复线索 张三", "解除隔离 张三", "恢复张三"])
async def test_a_manager_restores_by_name(company: Company, order: str) -> None:
    await blacklisted(company, "张三")
    assert await said(company, order) == words("isolated.restored", name="张三")
    assert (await company.lead()).stage is Stage.NURTURE_POOL
    assert await objections(company) == [("blacklisted", "reject", "restored")]
    (audit,) = await company.rows("select * from audit")
    assert (audit["userid"], audit["result"]) == (MANAGER, "done")


async def test_a_manager_restores_by_the_end_of_the_phone(company: Company) -> None:
    await blacklisted(company, "张三")
    await company.receives(acts.wrote(f"电话{acts.PHONE}", at=company.clock.now()))
    shown = await said(company, f"恢复线索 {acts.PHONE[-4:]}")
    assert shown == words("isolated.restored", name="张三")


async def test_of_several_none_is_restored(company: Company) -> None:
    await blacklisted(company, "张三")
    await blacklisted(company, "张三", acts.external(acts.LI_SI))
    shown = await said(company, "恢复线索 张三")
    assert "好几位" in shown
    assert {lead.stage for lead in await company.leads()} == {Stage.INVALID}


async def test_nobody_of_that_name(company: Company) -> None:
    assert await said(company, "恢复线索 张三") == words("isolated.nobody", wanted="张三")


@pytest.mark.parametrize("order", ["隔离", "恢复线索 张三"])
async def test_a_rep_may_neither_look_nor_restore(company: Company, order: str) -> None:
    await blacklisted(company, "张三")
    assert await said(company, order, LI_LEI) == words("command.not_allowed")
    assert (await company.lead()).stage is Stage.INVALID


async def test_to_resume_a_rep_still_means_the_rep(company: Company) -> None:
    assert await said(company, "恢复 李雷") == words("rep.resumed", rep="李雷")
    assert await said(company, "恢复 张三", LI_LEI) == words("rep.unknown", rep="张三")
