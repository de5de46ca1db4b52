"""What employees write: commands first, then sentences; who may is checked, all is on record."""

from __future__ import annotations

import pytest

import handlers.updates as u
from domain.lead import Status
from domain.values import Role, UserId
from storage.repositories.organisation import Employee
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, offered, words


async def audit(company: Company) -> list[tuple[str, str, str]]:
    rows = await company.rows("select * from audit order by id")
    return [(row["userid"], row["command"], row["result"]) for row in rows]


async def test_a_command_is_carried_out_and_written_down(company: Company) -> None:
    await company.receives(acts.said("今日待办"))
    assert await company.texts(LI_LEI) == [words("todo.none")]
    assert await audit(company) == [(LI_LEI, "todo", "done")]


@pytest.mark.parametrize(
    ("text", "by", "answer", "result"),
    [
        ("漏斗", LI_LEI, "command.not_allowed", ("funnel", "refused")),
        ("导出线索", MANAGER, "command.not_offered", ("export", "not_offered")),
    ],
)
async def test_what_is_not_carried_out_is_said_and_written_down(
    company: Company, text: str, by: UserId, answer: str, result: tuple[str, str]
) -> None:
    await company.receives(acts.said(text, by))
    assert await company.texts(by) == [words(answer)]
    assert await audit(company) == [(by, *result)]


async def test_small_talk_is_answered_with_help_and_not_written_down(company: Company) -> None:
    await company.receives(acts.said("今天天气不错"))
    assert await company.texts(LI_LEI) == [words("chat.not_understood")]
    assert await audit(company) == []


async def test_a_picture_is_answered_too(company: Company) -> None:
    picture = u.EmployeeMessage(userid=LI_LEI, msgid="m", content=u.Image("MEDIA"), **acts.common())
    await company.receives(picture)
    assert await company.texts(LI_LEI) == [words("chat.only_text")]


async def test_a_menu_entry_is_a_command(company: Company) -> None:
    click = u.MenuClicked(userid=LI_LEI, key="todo", **acts.common())
    strange = u.MenuClicked(userid=LI_LEI, key="nothing_of_ours", **acts.common())
    await company.receives(click, strange)
    assert await company.texts(LI_LEI) == [words("todo.none"), words("chat.not_understood")]


async def test_a_sentence_about_a_lead_is_the_command_to_follow_up(company: Company) -> None:
    await offered(company)
    await company.receives(acts.fetched(name="张三"))
    await company.receives(acts.said("张三交了500定金，周五付尾款"))
    assert (await company.lead()).status is Status.PAYMENT_BOOKED
    assert await audit(company) == [(LI_LEI, "follow", "done")]


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.OPERATIONS})])
async def test_a_sentence_of_who_may_not_follow_leads_changes_nothing(
    company: Company, roles: frozenset[str]
) -> None:
    await company.receives(acts.added(), acts.fetched(name="张三"))
    await company.employs(Employee(UserId("Guest"), "访客", roles))
    await company.receives(acts.said("张三交了500定金，周五付尾款", "Guest"))
    assert await company.texts("Guest") == [words("command.not_allowed")]
    assert (await company.count("note"), await company.count("reminder")) == (0, 0)
    assert await audit(company) == [("Guest", "follow", "refused")]


async def test_who_left_may_do_nothing(company: Company) -> None:
    await company.employs(Employee(LI_LEI, "李雷", frozenset({Role.REP}), is_active=False))
    await company.receives(acts.said("我的线索"))
    assert await company.texts(LI_LEI) == [words("command.not_allowed")]


async def test_an_employee_we_did_not_know_is_taken_in_and_asked_for(company: Company) -> None:
    await company.receives(acts.said("今日待办", "NewOne"))
    assert await company.texts("NewOne") == [words("todo.none")]
    (row,) = await company.rows("select * from employee where folded = 'newone'")
    assert row["roles"] == "rep"
    (fetch,) = await company.rows("select * from platform_fetch")
    assert (fetch["kind"], fetch["subject"]) == ("employee", "NewOne")
    await company.receives(acts.said("今日待办", "NEWONE"))
    assert await company.count("platform_fetch") == 1


async def test_answers_go_to_who_asked_only(company: Company) -> None:
    await company.receives(acts.said("今日待办"), acts.said("今日待办", HAN_MEIMEI))
    assert [sent.receiver for sent in await company.sent()] == [LI_LEI, HAN_MEIMEI]
