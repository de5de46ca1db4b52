"""Who shares no key may be the same: rules join them or ask a human."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from domain.lead import Stage
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company
from tests.unit.handlers.newcomers import Newcomer, comes_in

PHONES = ("+8613900000001", "+8613900000002", "+8613900000003")


async def roots(company: Company) -> list[int]:
    return [r["root_id"] for r in await company.rows("select root_id from person order by id")]


@pytest.mark.parametrize("other", ["北京纷扬", "纷扬科技", "纷享销客", "北京纷扬科技有限公司"])
async def test_one_name_in_one_firm_is_one_person_however_the_firm_is_written(
    company: Company, other: str
) -> None:
    one, two = await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬科技有限公司"),
        Newcomer(PHONES[1], "张三", other),
    )
    assert await roots(company) == [one, one]
    (link,) = await company.rows("select * from merge_link")
    assert (link["from_id"], link["to_id"], link["reason"]) == (two, one, "company_and_name")
    assert [x.stage for x in await company.leads()] == [Stage.NURTURE_POOL, Stage.INVALID]


async def test_the_second_one_may_come_much_later(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三", "北京纷扬"))
    company.clock.advance(timedelta(days=400))
    await comes_in(company, Newcomer(PHONES[1], "张三", "纷享销客", at=company.clock.now()))
    assert len(set(await roots(company))) == 1


async def test_a_sister_firm_is_for_a_human_with_the_reasons(company: Company) -> None:
    one, two = await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬科技有限公司"),
        Newcomer(PHONES[1], "张三", "上海纷扬科技有限公司"),
    )
    assert await roots(company) == [one, two]
    (review,) = await company.rows("select * from review")
    assert (review["person_id"], review["other_id"], review["state"]) == (one, two, "open")
    assert [r[0] for r in json.loads(review["reasons"])] == ["company", "name"]


async def test_a_name_that_is_written_another_way_is_weighed(company: Company) -> None:
    facts = (("city", "北京"), ("birthday", "2015-03-02"))
    one, two = await comes_in(
        company,
        Newcomer(PHONES[0], "欧阳小明", "北京纷扬", facts=facts),
        Newcomer(PHONES[1], "欧阳晓明", "纷享销客", facts=facts),
    )
    assert await roots(company) == [one, one]
    assert two != one


async def test_others_of_one_firm_or_one_name_stay_apart(company: Company) -> None:
    found = await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬"),
        Newcomer(PHONES[1], "李四", "北京纷扬"),
        Newcomer(PHONES[2], "张三", "好未来教育"),
    )
    assert await roots(company) == found
    assert await company.count("review") == 0


async def test_a_public_mail_domain_joins_nobody_and_a_firms_own_does(company: Company) -> None:
    await comes_in(
        company,
        Newcomer(PHONES[0], "张三", email="a@qq.com"),
        Newcomer(PHONES[1], "张三", email="b@qq.com"),
    )
    assert len(set(await roots(company))) == 2
    await comes_in(company, Newcomer("+8613900000004", "王五", email="a@fenyang.example"))
    await comes_in(company, Newcomer("+8613900000005", "王五", email="b@fenyang.example"))
    assert len(set(await roots(company))) == 3


async def test_a_window_that_has_passed_joins_nobody(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "王五", email="a@fenyang.example"))
    company.clock.advance(timedelta(days=181))
    await comes_in(company, Newcomer(PHONES[1], "王五", email="b@fenyang.example"))
    assert len(set(await roots(company))) == 2


async def test_two_whom_the_platform_vouches_for_are_for_a_human(company: Company) -> None:
    await company.receives(acts.added(acts.ZHANG_SAN), acts.added(acts.LI_SI, at=NOW))
    for customer, phone in ((acts.ZHANG_SAN, PHONES[0]), (acts.LI_SI, PHONES[1])):
        await company.receives(acts.wrote(f"我的电话{phone[3:]}", customer))
    await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬"),
        Newcomer(PHONES[1], "张三", "纷享销客"),
    )
    assert await company.count("merge_link") == 0
    (review,) = await company.rows("select * from review where reason = 'company_and_name'")
    assert review["state"] == "open"


async def test_companies_are_kept_once_however_often_they_are_told(company: Company) -> None:
    await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬科技有限公司"),
        Newcomer(PHONES[1], "李四", "北京纷扬科技有限公司"),
    )
    (row,) = await company.rows("select * from company")
    assert (row["name"], row["normal_name"]) == ("北京纷扬科技有限公司", "北京|纷扬|科技")
    people = await company.rows("select company_id from person")
    assert {r["company_id"] for r in people} == {row["id"]}


async def test_nothing_personal_stands_in_a_block(company: Company) -> None:
    await comes_in(company, Newcomer(PHONES[0], "张三", "北京纷扬", email="zhang@fenyang.example"))
    blocks = " ".join(r["block"] for r in await company.rows("select block from person_block"))
    assert "company=纷扬|name=张三" in blocks
    assert "13900000001" not in blocks
    assert "zhang@" not in blocks
