from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom import render
from bot.wecom.cards import CannotRenderError, Unfit
from bot.wecom.render import AppEnvelope, KfEnvelope
from domain.messages import Body, Card, CardButton, MarkTag, Menu, Remark, Text, Welcome

ENVELOPE = AppEnvelope("LiLei", 1000002, 7, "https://crm.example.com/")
MENU = Menu("想了解什么？", (("price", "价格"), ("trial", "试听")), "回复数字也可以")


def app(body: Body, envelope: AppEnvelope = ENVELOPE) -> dict[str, Any]:
    return render.app_message(body, envelope)


def test_an_app_text_asks_for_the_duplicate_check_of_four_hours() -> None:
    message = app(Text("新线索"))
    assert message["touser"] == "LiLei"
    assert message["agentid"] == 1000002
    assert message["enable_duplicate_check"] == 1
    assert message["duplicate_check_interval"] == 14400


def test_two_equal_reminders_differ_and_a_resend_does_not() -> None:
    first, again = app(Text("回访张三")), app(Text("回访张三"))
    other = app(Text("回访张三"), AppEnvelope("LiLei", 1000002, 8))
    assert first == again
    assert first["text"] != other["text"]


def test_the_mark_has_no_width_and_stands_behind_the_text() -> None:
    content = app(Text("回访张三"))["text"]["content"]
    assert content.startswith("回访张三")
    assert set(content.removeprefix("回访张三")) <= {"\u200b", "\u200c"}


def test_an_address_at_the_end_does_not_take_the_mark_in() -> None:
    content = app(Text("请打开：https://clew.example/events"))["text"]["content"]
    assert content.splitlines()[0] == "请打开：https://clew.example/events"


@given(st.integers(0, 2**63 - 2**32), st.integers(1, 2**32 - 1))
def test_marks_of_rows_made_within_seconds_differ(row_id: int, later: int) -> None:
    base = row_id & ~(2**32 - 1)
    assert render.send_mark(base) != render.send_mark(base + later)


@given(st.text(min_size=1, max_size=3000).filter(str.strip), st.integers(0, 2**63 - 1))
def test_text_and_mark_together_keep_to_2048_bytes(text: str, send_id: int) -> None:
    envelope = AppEnvelope("LiLei", 1, send_id)
    assert len(app(Text(text), envelope)["text"]["content"].encode()) <= 2048


def test_a_card_needs_no_mark_because_its_task_id_is_unique() -> None:
    message = app(Card("新线索", "t1", buttons=(CardButton("接收", "a"),)))
    assert message["msgtype"] == "template_card"
    assert message["template_card"]["task_id"] == "t1"


def test_a_kf_text_carries_our_msgid() -> None:
    envelope = KfEnvelope("wm1", "wk1", "7_abc")
    assert render.kf_message(Text("您好"), envelope) == {
        "touser": "wm1",
        "open_kfid": "wk1",
        "msgid": "7_abc",
        "msgtype": "text",
        "text": {"content": "您好"},
    }


def test_a_kf_menu_has_clickable_answers() -> None:
    message = render.kf_message(MENU, KfEnvelope("wm1", "wk1", "7"))
    assert message["msgmenu"] == {
        "head_content": "想了解什么？",
        "list": [
            {"type": "click", "click": {"id": "price", "content": "价格"}},
            {"type": "click", "click": {"id": "trial", "content": "试听"}},
        ],
        "tail_content": "回复数字也可以",
    }


def test_a_kf_event_is_answered_by_its_code() -> None:
    message = render.kf_event_message(Text("欢迎"), "CODE", "7")
    assert message == {
        "code": "CODE",
        "msgid": "7",
        "msgtype": "text",
        "text": {"content": "欢迎"},
    }


def test_an_official_menu_has_flat_items() -> None:
    message: dict[str, Any] = render.official_message(MENU, "o1")
    assert message["touser"] == "o1"
    assert message["msgmenu"]["list"][0] == {"id": "price", "content": "价格"}


