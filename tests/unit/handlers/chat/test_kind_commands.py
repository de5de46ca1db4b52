"""``事件``: list, show, register."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.chat.command import CommandName, read_command
from domain.chat.command.kinds import KindsAsked, NamedProperty, kinds_asked
from domain.events.event import PropertyValue
from domain.events.registry import PropertyType
from domain.messages import Text
from domain.values import PersonId
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence
from handlers.reactions import settle
from tests.factories import NOW, person
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, TEXTS, Company


async def asked(company: Company, words: str, userid: str = MANAGER) -> str:
    before = len(await company.sent(userid))
    await company.receives(replace(acts.said(words, userid), dedupe_key=f"say:{before}:{words}"))
    (sent,) = (await company.sent(userid))[before:]
    assert isinstance(sent.body, Text)
    return sent.body.content


async def happens(company: Company, kind: str, properties: dict[str, PropertyValue]) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        who = work.add_person(person(id=PersonId(work.ids.next()), identities=()))
        key = f"k{work.ids.next()}"
        what = Occurrence(kind, NOW, key, properties=properties)
        await record_or_hold(work, company.ctx, "shop", who.id, what)
        await settle(work, company.ctx)
        await work.commit()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("事件", KindsAsked()),
        ("事件 支付订单", KindsAsked("支付订单")),
        ("事件：支付订单", KindsAsked("支付订单")),
        ("事件 登记 home_visit 上门拜访", KindsAsked("home_visit", "上门拜访")),
        ("事件 登记 home_visit", KindsAsked(is_incomplete=True)),
        ("事件 登记 home_visit hours=时长", KindsAsked(is_incomplete=True)),
        (
            "事件：登记 home_visit 上门拜访 hours=时长：数字 reason＝原因",
            KindsAsked(
                "home_visit",
                "上门拜访",
                (
                    NamedProperty("hours", "时长", PropertyType.NUMBER),
                    NamedProperty("reason", "原因"),
                ),
            ),
        ),
        (
            "事件 登记 home_visit 上门拜访 hours=时长:小数",
            KindsAsked("home_visit", "上门拜访", misread="hours=时长:小数"),
        ),
    ],
)
def test_the_words_are_read(text: str, expected: KindsAsked) -> None:
    command = read_command(text, "manager")
    assert command is not None
    assert command.name is CommandName.EVENTS
    assert kinds_asked(command.text) == expected


async def test_a_manager_sees_what_comes_and_what_waits(company: Company) -> None:
    await happens(company, "pay_order", {"amount": 3.0})
    await happens(company, "home_visit", {"hours": 2.0})
    told = await asked(company, "事件")
    assert "支付订单 1" in told
    assert "home_visit 1" in told
    assert "https://clew.example/events" in told


async def test_a_kind_is_shown_by_name_or_label(company: Company) -> None:
    for word in ("支付订单", "pay_order"):
        told = await asked(company, f"事件 {word}")
        assert told.startswith("支付订单（pay_order）\n强关联，计入互动")
        assert "金额（数字）" in told
    assert await asked(company, "事件 没有的") == TEXTS.get("kinds.unknown", name="没有的")


async def test_registering_in_chat_lets_what_waited_happen(company: Company) -> None:
    await happens(company, "home_visit", {"hours": 2.0})
    told = await asked(company, "事件 home_visit")
    assert told == TEXTS.get("kinds.unknown_waits", name="home_visit", count=1)
    told = await asked(company, "事件 登记 home_visit 上门拜访")
    assert "“上门拜访”已登记" in told
    assert company.ctx.events.kinds["home_visit"].properties.keys() == {"hours"}
    for timer in await company.due():
        await company.receives(timer)
    assert "home_visit" in await company.kinds()


async def test_what_is_wrong_is_told(company: Company) -> None:
    told = await asked(company, "事件 登记 home_visit 登录")
    assert told == "登录 = log_in：" + TEXTS.get("refusals.kind_label_taken")
    assert await asked(company, "事件 登记 home_visit") == TEXTS.get("kinds.how_to_register")


async def test_a_rep_may_not(company: Company) -> None:
    await asked(company, "事件 登记 home_visit 上门拜访", LI_LEI)
    assert "home_visit" not in company.ctx.events.kinds


async def test_properties_get_their_chinese_words_while_registering(company: Company) -> None:
    await happens(company, "home_visit", {"hours": 2.0, "reason": "demo", "extra": True})
    told = await asked(
        company, "事件 登记 home_visit 上门拜访 hours=时长 reason=原因:文本 city=城市"
    )
    assert "时长（数字）、原因（文字）、城市（文字）、extra（是/否）" in told
    specs = company.ctx.events.kinds["home_visit"].properties
    assert {name: spec.label for name, spec in specs.items()} == {
        "hours": "时长",
        "reason": "原因",
        "city": "城市",
        "extra": "extra",
    }
    # Once more with another word: types stay, what is not named stays.
    await asked(company, "事件 登记 home_visit 上门拜访 hours=小时数")
    specs = company.ctx.events.kinds["home_visit"].properties
    assert (specs["hours"].label, specs["hours"].type) == ("小时数", PropertyType.NUMBER)
    assert specs["reason"].label == "原因"


async def test_a_property_that_is_misread_is_told_with_an_example(company: Company) -> None:
    told = await asked(company, "事件 登记 home_visit 上门拜访 hours")
    assert told == TEXTS.get("kinds.misread_property", word="hours")
    assert "home_visit" not in company.ctx.events.kinds
