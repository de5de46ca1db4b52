"""Corp tags both ways: ours shown in WeCom, what people change there taken in, no loops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.messages import CorpTagName, WearTags
from domain.values import UserId
from handlers.updates.fetched import Follower, FollowerTag
from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_commands import told, zhang_san
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company

OURS = "Clew 标签"
HIGH = CorpTagName(OURS, "高意向", is_anywhere=True)
MINUTE = timedelta(minutes=1)


async def wishes(company: Company) -> list[WearTags]:
    found = [s.body for s in await company.sent() if isinstance(s.body, WearTags)]
    assert all(wish.spared == ("价值分层",) for wish in found)
    return [replace(wish, spared=()) for wish in found]


async def tags(company: Company) -> dict[str, tuple[str, bool]]:
    rows = await company.rows("select name, source, is_worn from tagging where source <> 'rule'")
    return {row["name"]: (row["source"], bool(row["is_worn"])) for row in rows}


async def seen(company: Company, *names: str, group: str = "人工", rep: str = LI_LEI) -> None:
    """Let somebody edit the customer in WeCom, and the answer say what the member shows."""
    company.clock.advance(MINUTE)
    worn = tuple(FollowerTag(name, group, f"et{name}") for name in names)
    followers = (Follower(UserId(rep), tags=worn),)
    await company.receives(acts.fetched(followers=followers, at=company.clock.now()))


async def test_a_tag_put_on_in_chat_is_shown_by_the_member(company: Company) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 高意向")
    assert await wishes(company) == [WearTags(LI_LEI, (HIGH,))]
    await told(company, "标签 张三 -高意向")
    assert (await wishes(company))[-1] == WearTags(LI_LEI, (), (HIGH,))


async def test_what_is_put_on_and_off_in_one_batch_is_not_sent(company: Company) -> None:
    await zhang_san(company)
    on, off = acts.said("标签 张三 高意向"), acts.said("标签 张三 -高意向")
    await company.receives(on, off)
    assert await wishes(company) == []


async def test_a_tag_put_on_in_wecom_is_taken_in_and_not_sent_back(company: Company) -> None:
    await zhang_san(company)
    await seen(company, "老客户")
    assert await tags(company) == {"老客户": ("wecom", True)}
    assert await wishes(company) == []


async def test_a_tag_taken_off_in_wecom_is_gone(company: Company) -> None:
    await zhang_san(company)
    await seen(company, "老客户")
    await seen(company)
    assert await tags(company) == {}
    assert await wishes(company) == []
    history = await company.rows(
        "select after, source from tag_change where source <> 'rule' order by id"
    )
    assert [(row["after"], row["source"]) for row in history] == [
        ("true", "wecom"),
        (None, "wecom"),
    ]


async def test_a_tag_that_is_on_its_way_is_not_taken_for_removed(company: Company) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 高意向")
    await seen(company)
    assert await tags(company) == {"高意向": ("hand", False)}


async def test_our_own_tag_taken_off_in_wecom_is_gone_once_it_was_seen_there(
    company: Company,
) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 高意向")
    await seen(company, "高意向", group=OURS)
    assert await tags(company) == {"高意向": ("hand", True)}
    await seen(company)
    assert await tags(company) == {}
    assert len(await wishes(company)) == 1


async def test_an_answer_to_an_older_event_takes_nothing_off(company: Company) -> None:
    await zhang_san(company)
    before = company.clock.now() - MINUTE
    await seen(company, "老客户")
    late = acts.fetched(followers=(Follower(LI_LEI),), at=before)
    await company.receives(late)
    assert "老客户" in await tags(company)


async def test_a_tag_of_wecom_taken_off_in_chat_is_taken_off_there(company: Company) -> None:
    await zhang_san(company)
    await seen(company, "老客户")
    await told(company, "标签 张三 -老客户")
    assert await wishes(company) == [
        WearTags(LI_LEI, (), (CorpTagName("", "老客户", is_anywhere=True),))
    ]


async def test_personal_tags_of_a_rep_stay_the_reps(company: Company) -> None:
    await zhang_san(company)
    mine = FollowerTag("我的备注", kind=2)
    followers = (Follower(LI_LEI, tags=(mine,)),)
    await company.receives(acts.fetched(followers=followers, at=company.clock.now()))
    assert await tags(company) == {}


async def test_another_member_who_gets_the_customer_shows_the_tags_too(company: Company) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 高意向")
    await company.receives(acts.added(rep=HAN_MEIMEI, at=company.clock.now()))
    assert (await wishes(company))[-1] == WearTags(HAN_MEIMEI, (HIGH,))
