"""Publishing a tag: what is wrong is said in Chinese, what is right holds for the next event."""

from __future__ import annotations

import pytest

from domain.tags.reading import TagText
from domain.tags.spec import TagKind
from handlers.actions.tags.defining import publish
from handlers.reactions import settle
from storage.repositories.tag_definitions import TagVersion
from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_commands import told, zhang_san
from tests.unit.handlers.company import MANAGER, Company, new_process
from tests.unit.handlers.tagged import computed, did, paid


async def published(company: Company, text: TagText) -> TagVersion | str:
    async with company.store.unit_of_work(company.clock.now()) as work:
        made = await publish(work, company.ctx, text, MANAGER)
        if not isinstance(made, str):
            await work.commit()
    return made


async def test_what_was_rolled_back_was_never_published(company: Company) -> None:
    await company.receives(acts.added())
    once, twice = metric("甲", "次数(支付订单)"), metric("甲", "次数(支付订单) * 2")
    async with company.store.unit_of_work(company.clock.now()) as work:
        assert isinstance(await publish(work, company.ctx, once, MANAGER), TagVersion)
        await settle(work, company.ctx)
    other = Company(company.store, company.clock, new_process())
    assert isinstance(await published(other, twice), TagVersion)
    await did(company, paid(100))
    assert (await computed(company))["甲"] == 2.0


def layers(name: str, *conditions: tuple[str, str]) -> TagText:
    return TagText(name, TagKind.LAYERS, layers=conditions)


def metric(name: str, value: str) -> TagText:
    return TagText(name, TagKind.METRIC, value=value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (metric("甲", "次数(支付定单)"), "支付订单"),
        (metric("甲", "次数(支付订单, 9999天)"), "10 年"),
        (metric("甲", "标签.没有的 + 1"), "没有这个标签"),
        (layers("甲", ("高", "次数(支付订单)")), "“高”一层"),
        (metric("价值分层", "次数(支付订单)"), "高价值客户"),
        (metric("可触达", "次数(支付订单)"), "可触达"),
        (layers("近90天消费", ("高", '标签.RFM分层 = "重要价值"')), "RFM分层"),
        (layers("最近支付距今", ("高", "标签.生命周期 有值")), "→"),
        (layers("甲", ("", "有电话 = 是")), "名字"),
        (layers("甲", *((f"层{n}", "有电话 = 是") for n in range(25))), "24"),
        (TagText("甲", TagKind.EDGE, value="次数(支付订单)"), "首末次"),
        (TagText("甲", TagKind.EDGE, value="首次(支付订单)"), "首末次"),
        (TagText("甲", TagKind.EDGE, value="距今(首次(支付订单), 小时)"), "每时每刻"),
        (TagText("甲", TagKind.PREFERENCE, value="首次(支付订单.类别)"), "偏好"),
        (TagText("甲", TagKind.DAYS, value="次数(支付订单)"), "天数"),
        (TagText("", TagKind.METRIC, value="次数(支付订单)"), "名字"),
        (metric("高意向", "次数(支付订单)"), ""),
    ],
)
async def test_what_is_wrong_is_said(company: Company, text: TagText, said: str) -> None:
    made = await published(company, text)
    if not said:
        assert isinstance(made, TagVersion), "an offered name becomes a computed tag"
        return
    assert isinstance(made, str)
    assert said in made
    assert await company.count("tag_definition") == 0


async def test_the_next_event_is_tagged_by_the_new_version(company: Company) -> None:
    await company.receives(acts.added())
    await did(company, paid(100))
    assert (await computed(company))["价值分层"] == "低价值"
    made = await published(company, layers("价值分层", ("有钱", "做过(支付订单)")))
    assert isinstance(made, TagVersion)
    await did(company, paid(100))
    assert (await computed(company))["价值分层"] == "有钱"
    (row,) = await company.rows("select version from tagging where name = '价值分层'")
    assert row["version"] == made.version == 2


async def test_a_definition_that_cannot_be_read_any_more_stops_nobody(company: Company) -> None:
    await company.receives(acts.added())
    made = await published(company, metric("新", "次数(支付订单)"))
    assert isinstance(made, TagVersion)
    async with company.store.database.write() as tx:
        await tx.execute("update tag_definition set body = replace(body, $1, $2)", "支付", "消失")
        await tx.execute("update counter set value = value + 1 where name = 'tag-edition'")
    await did(company, paid(100))
    assert (await computed(company))["近90天订单数"] == 1.0


async def test_a_tag_by_hand_moves_the_tags_that_mention_it(company: Company) -> None:
    await zhang_san(company)
    await published(company, layers("重点", ("是", "标签.高意向 且 有电话 = 是")))
    assert "重点" not in await computed(company)
    await told(company, "标签 张三 高意向")
    assert (await computed(company))["重点"] == "是"
    await told(company, "标签 张三 -高意向")
    assert "重点" not in await computed(company)
