"""``评分``: now, and as it was."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_rules import drafted, keeper, seeded
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, words

DAY = timedelta(days=1)


async def told(company: Company, text: str, by: str = MANAGER) -> str:
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def zhang_san(company: Company) -> None:
    await seeded(company)
    await company.receives(acts.added(), acts.fetched(name="张三"))


async def test_a_past_score_is_worked_out_by_what_was_known_then(company: Company) -> None:
    await zhang_san(company)
    first = (await company.lead()).score
    await company.lets_pass(DAY)
    late = acts.wrote("多少钱", at=company.clock.now() - DAY + timedelta(minutes=1))
    await company.receives(late, acts.wrote(f"我电话 {acts.PHONE}", at=company.clock.now()))
    now = (await company.lead()).score
    assert now.static > first.static
    answer = await told(company, "评分 张三 昨天")
    assert answer.startswith("3月2日 23:59的评分，按当时第 1 版规则")
    assert "询问价格" not in answer, "it was not received yet"
    assert "有电话" not in answer
    assert "询问价格" in await told(company, "评分 张三")
    assert "有电话" in await told(company, "评分 张三 今天")


async def test_a_past_score_is_that_of_the_rules_of_then_and_todays_beside(
    company: Company,
) -> None:
    await zhang_san(company)
    await company.lets_pass(2 * DAY)
    await drafted(company, {"points = 10\nrepeat": "points = 17\nrepeat"})
    await told(company, "规则 试算")
    await keeper(company).look()
    await told(company, "规则 发布")
    await keeper(company).look()
    answer = await told(company, "评分 张三 昨天")
    assert "按当时第 1 版规则" in answer
    assert "添加企业微信 +10" in answer
    assert "按现行第 2 版规则会是" in answer
    assert "添加企业微信 +17" in await told(company, "评分 张三")


async def test_a_time_before_the_first_score_or_ahead_is_said(company: Company) -> None:
    await zhang_san(company)
    assert await told(company, "评分 张三 上周二") == words("score.past.not_yet", name="张三")
    assert await told(company, "评分 张三 明天") == words("score.past.when", time="明天")


async def test_a_past_score_is_shown_to_who_may_see_the_lead_and_the_look_is_kept(
    company: Company,
) -> None:
    await zhang_san(company)
    lead = await company.lead()
    for by in (LI_LEI, MANAGER):
        await told(company, "评分 张三 今天", by)
    looks = await company.rows("select userid, what, via, person_id from access_log order by id")
    assert [tuple(look) for look in looks] == [
        (LI_LEI, "score", "command", lead.person_id),
        (MANAGER, "score", "command", lead.person_id),
    ]
    assert lead.owner is None
    assert HAN_MEIMEI not in {look["userid"] for look in looks}