def test_an_official_text() -> None:
    assert render.official_message(Text("您好"), "o1") == {
        "touser": "o1",
        "msgtype": "text",
        "text": {"content": "您好"},
    }


def test_a_welcome_may_bring_a_link() -> None:
    body = Welcome("CODE", "您好", "课程介绍", "https://crm.example.com/c")
    assert render.welcome(body) == {
        "welcome_code": "CODE",
        "text": {"content": "您好"},
        "attachments": [
            {
                "msgtype": "link",
                "link": {"title": "课程介绍", "url": "https://crm.example.com/c"},
            }
        ],
    }


def test_a_welcome_may_be_text_alone() -> None:
    assert "attachments" not in render.welcome(Welcome("CODE", "您好"))


def test_a_remark_is_cut_and_never_touches_phones() -> None:
    body: dict[str, Any] = render.remark(Remark("LiLei", "张" * 30, "描" * 200), "wm1")
    assert (len(body["remark"]), len(body["description"])) == (20, 150)
    assert "remark_mobiles" not in body


def test_tags_are_added_and_removed() -> None:
    body = render.mark_tag(MarkTag("LiLei", add=("t1",), remove=("t2",)), "wm1")
    assert body == {
        "userid": "LiLei",
        "external_userid": "wm1",
        "add_tag": ["t1"],
        "remove_tag": ["t2"],
    }


def test_menus_are_cut_to_ten_items() -> None:
    menu = Menu("头" * 2000, tuple((str(n), "项" * 100) for n in range(15)), "尾" * 2000)
    wire: Any = render.official_message(menu, "o1")["msgmenu"]
    assert len(wire["list"]) == 10
    assert len(wire["head_content"].encode()) <= 1024
    assert len(wire["list"][0]["content"].encode()) <= 128


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda: app(MENU), Unfit.KIND),
        (lambda: app(Text("  ")), Unfit.EMPTY_TEXT),
        (lambda: render.kf_message(Card("t", "1"), KfEnvelope("a", "b", "c")), Unfit.KIND),
        (lambda: render.kf_event_message(Text("x"), "", "7"), Unfit.EVENT_WITHOUT_CODE),
        (lambda: render.official_message(Card("t", "1"), "o1"), Unfit.KIND),
        (lambda: render.official_message(Menu("h", ()), "o1"), Unfit.MENU_WITHOUT_ITEM),
        (lambda: render.official_message(Menu("h", (("", "x"),)), "o1"), Unfit.MENU_ID_LENGTH),
        (lambda: render.welcome(Text("x")), Unfit.KIND),
        (lambda: render.welcome(Welcome("", "x")), Unfit.WELCOME_WITHOUT_CODE),
        (lambda: render.welcome(Welcome("C", "")), Unfit.EMPTY_TEXT),
        (lambda: render.remark(Text("x"), "wm1"), Unfit.KIND),
        (lambda: render.mark_tag(Text("x"), "wm1"), Unfit.KIND),
        (lambda: render.mark_tag(MarkTag("a"), "wm1"), Unfit.NO_TAG),
    ],
    ids=range(13),
)
def test_a_body_without_a_form_on_the_endpoint_is_refused(wrong: Any, reason: Unfit) -> None:
    with pytest.raises(CannotRenderError) as caught:
        wrong()
    assert caught.value.reason is reason


def test_what_is_not_given_is_not_sent() -> None:
    link = Welcome("CODE", "", link_url="https://crm.example.com/c")
    assert "text" not in render.welcome(link)
    assert "description" not in render.remark(Remark("LiLei", "张三"), "wm1")
    assert "add_tag" not in render.mark_tag(MarkTag("LiLei", remove=("t2",)), "wm1")
    assert "remove_tag" not in render.mark_tag(MarkTag("LiLei", add=("t1",)), "wm1")
