from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.wecom.cards import CannotRenderError, Unfit, card_update, template_card
from domain.messages import Card, CardButton, CardRow, CardUpdate, Choice

HOME = "https://crm.example.com/"
ACCEPT = CardButton("接收", "accept:1", style=1)
CARD = Card("新线索 张三", "lead-1-1", buttons=(ACCEPT,))


def wire(card: Card, home: str = HOME) -> dict[str, Any]:
    return template_card(card, home)


def test_a_card_with_buttons_can_be_clicked() -> None:
    assert wire(CARD) == {
        "card_type": "button_interaction",
        "main_title": {"title": "新线索 张三"},
        "task_id": "lead-1-1",
        "button_list": [{"text": "接收", "style": 1, "type": 0, "key": "accept:1"}],
    }


def test_a_card_without_buttons_is_a_notice_that_leads_somewhere() -> None:
    card = Card("已分配", "t1", url="https://crm.example.com/l/1")
    assert wire(card)["card_type"] == "text_notice"
    assert wire(card)["card_action"] == {"type": 1, "url": "https://crm.example.com/l/1"}
    assert wire(replace(card, url=""))["card_action"]["url"] == HOME


def test_every_part_of_a_card_has_its_place() -> None:
    card = Card(
        title="张三",
        task_id="t1",
        description="A1 · 抖音",
        rows=(
            CardRow("电话", "138****5678"),
            CardRow("详情", "打开", url="https://crm.example.com/l/1"),
            CardRow("顾问", "李雷", userid="LiLei"),
        ),
        buttons=(ACCEPT, CardButton("详情", "", url="https://crm.example.com/l/1")),
        choice=Choice("reason", "退回原因", (("price", "价格"), ("time", "时间")), "time"),
        advice="先问需求",
        text="刚刚问了价格",
        source="Clew 线索",
        url="https://crm.example.com/l/1",
    )
    card_wire = wire(card)
    assert card_wire["source"] == {"desc": "Clew 线索"}
    assert card_wire["main_title"] == {"title": "张三", "desc": "A1 · 抖音"}
    assert card_wire["quote_area"] == {"type": 0, "quote_text": "先问需求"}
    assert card_wire["sub_title_text"] == "刚刚问了价格"
    assert card_wire["horizontal_content_list"] == [
        {"keyname": "电话", "value": "138****5678"},
        {"keyname": "详情", "value": "打开", "type": 1, "url": "https://crm.example.com/l/1"},
        {"keyname": "顾问", "value": "李雷", "type": 3, "userid": "LiLei"},
    ]
    assert card_wire["button_list"][1] == {
        "text": "详情",
        "style": 1,
        "type": 1,
        "url": "https://crm.example.com/l/1",
    }
    assert card_wire["button_selection"] == {
        "question_key": "reason",
        "title": "退回原因",
        "option_list": [{"id": "price", "text": "价格"}, {"id": "time", "text": "时间"}],
        "selected_id": "time",
    }
    assert card_wire["card_action"] == {"type": 1, "url": "https://crm.example.com/l/1"}


def test_lengths_and_counts_are_cut_to_what_the_platform_shows() -> None:
    long = "长" * 300
    card = Card(
        title=long,
        task_id="t1",
        description=long,
        rows=tuple(CardRow(long, long) for _ in range(9)),
        buttons=tuple(CardButton(long, f"k{n}", style=9) for n in range(9)),
        choice=Choice("q", long, tuple((str(n), long) for n in range(15))),
        advice=long,
        text=long,
        source=long,
    )
    cut = wire(card)
    assert len(cut["main_title"]["title"]) == 26
    assert len(cut["main_title"]["desc"]) == 30
    assert len(cut["sub_title_text"]) == 112
    assert len(cut["source"]["desc"]) == 13
    assert len(cut["horizontal_content_list"]) == 6
    assert len(cut["horizontal_content_list"][0]["keyname"]) == 5
    assert len(cut["horizontal_content_list"][0]["value"]) == 26
    assert len(cut["button_list"]) == 6
    assert (len(cut["button_list"][0]["text"]), cut["button_list"][0]["style"]) == (10, 1)
    assert len(cut["button_selection"]["option_list"]) == 10
    assert cut["main_title"]["title"].endswith("…")


@pytest.mark.parametrize("task_id", ["", "has space", "中文", "a" * 129, "a:b"])
def test_a_task_id_the_platform_would_refuse_is_not_sent(task_id: str) -> None:
    with pytest.raises(CannotRenderError) as caught:
        wire(replace(CARD, task_id=task_id))
    assert caught.value.reason is Unfit.CARD_TASK_ID


@pytest.mark.parametrize("task_id", ["a", "A-1_b@2", "a" * 128])
def test_a_good_task_id_is_kept(task_id: str) -> None:
    assert wire(replace(CARD, task_id=task_id))["task_id"] == task_id


@pytest.mark.parametrize(
    ("card", "home", "reason"),
    [
        (Card("t", "1"), "", Unfit.NOTICE_WITHOUT_URL),
        (
            Card("t", "1", choice=Choice("q", "t", (("a", "b"),))),
            HOME,
            Unfit.CHOICE_WITHOUT_BUTTON,
        ),
        (replace(CARD, choice=Choice("q", "t", ())), HOME, Unfit.CHOICE_WITHOUT_OPTION),
        (replace(CARD, buttons=(CardButton("b", ""),)), HOME, Unfit.BUTTON_KEY_LENGTH),
        (replace(CARD, buttons=(CardButton("b", "k" * 1025),)), HOME, Unfit.BUTTON_KEY_LENGTH),
        (Card("t", "1", url="https://x/" + "u" * 2048), HOME, Unfit.URL_LENGTH),
    ],
    ids=["nowhere", "choice", "no_option", "no_key", "long_key", "long_url"],
)
def test_what_a_cut_would_change_is_refused(card: Card, home: str, reason: Unfit) -> None:
    with pytest.raises(CannotRenderError) as caught:
        wire(card, home)
    assert caught.value.reason is reason


def test_a_clicked_button_becomes_a_grey_word() -> None:
    update = CardUpdate("RC", ("LiLei",), replace_name="已接收")
    assert card_update(update, 1000002, HOME) == {
        "userids": ["LiLei"],
        "agentid": 1000002,
        "response_code": "RC",
        "button": {"replace_name": "已接收"},
    }


def test_a_card_can_be_replaced_whole() -> None:
    update = CardUpdate("RC", ("LiLei",), card=Card("张三 的画像", "t2"))
    body: dict[str, Any] = card_update(update, 1000002, HOME)
    assert body["template_card"]["card_type"] == "text_notice"
    assert "button" not in body


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        (CardUpdate("", ("a",), "x"), Unfit.UPDATE_WITHOUT_CODE),
        (CardUpdate("RC", (), "x"), Unfit.UPDATE_WITHOUT_RECEIVER),
        (CardUpdate("RC", ("a",)), Unfit.UPDATE_WITHOUT_WORD),
    ],
)
def test_an_update_that_cannot_work_is_not_sent(update: CardUpdate, reason: Unfit) -> None:
    with pytest.raises(CannotRenderError) as caught:
        card_update(update, 1, HOME)
    assert caught.value.reason is reason
