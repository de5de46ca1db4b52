"""别名 in chat: managers say that two names are one company, and people are compared anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.actions.dedup import aliases
from handlers.aliases import RunningAliases
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, Company, words
from tests.unit.handlers.newcomers import Newcomer, comes_in

FULL, OTHER = "杭州青梧教育科技有限公司", "小梧桐课堂"
PHONES = ("+8613900000001", "+8613900000002", "+8613900000003")
SOON, LATER = timedelta(seconds=1), timedelta(minutes=3)


async def roots(company: Company) -> int:
    return len({row["root_id"] for row in await company.rows("select root_id from person")})


async def last(company: Company, userid: str = MANAGER) -> str:
    return (await company.texts(userid))[-1]


async def two_of_one_name(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三", FULL), Newcomer(PHONES[1], "张三", OTHER))
    assert await roots(company) == 2


async def test_an_alias_joins_people_who_are_there_already(company: Company) -> None:
    await two_of_one_name(company)
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    assert await last(company) == words("alias.added", company=FULL, names=OTHER)
    await company.lets_pass(SOON)
    assert await roots(company) == 1
    await company.receives(acts.said(f"查重 {OTHER}"))
    (card,) = await company.cards(LI_LEI)
    assert FULL in card.rows[0].value


async def test_many_are_looked_at_some_at_a_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aliases, "CHUNK", 2)
    names = [f"王{mark}" for mark in "一二三四五"]
    await comes_in(
        company,
        *(Newcomer(f"+861390000010{n}", name, OTHER) for n, name in enumerate(names)),
        *(Newcomer(f"+861390000020{n}", name, FULL) for n, name in enumerate(names)),
    )
    assert await roots(company) == 10
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    await company.lets_pass(LATER)
    assert await roots(company) == 5


async def test_whoever_comes_later_is_known_by_either_name(company: Company) -> None:
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    # Another process knows of it as well.
    company.ctx = replace(company.ctx, aliases=RunningAliases())
    await comes_in(company, Newcomer(PHONES[0], "张三", FULL), Newcomer(PHONES[1], "张三", OTHER))
    assert await roots(company) == 1


async def test_a_removed_alias_joins_nobody_any_more(company: Company) -> None:
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    await comes_in(company, Newcomer(PHONES[0], "张三", OTHER))
    await company.receives(acts.said(f"删除别名 {OTHER}", MANAGER))
    assert await last(company) == words("alias.removed", name=OTHER)
    await company.lets_pass(LATER)
    await comes_in(company, Newcomer(PHONES[1], "张三", FULL))
    assert await roots(company) == 2
    await comes_in(company, Newcomer(PHONES[2], "张三", OTHER))
    assert await roots(company) == 2
    await company.receives(acts.said(f"删除别名 {OTHER}", MANAGER))
    assert await last(company) == words("refusals.no_such_alias")


async def test_what_was_rolled_back_was_never_an_alias(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await company.handles(work, acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
        await company.handles(work, acts.said("别名", MANAGER))
    own = company.ctx
    company.ctx = replace(own, aliases=RunningAliases())  # another process is faster now
    await company.receives(acts.said(f"别名 {FULL} = 梧桐在线课", MANAGER))
    company.ctx = own
    await company.receives(acts.said("别名", MANAGER))
    assert "青梧 = 梧桐在线课" in await last(company)
    assert OTHER not in await last(company)
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    assert await last(company) == words("alias.added", company=FULL, names=OTHER)


@pytest.mark.parametrize(
    ("typed", "told", "detail"),
    [
        ("别名 北京纷扬科技有限公司 = 纷享销客", "refusals.alias_same", ""),
        ("别名 杭州青梧教育 = 青梧", "refusals.alias_same", ""),
        ("别名 杭州青梧教育 = 纷享销客", "refusals.alias_taken", "纷扬"),
        ("别名 = 小梧桐", "refusals.alias_wrong", ""),
        ("别名 青梧教育 = 梧", "refusals.alias_wrong", ""),
        ("删除别名 纷享销客", "refusals.alias_in_file", ""),
        ("删除别名 没有这个", "refusals.no_such_alias", ""),
        ("删除别名", "alias.how_to_remove", ""),
    ],
)
async def test_what_makes_no_sense_is_said_and_changes_nothing(
    company: Company, typed: str, told: str, detail: str
) -> None:
    await company.receives(acts.said(typed, MANAGER))
    assert await last(company) == words(told, detail=detail)
    assert await company.count("company_alias") == 0


async def test_of_several_names_all_are_taken_or_none(company: Company) -> None:
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}、纷享销客", MANAGER))
    assert await last(company) == words("refusals.alias_taken", detail="纷扬")
    assert await company.count("company_alias") == 0


async def test_aliases_are_listed_and_looked_up(company: Company) -> None:
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}", MANAGER))
    await company.receives(acts.said("别名", MANAGER))
    assert "纷扬 = 纷享销客" in await last(company)
    assert f"青梧 = {OTHER}" in await last(company)
    await company.receives(acts.said(f"别名 {OTHER}", MANAGER))
    assert "纷扬" not in (await last(company)).splitlines()[1]
    await company.receives(acts.said("别名 无名公司", MANAGER))
    assert await last(company) == words("alias.none_of", company="无名公司")


async def test_a_rep_changes_nothing(company: Company) -> None:
    await company.receives(acts.said(f"别名 {FULL} = {OTHER}"))
    assert await last(company, LI_LEI) == words("command.not_allowed")
    assert await company.count("company_alias") == 0
