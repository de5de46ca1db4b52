"""The commands, one by one: what is answered, to whom, and what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.values import Role, UserId
from storage.repositories.organisation import Employee
from tests.unit.handlers import acts
from tests.unit.handlers.company import (
    HAN_MEIMEI,
    LI_LEI,
    MANAGER,
    Company,
    offered,
    words,
)


async def told(company: Company, text: str, by: str = LI_LEI) -> str:
    """Say something; return the answer."""
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def zhang_san(company: Company) -> None:
    """Let 李雷 take the lead of 张三, whose phone is known."""
    _, card = await offered(company)
    await company.receives(acts.fetched(name="张三"), acts.wrote(f"我电话 {acts.PHONE}"))
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), LI_LEI))


@pytest.mark.parametrize(
    ("by", "shown", "hidden"), [(LI_LEI, "我的线索", "漏斗"), (MANAGER, "漏斗", "")]
)
async def test_help_lists_what_the_employee_may_ask_for(
    company: Company, by: str, shown: str, hidden: str
) -> None:
    answer = await told(company, "帮助", by)
    assert shown in answer
    assert not hidden or hidden not in answer


async def test_the_owner_sees_the_whole_phone_a_manager_its_ends(company: Company) -> None:
    await zhang_san(company)
    for by in (LI_LEI, MANAGER):
        await company.receives(acts.said("线索 张三", by))

    own, masked = (await company.cards(LI_LEI))[-1], (await company.cards(MANAGER))[-1]
    assert acts.PHONE in str(own)
    assert acts.PHONE not in str(masked)
    assert "139****1234" in str(masked)
    assert (masked.rows[0].value, masked.rows[0].userid) == ("李雷", LI_LEI)
    assert own.rows[0].userid == ""
    looks = await company.rows("select userid, what from access_log order by id")
    assert [(row["userid"], row["what"]) for row in looks] == [
        (LI_LEI, "portrait_with_phone"),
        (LI_LEI, "portrait_with_phone"),
        (MANAGER, "portrait"),
    ]


async def test_a_colleague_sees_neither_lead_nor_score(company: Company) -> None:
    await zhang_san(company)
    for text in ("线索 张三", "画像 张三", "评分 张三", f"线索 {acts.PHONE}"):
        answer = await told(company, text, HAN_MEIMEI)
        assert "李雷" in answer
        assert "分" not in answer.replace("负责", "")
    assert await company.cards(HAN_MEIMEI) == []
    looked = await company.rows("select * from access_log where userid = $1", HAN_MEIMEI)
    assert list(looked) == []


async def test_a_score_is_explained_by_what_gave_points(company: Company) -> None:
    await zhang_san(company)
    answer = await told(company, "评分 张三")
    lead = await company.lead()
    assert f"{lead.score.composite:.0f} 分" in answer
    for label in ("留下电话", "添加企业微信", "有电话"):
        assert label in answer


async def test_a_lead_that_is_not_there_is_said(company: Company) -> None:
    for text in ("线索 李四", "评分 李四"):
        assert await told(company, text) == words("lead.none", wanted="李四")


async def test_my_leads_are_listed_the_best_first(company: Company) -> None:
    assert await told(company, "我的线索") == words("mine.none")
    await zhang_san(company)
    await offered(company, acts.LI_SI)
    await company.receives(acts.fetched(acts.LI_SI, name="李四"))
    answer = await told(company, "我的线索")
    assert answer.index("张三") < answer.index("李四")
    assert words("list.more") not in answer
    assert acts.PHONE not in answer


async def test_more_of_my_leads_than_fit_are_hinted_at(company: Company) -> None:
    for number in range(11):
        customer = f"wmclewtest00000000000000customer{number:02}"
        await company.receives(acts.added(customer))
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $1", LI_LEI)
    answer = await told(company, "我的线索")
    assert answer.count("·") == 10
    assert words("list.more") in answer


async def test_what_is_to_be_done_is_listed_soonest_first(company: Company) -> None:
    await told(company, "两小时后提醒我回访李四")
    await told(company, "一小时后提醒我回访张三")
    await told(company, "一小时后提醒我回访王五", HAN_MEIMEI)
    answer = await told(company, "今日待办")
    assert answer.index("张三") < answer.index("李四")
    assert "王五" not in answer
    await company.lets_pass(timedelta(hours=3))
    assert await told(company, "今日待办") == words("todo.none")


async def test_a_follow_up_may_name_the_lead_after_the_word(company: Company) -> None:
    await zhang_san(company)
    answer = await told(company, "跟进 张三 已加微信，想报数学班")
    assert words("follow_up.lead", name="张三") in answer
    assert await company.count("note") == 1


# ------------------------------------------------------------------ pause


async def is_paused(company: Company, userid: str) -> bool:
    (row,) = await company.rows("select is_paused from employee where userid = $1", userid)
    return bool(row["is_paused"])


async def test_a_rep_pauses_and_resumes(company: Company) -> None:
    assert await told(company, "暂停接收") == words("rep.paused", rep="李雷")
    assert await is_paused(company, LI_LEI)
    await company.receives(acts.wrote(acts.EAGER))
    assert (await company.lead()).owner == HAN_MEIMEI
    assert await told(company, "恢复接收") == words("rep.resumed", rep="李雷")
    assert not await is_paused(company, LI_LEI)


async def test_a_manager_pauses_somebody_by_name(company: Company) -> None:
    assert await told(company, "暂停 韩梅梅", MANAGER) == words("rep.paused", rep="韩梅梅")
    assert await is_paused(company, HAN_MEIMEI)
    assert not await is_paused(company, MANAGER)


async def test_a_rep_does_not_pause_a_colleague(company: Company) -> None:
    assert await told(company, "暂停 韩梅梅") == words("command.not_allowed")
    assert not await is_paused(company, HAN_MEIMEI)


async def test_who_nobody_knows_is_not_paused(company: Company) -> None:
    assert await told(company, "暂停 小明", MANAGER) == words("rep.unknown", rep="小明")


async def test_of_two_of_one_name_nobody_is_paused_by_guess(company: Company) -> None:
    await company.employs(Employee(UserId("LiLeilei"), "李雷", frozenset({Role.REP})))
    answer = await told(company, "暂停 李雷", MANAGER)
    assert answer == words("rep.several", rep="李雷", userids="LiLei、LiLeilei")
    assert not await is_paused(company, LI_LEI)
    assert await told(company, "暂停 LiLeilei", MANAGER) == words("rep.paused", rep="李雷")
    assert await is_paused(company, "LiLeilei")
    assert await told(company, "暂停 李雷") == words("rep.paused", rep="李雷"), "who else but me"
    assert await is_paused(company, LI_LEI)


# ------------------------------------------------------------------ funnel


async def test_the_funnel_counts_each_step_and_channel(company: Company) -> None:
    await zhang_san(company)
    company.clock.advance(timedelta(minutes=5))
    await company.receives(acts.wrote("几点上课", at=company.clock.now()))
    await company.receives(acts.followed())
    answer = await told(company, "漏斗 本月", MANAGER)
    lines = answer.splitlines()
    step = words("funnel.step.listed")
    assert f"{step} 2" in answer
    assert f"{words('funnel.step.delivered')} 1（50%）" in answer
    assert f"{words('funnel.step.interacted')} 1（100%）" in answer
    assert f"{words('funnel.step.deal')} 0" in answer
    assert words("funnel.channel", channel="公众号", listed=1, delivered=0, deal=0) in lines


async def test_a_lead_that_came_in_twice_is_listed_once(company: Company) -> None:
    await company.receives(acts.followed(), acts.added())
    await company.receives(acts.follower_fetched("un1"), acts.fetched(unionid="un1"))
    assert len(await company.leads()) == 2
    assert f"{words('funnel.step.listed')} 1\n" in await told(company, "漏斗", MANAGER)


async def test_a_sold_lead_is_a_deal(company: Company) -> None:
    await zhang_san(company)
    lead = await company.lead()
    await company.receives(acts.clicked(acts.button(Verb.STATUS, lead.id, "won"), LI_LEI))
    answer = await told(company, "漏斗", MANAGER)
    for step in ("interacted", "intent", "deal"):
        assert f"{words(f'funnel.step.{step}')} 1（100%）" in answer
    async with company.store.database.write() as tx:
        await tx.execute("update lead set cycle = 2")
    assert f"{words('funnel.step.repurchase')} 1（100%）" in await told(company, "漏斗", MANAGER)
