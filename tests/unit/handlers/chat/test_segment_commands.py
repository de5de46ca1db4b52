"""圈选 in chat: the list, a count that comes as a card, a new one with a confirmation."""

from __future__ import annotations

import pytest

from bot.crowds import Crowds
from bot.segmenting import SegmentRunner
from domain.buttons import Verb
from domain.messages import Card
from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_commands import told
from tests.unit.handlers.company import LI_LEI, MANAGER, Company, words
from tests.unit.handlers.tagged import did, paid

NEW = "圈选 老客户 = 次数(支付订单) >= 2 且 非 标签.暂不联系"
#: A rule as 神策 keeps it: paid twice or more in seven days.
RULE = (
    '{"type": "event_rule", "measure": {"type": "event_measure", "event_name": "pay_order",'
    ' "aggregator": "general"}, "time_function": "relative_time", "time_params": ["7 day"],'
    ' "function": "least", "params": [2]}'
)


async def card(company: Company) -> Card:
    """Let what was asked for be worked off; return the card that came."""
    await SegmentRunner(Crowds(company.store, company.ctx, company.clock)).work_off()
    return (await company.cards(MANAGER))[-1]


async def two_orders(company: Company) -> None:
    await company.receives(acts.added(), acts.fetched(name="张三"))
    await did(company, paid(6000), paid(6000))


async def test_the_list_names_all_with_what_they_are(company: Company) -> None:
    answer = await told(company, "圈选", MANAGER)
    assert "高价值客户（还没算过）" in answer


async def test_a_tag_by_hand_that_is_called_like_one_spoils_none(company: Company) -> None:
    await two_orders(company)
    await told(company, "标签 张三 高价值客户", MANAGER)
    assert "唤醒名单" in await told(company, "圈选", MANAGER)
    await told(company, "圈选 甲 = 圈选.高价值客户", MANAGER)
    assert (await card(company)).rows[0].value == words("segment.exactly", size=1, everybody=1)


async def test_no_new_one_is_called_like_a_tag_by_hand(company: Company) -> None:
    await two_orders(company)
    await told(company, "标签 张三 贵客", MANAGER)
    assert "标签的名字" in await told(company, "圈选 贵客 = 有电话 = 是", MANAGER)


async def test_a_rep_may_not(company: Company) -> None:
    assert await told(company, "圈选", LI_LEI) == words("command.not_allowed")


async def test_a_count_comes_with_examples_and_forgives_a_slip(company: Company) -> None:
    await two_orders(company)
    assert await told(company, "圈选 高价值客护", MANAGER) == words(
        "segment.counting", name="高价值客户"
    )
    shown = await card(company)
    assert shown.title == words("segment.card_title", name="高价值客户")
    assert shown.rows[0].value == words("segment.exactly", size=1, everybody=1)
    assert shown.rows[2].value == "张三"
    assert shown.buttons == ()


async def test_a_new_one_is_kept_when_it_is_confirmed(company: Company) -> None:
    await two_orders(company)
    await told(company, NEW, MANAGER)
    shown = await card(company)
    assert shown.rows[0].value == words("segment.exactly", size=1, everybody=1)
    assert await company.count("segment") == 0
    await company.receives(acts.clicked(acts.key_of(shown, Verb.SEGMENT, ""), MANAGER))
    (kept,) = await company.rows("select name, text, author from segment")
    assert tuple(kept) == ("老客户", "次数(支付订单) >= 2 且 非 标签.暂不联系", MANAGER)
    audit = await company.rows("select result from audit where command = 'segment'")
    assert [row["result"] for row in audit] == ["done", "done"]


async def test_a_rule_of_sensors_is_taken_as_a_new_one(company: Company) -> None:
    await two_orders(company)
    await told(company, f"圈选 老客户 = {RULE}", MANAGER)
    shown = await card(company)
    assert shown.rows[0].value == words("segment.exactly", size=1, everybody=1)
    await company.receives(acts.clicked(acts.key_of(shown, Verb.SEGMENT, ""), MANAGER))
    (kept,) = await company.rows("select name, text from segment")
    assert tuple(kept) == ("老客户", "次数(支付订单, 7天) >= 2")


async def test_what_a_rule_of_sensors_names_and_nobody_knows_is_said(company: Company) -> None:
    answer = await told(company, f"圈选 甲 = {RULE.replace('pay_order', 'pay_odrer')}", MANAGER)
    assert "measure.event_name" in answer
    assert "pay_order" in answer


async def test_a_tap_by_a_rep_keeps_nothing(company: Company) -> None:
    await told(company, NEW, MANAGER)
    shown = await card(company)
    await company.receives(acts.clicked(acts.key_of(shown, Verb.SEGMENT, ""), LI_LEI))
    assert await company.count("segment") == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("圈选 甲 = 次数(支付定单) >= 2", "支付订单"),
        ("圈选 甲 = 次数(支付订单, 9999天) >= 2", "10 年"),
        ("圈选 甲 = 圈选.甲", "甲 → 甲"),
        ("圈选 价值分层 = 有电话 = 是", "标签的名字"),
        ("圈选 从未听说", "没有叫"),
    ],
)
async def test_what_is_wrong_is_said_with_place_and_remedy(
    company: Company, text: str, said: str
) -> None:
    assert said in await told(company, text, MANAGER)
    assert await company.count("segment_run") == 0
