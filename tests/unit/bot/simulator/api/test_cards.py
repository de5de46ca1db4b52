"""Template cards: what the platform accepts and what it hands out (fact sheet 3.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.bot.simulator.wire_cards import (
    button_card,
    card_message,
    multiple_card,
    notice_card,
    vote_card,
)

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

SEND = "message/send"
ROW = {"keyname": "渠道", "value": "展会"}
BUTTON = {"text": "接收", "key": "a"}


@pytest.mark.parametrize("make", [button_card, vote_card, multiple_card])
async def test_interactive_cards_bring_a_response_code(
    api: PlatformCaller, sim: Simulator, make: Any
) -> None:
    answer = await api.post(SEND, card_message(make("lead-1")))
    assert answer["errcode"] == 0
    assert answer["response_code"]
    (message,) = sim.messages("app:LiLei")
    assert message.body["card"] == make("lead-1")


async def test_notice_brings_no_response_code(api: PlatformCaller) -> None:
    answer = await api.post(SEND, card_message(notice_card()))
    assert answer["errcode"] == 0
    assert "response_code" not in answer


async def test_news_notice_needs_a_picture(api: PlatformCaller) -> None:
    card = notice_card(card_type="news_notice")
    assert (await api.post(SEND, card_message(card)))["errcode"] == 40058
    card["card_image"] = {"url": "https://a.example/1.png", "aspect_ratio": 2.0}
    assert (await api.post(SEND, card_message(card)))["errcode"] == 0


@pytest.mark.parametrize(
    ("card", "errcode"),
    [
        (button_card(""), 40058),
        (button_card("有空格"), 42014),
        (button_card("x" * 129), 42014),
        (button_card("x" * 128), 0),
        (button_card("t", button_list=[]), 40058),
        (button_card("t", button_list=[BUTTON] * 7), 40058),
        (button_card("t", button_list=[{"text": "接收"}]), 40058),
        (button_card("t", button_list=[{"text": "接收", "key": "k" * 1025}]), 40058),
        (button_card("t", button_list=[{"text": "接收", "key": "k", "style": 5}]), 40058),
        (button_card("t", button_list=[{"text": "详情", "type": 1}]), 40058),
        (button_card("t", horizontal_content_list=[ROW] * 7), 40058),
        (button_card("t", horizontal_content_list=[ROW | {"type": 1}]), 40058),
        (button_card("t", jump_list=[{"title": "看", "type": 1, "url": "https://a"}] * 4), 40058),
        (button_card("t", card_type="poem"), 40058),
        (button_card("t", invented=1), 40058),
        (button_card("t", source={"desc": "Clew", "desc_color": 4}), 40058),
        (notice_card(card_action={"type": 0}), 40058),
        (notice_card(card_action={"type": 1}), 40058),
        (notice_card(action_menu={"action_list": [{"text": "忽略", "key": "ignore"}]}), 40058),
        (vote_card("t", submit_button=None), 40058),
        (multiple_card("t", select_list=[]), 40058),
    ],
)
async def test_card_beyond_the_ceilings_is_refused(
    api: PlatformCaller, sim: Simulator, card: dict[str, Any], errcode: int
) -> None:
    assert (await api.post(SEND, card_message(card)))["errcode"] == errcode
    assert len(sim.messages("app:LiLei")) == (errcode == 0)


async def test_task_id_is_never_used_twice(api: PlatformCaller) -> None:
    assert (await api.post(SEND, card_message(button_card("lead-1"))))["errcode"] == 0
    again = await api.post(SEND, card_message(button_card("lead-1"), "HanMeimei"))
    assert again["errcode"] == 42014


async def test_refused_card_leaves_its_task_id_free(api: PlatformCaller) -> None:
    refused = await api.post(SEND, card_message(button_card("lead-1"), "Nobody"))
    assert refused["errcode"] == 81013
    assert (await api.post(SEND, card_message(button_card("lead-1"))))["errcode"] == 0


async def test_callback_card_needs_a_receive_url(api: PlatformCaller, sim: Simulator) -> None:
    sim.world.switches = replace(sim.world.switches, has_receive_url=False)
    assert (await api.post(SEND, card_message(button_card("lead-1"))))["errcode"] == 43012
    assert (await api.post(SEND, card_message(notice_card())))["errcode"] == 0


async def test_texts_longer_than_advised_are_accepted_and_noted(
    api: PlatformCaller, sim: Simulator
) -> None:
    card = button_card("t", main_title={"title": "题" * 27})
    card["button_list"] = [{"text": "一二三四五六七八九十一", "key": "k"}]
    assert (await api.post(SEND, card_message(card)))["errcode"] == 0
    assert sim.calls(SEND)[-1].warnings == (
        "main_title.title is longer than 26",
        "button.text is longer than 10",
    )
    vote = vote_card("v")
    vote["checkbox"]["option_list"][0]["text"] = "一" * 12
    await api.post(SEND, card_message(vote))
    assert sim.calls(SEND)[-1].warnings == ("option.text is longer than 11",)
