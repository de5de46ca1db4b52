"""update_template_card and recall (fact sheet 3.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.bot.simulator.wire_cards import (
    button_card,
    card_message,
    notice_card,
    text_message,
)

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

SEND = "message/send"
UPDATE = "message/update_template_card"


def update(code: str, *userids: str, **more: Any) -> dict[str, Any]:
    body = {"userids": list(userids), "agentid": 1000002, "response_code": code}
    return body | (more or {"button": {"replace_name": "已接收"}})


async def sent_card(api: PlatformCaller, touser: str = "LiLei|HanMeimei") -> str:
    answer = await api.post(SEND, card_message(button_card("lead-1"), touser))
    code: str = answer["response_code"]
    return code


async def test_buttons_are_replaced_for_the_named_members_only(
    api: PlatformCaller, sim: Simulator
) -> None:
    code = await sent_card(api)
    answer = await api.post(UPDATE, update(code, "lilei", "WangManager"))
    assert answer["errcode"] == 0
    assert answer["invaliduser"] == ["wangmanager"]
    assert sim.messages("app:LiLei")[0].replaced == "已接收"
    assert sim.messages("app:HanMeimei")[0].replaced is None


async def test_everybody_and_departments_can_be_named(api: PlatformCaller, sim: Simulator) -> None:
    code = await sent_card(api)
    await api.post(UPDATE, update(code, atall=1, button={"replace_name": "已结束"}))
    windows = ("app:LiLei", "app:HanMeimei")
    assert [sim.messages(window)[0].replaced for window in windows] == ["已结束"] * 2


async def test_whole_card_can_be_replaced_and_lives_again(
    api: PlatformCaller, sim: Simulator
) -> None:
    code = await sent_card(api)
    await api.post(UPDATE, update(code, "LiLei"))
    (message,) = sim.messages("app:LiLei")
    await sim.click(sim.messages("app:HanMeimei")[0].id, "accept:1")
    await sim.settled()
    new = notice_card(main_title={"title": "张三 已由韩梅梅接收"})
    fresh = sim.world.app.response_codes.issue(
        next(iter(sim.world.app.sent.values())), sim.world.now, timedelta(hours=72)
    )
    answer = await api.post(UPDATE, update(fresh, "LiLei", template_card=new))
    assert answer["errcode"] == 0
    assert message.body["card"] == new
    assert message.replaced is None


async def test_response_code_works_once(api: PlatformCaller) -> None:
    code = await sent_card(api)
    codes = [(await api.post(UPDATE, update(code, "LiLei")))["errcode"] for _ in range(2)]
    assert codes == [0, 40058]


@pytest.mark.parametrize(("hours", "errcode"), [(72, 0), (73, 40058)])
async def test_response_code_lives_72_hours(
    api: PlatformCaller, clock: DrivenClock, hours: int, errcode: int
) -> None:
    code = await sent_card(api)
    clock.advance(timedelta(hours=hours))
    api.token = ""
    assert (await api.post(UPDATE, update(code, "LiLei")))["errcode"] == errcode


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"response_code": "RC-invented"}, 40058),
        ({"agentid": 1}, 40056),
        ({"userids": []}, 82001),
        ({"button": None}, 40058),
        ({"template_card": notice_card()}, 40058),
        ({"userids": "LiLei"}, 40058),
    ],
)
async def test_wrong_update_is_refused_and_keeps_the_code(
    api: PlatformCaller, change: dict[str, Any], errcode: int
) -> None:
    code = await sent_card(api)
    assert (await api.post(UPDATE, update(code, "LiLei") | change))["errcode"] == errcode
    assert (await api.post(UPDATE, update(code, "LiLei")))["errcode"] == 0


async def test_recalled_message_disappears(api: PlatformCaller, sim: Simulator) -> None:
    answer = await api.post(SEND, text_message("发错了"))
    for _ in range(2):
        assert (await api.post("message/recall", {"msgid": answer["msgid"]}))["errcode"] == 0
    (message,) = sim.messages("app:LiLei")
    assert (message.kind, message.text) == ("event", "线索助手 撤回了一条消息")


async def test_message_of_yesterday_cannot_be_recalled(
    api: PlatformCaller, clock: DrivenClock
) -> None:
    answer = await api.post(SEND, text_message("发错了"))
    clock.advance(timedelta(hours=25))
    api.token = ""
    assert (await api.post("message/recall", {"msgid": answer["msgid"]}))["errcode"] == 40058
    assert (await api.post("message/recall", {"msgid": "invented"}))["errcode"] == 40058
