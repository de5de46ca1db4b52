"""Members in the corp app (fact sheet 2.1, 2.2, 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.world.windows import MessageKind, Said
from tests.unit.bot.simulator.listening_clew import Answer, ListeningClew
from tests.unit.bot.simulator.wire_cards import (
    button_card,
    card_message,
    multiple_card,
    notice_card,
    text_message,
    vote_card,
)

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from bot.simulator.world.windows import Message
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

SEND = "message/send"


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def show(api: PlatformCaller, sim: Simulator, card: dict[str, Any]) -> Message:
    answer = await api.post(SEND, card_message(card))
    assert answer["errcode"] == 0, answer
    return sim.messages("app:LiLei")[-1]


async def test_text_arrives_with_message_and_agent_id(sim: Simulator, clew: ListeningClew) -> None:
    await sim.say_app("lilei", "漏斗")
    fields = await last(sim, clew)
    assert (fields["FromUserName"], fields["Content"]) == ("LiLei", "漏斗")
    assert fields["AgentID"] == "1000002"
    assert int(fields["MsgId"]) > 2**60
    for userid, text in (("Nobody", "漏斗"), ("LiLei", "")):
        with pytest.raises(ActRefused):
            await sim.say_app(userid, text)


async def test_other_messages_and_events_are_sent(sim: Simulator, clew: ListeningClew) -> None:
    body = {"PicUrl": "https://a.example/1.png", "MediaId": "m1"}
    sim.members.send("LiLei", "image", body, Said(MessageKind.IMAGE))
    assert (await last(sim, clew))["MediaId"] == "m1"
    sim.members.event("LiLei", "enter_agent", [("EventKey", "")])
    fields = await last(sim, clew)
    assert (fields["Event"], fields["EventKey"]) == ("enter_agent", "")
    assert "MsgId" not in fields


async def test_menu_click_is_an_event_with_its_key(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    menu = {
        "button": [
            {"type": "click", "name": "我的线索", "key": "my_leads"},
            {"type": "view", "name": "看板", "url": "https://a.example"},
        ]
    }
    await api.post("menu/create", menu, agentid=1000002)
    await sim.app_menu("LiLei", "my_leads")
    fields = await last(sim, clew)
    assert (fields["Event"], fields["EventKey"]) == ("click", "my_leads")
    await sim.app_menu("LiLei", "https://a.example")
    assert (await last(sim, clew))["Event"] == "view"
    with pytest.raises(ActRefused):
        await sim.app_menu("LiLei", "invented")


async def test_tapped_button_brings_choice_and_a_fresh_code_each_time(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    card = await show(api, sim, button_card("lead-1"))
    codes = set()
    fields: dict[str, str] = {}
    for _ in range(2):
        await sim.click(card.id, "return:1", {"reason": "area"})
        fields = await last(sim, clew)
        codes.add(fields["ResponseCode"])
    assert (fields["Event"], fields["EventKey"]) == ("template_card_event", "return:1")
    assert (fields["TaskId"], fields["CardType"]) == ("lead-1", "button_interaction")
    assert (fields["FromUserName"], fields["AgentID"]) == ("LiLei", "1000002")
    item = "SelectedItems/SelectedItem"
    assert clew.arrived[-1].text(f"{item}/QuestionKey") == "reason"
    assert clew.arrived[-1].text(f"{item}/OptionIds/OptionId") == "area"
    assert len(codes) == 2
    for code in codes:
        body = {
            "userids": ["LiLei"],
            "agentid": 1000002,
            "response_code": code,
            "button": {"replace_name": "已退回"},
        }
        assert (await api.post("message/update_template_card", body))["errcode"] == 0


async def test_preselected_choices_go_along(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    card = await show(api, sim, button_card("lead-1"))
    await sim.click(card.id, "accept:1", {"reason": ""})
    await sim.settled()
    assert clew.arrived[-1].text(".//OptionId") == "busy"
    vote = await show(api, sim, vote_card("vote-1"))
    await sim.click(vote.id, "submit", {"states": ["a", "b"]})
    await sim.settled()
    assert [e.text for e in clew.arrived[-1].tree.iter("OptionId")] == ["a", "b"]
    await sim.click(vote.id, "submit")
    await sim.settled()
    assert [e.text for e in clew.arrived[-1].tree.iter("OptionId")] == ["a"]


async def test_nothing_chosen_means_no_selected_items(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    card = await show(api, sim, multiple_card("m-1"))
    await sim.click(card.id, "submit")
    assert "SelectedItems" not in await last(sim, clew)


async def test_corner_menu_is_an_event_of_its_own(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    menu = {"action_list": [{"text": "不再提醒", "key": "mute"}]}
    card = await show(api, sim, notice_card(task_id="n-1", action_menu=menu))
    await sim.click(card.id, "mute")
    fields = await last(sim, clew)
    assert (fields["Event"], fields["EventKey"]) == ("template_card_menu_event", "mute")
    assert "SelectedItems" not in fields


async def test_impossible_taps_are_refused(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    card = await show(api, sim, button_card("lead-1"))
    await api.post(SEND, text_message("不是卡片"))
    text = sim.messages("app:LiLei")[-1]
    said = await sim.say_app("LiLei", "漏斗")
    await sim.settled()
    cases: list[tuple[str, str, dict[str, Any], No]] = [
        ("m-invented", "accept:1", {}, No.UNKNOWN_MESSAGE),
        (text.id, "accept:1", {}, No.NOT_A_CARD),
        (said.id, "accept:1", {}, No.NOT_A_CARD),
        (card.id, "invented", {}, No.UNKNOWN_BUTTON),
        (card.id, "accept:1", {"reason": "invented"}, No.UNKNOWN_OPTION),
        (card.id, "accept:1", {"invented": "busy"}, No.UNKNOWN_OPTION),
    ]
    for message_id, key, selected, code in cases:
        with pytest.raises(ActRefused) as refused:
            await sim.click(message_id, key, selected)
        assert refused.value.code is code
    card.replaced = "已接收"
    with pytest.raises(ActRefused) as refused:
        await sim.click(card.id, "accept:1")
    assert refused.value.code is No.CARD_IS_REPLACED
    await sim.settled()
    assert clew.named("template_card_event") == []


def passive(clew: ListeningClew, inner: str) -> Answer:
    plaintext = f"<xml>{inner}</xml>".encode()
    return Answer(body=clew.corp.seal_xml(plaintext, timestamp=1700000000, nonce="n").body)


async def test_passive_text_is_shown(sim: Simulator, clew: ListeningClew) -> None:
    clew.answers.append(passive(clew, "<MsgType>text</MsgType><Content>好的</Content>"))
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert [m.text for m in sim.messages("app:LiLei")] == ["你好", "好的"]


async def test_passive_button_update_greys_the_tapped_card_only(
    sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    await api.post(SEND, card_message(button_card("lead-1"), "LiLei|HanMeimei"))
    card = sim.messages("app:LiLei")[0]
    button = "<Button><ReplaceName>已接收</ReplaceName></Button>"
    clew.answers.append(passive(clew, f"<MsgType>update_button</MsgType>{button}"))
    await sim.click(card.id, "accept:1")
    await sim.settled()
    assert card.replaced == "已接收"
    assert sim.messages("app:HanMeimei")[0].replaced is None


@pytest.mark.parametrize("body", [b"success", b"", b'{"ok":true}', b"<xml>plain</xml>"])
async def test_other_answers_show_nothing(sim: Simulator, clew: ListeningClew, body: bytes) -> None:
    clew.answers.append(Answer(body=body))
    await sim.say_app("LiLei", "你好")
    await sim.settled()
    assert [m.text for m in sim.messages("app:LiLei")] == ["你好"]
    assert sim.deliveries[0].is_accepted
