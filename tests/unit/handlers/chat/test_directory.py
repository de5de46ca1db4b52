"""The corp's members: who may take leads, who left, who is called otherwise now."""

from __future__ import annotations

import pytest

import handlers.updates as u
from domain.values import UserId
from handlers.updates.directory import EmployeeProfile
from storage.moments import to_micros
from storage.repositories.organisation import Employee
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company, offered

NEW = UserId("XiaoWang")


async def employee(company: Company, userid: str) -> Employee | None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        return await work.organisation.employee(userid)


def created(userid: UserId = NEW, **profile: object) -> u.EmployeeCreated:
    return u.EmployeeCreated(
        userid=userid,
        profile=EmployeeProfile(**profile),  # type: ignore[arg-type]
        **acts.common(),
    )


def changed(userid: UserId, new: UserId | None = None, **profile: object) -> u.EmployeeChanged:
    return u.EmployeeChanged(
        userid=userid,
        new_userid=new,
        profile=EmployeeProfile(**profile),  # type: ignore[arg-type]
        **acts.common(),
    )


async def test_a_new_member_takes_leads(company: Company) -> None:
    await company.receives(created(name="小王", main_department=3, status=1))
    known = await employee(company, NEW)
    assert known == Employee(NEW, "小王", frozenset({"rep"}), department_id=3)


async def test_a_fetched_member_is_taken_in(company: Company) -> None:
    answer = u.EmployeeFetched(
        asked=NEW,
        account="",
        generation=to_micros(NOW),
        userid=NEW,
        profile=EmployeeProfile(name="小王", status=1),
        **acts.common(),
    )
    await company.receives(answer)
    known = await employee(company, NEW)
    assert known is not None
    assert (known.name, known.roles) == ("小王", frozenset({"rep"}))


@pytest.mark.parametrize(("status", "is_active"), [(1, True), (2, False), (4, False), (5, False)])
async def test_only_an_active_member_works(
    company: Company, status: int, *, is_active: bool
) -> None:
    await company.receives(changed(LI_LEI, status=status))
    known = await employee(company, LI_LEI)
    assert known is not None
    assert known.is_active is is_active


async def test_a_change_says_what_changed_and_nothing_else(company: Company) -> None:
    gone = u.EmployeeDeleted(userid=LI_LEI, **acts.common())
    await company.receives(gone, changed(LI_LEI, name="李大雷"))
    known = await employee(company, LI_LEI)
    assert known is not None
    assert (known.name, known.is_active) == ("李大雷", False)
    assert known.roles == frozenset({"rep"})


@pytest.mark.parametrize("how", [u.EmployeeDeleted, u.EmployeeUnsubscribed])
async def test_who_left_gets_no_more_leads(company: Company, how: type) -> None:
    await company.receives(how(userid=HAN_MEIMEI, **acts.common()))
    await company.receives(how(userid=UserId("Stranger"), **acts.common()))
    await company.receives(acts.wrote(acts.EAGER))
    assert (await company.lead()).owner == LI_LEI
    assert await employee(company, "Stranger") is None


async def test_who_comes_into_sight_is_asked_for(company: Company) -> None:
    await company.receives(u.EmployeeSubscribed(userid=NEW, **acts.common()))
    (fetch,) = await company.rows("select kind, subject from platform_fetch")
    assert (fetch["kind"], fetch["subject"]) == ("employee", NEW)


async def test_a_renamed_member_keeps_leads_reminders_and_counters(company: Company) -> None:
    await offered(company)
    await company.receives(acts.said("十分钟后提醒我开会"))
    await company.receives(acts.said("今日待办", "Lei"))  # writes before the event comes
    await company.receives(changed(LI_LEI, UserId("Lei"), name="李雷"))

    assert await employee(company, LI_LEI) is None
    known = await employee(company, "lei")
    assert known is not None
    assert (known.userid, known.name, known.roles) == ("Lei", "李雷", frozenset({"rep"}))
    assert (await company.lead()).owner == "Lei"
    for table in ("reminder", "rep_day", "relation"):
        assert {row["userid"] for row in await company.rows(f"select userid from {table}")} == {
            "Lei"
        }
    card = (await company.cards(LI_LEI))[0]
    await company.receives(acts.clicked(card.buttons[0].key, "Lei"))
    assert (await company.lead()).accepted_at is not None


async def test_a_change_of_case_is_no_other_member(company: Company) -> None:
    await company.receives(changed(LI_LEI, UserId("lilei")))
    known = await employee(company, LI_LEI)
    assert known is not None
    assert (known.userid, known.roles) == ("lilei", frozenset({"rep"}))


async def test_somebody_unknown_who_is_renamed_is_new(company: Company) -> None:
    await company.receives(changed(UserId("Before"), NEW, name="小王"))
    assert await employee(company, "Before") is None
    assert await employee(company, NEW) is not None
