"""message/send (fact sheet 3.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.config import Limits, SimulatorConfig
from bot.simulator.world.app_chat import DropReason
from tests.unit.bot.simulator.wire_cards import card_message, notice_card, text_message

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

SEND = "message/send"


@pytest.fixture
def base_config() -> SimulatorConfig:
    limits = Limits(member_per_minute=3, member_per_hour=5)
    return replace(demo.demo_config(), limits=limits)


def texts(sim: Simulator, userid: str) -> list[str]:
    return [message.text for message in sim.messages(f"app:{userid}")]


async def test_text_appears_in_the_window_of_each_receiver(
    api: PlatformCaller, sim: Simulator
) -> None:
    answer = await api.post(SEND, text_message("新线索 L20931", "LiLei|HanMeimei"))
    assert answer["errcode"] == 0
    assert answer["msgid"]
    assert answer["invaliduser"] == ""
    assert "response_code" not in answer
    for userid in ("LiLei", "HanMeimei"):
        assert texts(sim, userid) == ["新线索 L20931"]
    assert texts(sim, "WangManager") == []


async def test_receivers_come_from_departments_and_everybody_too(
    api: PlatformCaller, sim: Simulator
) -> None:
    await api.post(SEND, text_message("部门", "", toparty="2"))
    await api.post(SEND, text_message("全员", "@all"))
    for userid in ("LiLei", "HanMeimei", "WangManager"):
        assert texts(sim, userid) == ["部门", "全员"]


async def test_unknown_receivers_come_back_in_lower_case(
    api: PlatformCaller, sim: Simulator
) -> None:
    body = text_message("你好", "lilei|NoBody", toparty="2|99", totag="7")
    answer = await api.post(SEND, body)
    assert answer["errcode"] == 0
    assert answer["invaliduser"] == "nobody"
    assert answer["invalidparty"] == "99"
    assert answer["invalidtag"] == "7"
    assert texts(sim, "LiLei") == ["你好"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "Nobody"}, 81013),
        ({"touser": ""}, 82001),
        ({"toparty": "|".join(["2"] * 101)}, 82002),
        ({"totag": "|".join(["7"] * 101)}, 82003),
        ({"touser": "|".join(["LiLei"] * 1001)}, 40058),
        ({"agentid": 1}, 40056),
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "markdown"}, 40058),
        ({"text": {"content": ""}}, 44004),
        ({"text": {}}, 40058),
        ({"text": {"content": 7}}, 40058),
        ({"surprise": 1}, 40058),
        ({"enable_duplicate_check": 1, "duplicate_check_interval": 14401}, 40058),
    ],
)
async def test_request_beyond_the_rules_is_refused(
    api: PlatformCaller, sim: Simulator, change: dict[str, Any], errcode: int
) -> None:
    assert (await api.post(SEND, text_message("你好") | change))["errcode"] == errcode
    assert texts(sim, "LiLei") == []


async def test_text_is_cut_behind_2048_bytes_on_a_character(
    api: PlatformCaller, sim: Simulator
) -> None:
    assert (await api.post(SEND, text_message("线" * 700)))["errcode"] == 0
    assert texts(sim, "LiLei") == ["线" * 682]
    assert sim.calls(SEND)[-1].warnings == ("text is cut behind 2048 bytes",)


async def test_markdown_over_2048_bytes_is_refused(api: PlatformCaller) -> None:
    body = {"touser": "LiLei", "msgtype": "markdown", "agentid": 1000002}
    assert (await api.post(SEND, body | {"markdown": {"content": "**好**"}}))["errcode"] == 0
    answer = await api.post(SEND, body | {"markdown": {"content": "线" * 683}})
    assert answer["errcode"] == 45002


@pytest.mark.parametrize(
    ("msgtype", "part", "errcode"),
    [
        ("textcard", {"title": "标题", "description": "内容", "url": "https://a.example"}, 0),
        ("textcard", {"title": "题" * 43, "description": "内容", "url": "https://a"}, 45002),
        ("news", {"articles": [{"title": "文章", "url": "https://a.example"}]}, 0),
        ("news", {"articles": []}, 45008),
        ("news", {"articles": [{"title": "文章"}] * 9}, 45008),
        ("image", {"media_id": "gone"}, 40007),
    ],
)
async def test_other_types_are_checked(
    api: PlatformCaller, msgtype: str, part: dict[str, Any], errcode: int
) -> None:
    body = {"touser": "LiLei", "msgtype": msgtype, "agentid": 1000002, msgtype: part}
    assert (await api.post(SEND, body))["errcode"] == errcode


async def test_member_gets_so_many_a_minute_and_the_rest_vanishes_without_error(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    answers = [await api.post(SEND, text_message(f"第 {n} 条")) for n in range(5)]
    assert {answer["errcode"] for answer in answers} == {0}
    assert texts(sim, "LiLei") == ["第 0 条", "第 1 条", "第 2 条"]
    assert [d.reason for d in sim.dropped] == [DropReason.MEMBER_LIMIT] * 2
    assert {d.userid for d in sim.dropped} == {"LiLei"}
    await api.post(SEND, text_message("另一人", "HanMeimei"))
    assert texts(sim, "HanMeimei") == ["另一人"]
    clock.advance(timedelta(minutes=1))
    await api.post(SEND, text_message("又一分钟"))
    assert texts(sim, "LiLei")[-1] == "又一分钟"


async def test_member_gets_so_many_an_hour(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    for number in range(6):
        await api.post(SEND, text_message(f"第 {number} 条"))
        clock.advance(timedelta(minutes=2))
    assert len(texts(sim, "LiLei")) == 5


async def test_same_json_within_the_interval_is_dropped_without_error(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    body = text_message("只一次", enable_duplicate_check=1, duplicate_check_interval=600)
    assert [(await api.post(SEND, body))["errcode"] for _ in range(2)] == [0, 0]
    assert texts(sim, "LiLei") == ["只一次"]
    assert [d.reason for d in sim.dropped] == [DropReason.DUPLICATE]
    await api.post(SEND, body | {"text": {"content": "只一次。"}})
    assert texts(sim, "LiLei") == ["只一次", "只一次。"]
    clock.advance(timedelta(seconds=600))
    await api.post(SEND, body)
    assert len(texts(sim, "LiLei")) == 3


async def test_repeated_card_is_a_duplicate_before_it_is_a_reused_task(
    api: PlatformCaller, sim: Simulator
) -> None:
    body = card_message(notice_card(task_id="t-1")) | {"enable_duplicate_check": 1}
    assert [(await api.post(SEND, body))["errcode"] for _ in range(2)] == [0, 0]
    assert len(sim.messages("app:LiLei")) == 1


async def test_refused_message_does_not_count_as_duplicate(
    api: PlatformCaller, sim: Simulator
) -> None:
    body = text_message("你好", "Nobody", enable_duplicate_check=1)
    assert [(await api.post(SEND, body))["errcode"] for _ in range(2)] == [81013, 81013]
    assert sim.dropped == []


async def test_equal_messages_without_the_check_both_arrive(
    api: PlatformCaller, sim: Simulator
) -> None:
    for _ in range(2):
        await api.post(SEND, text_message("提醒：回访张三"))
    assert len(texts(sim, "LiLei")) == 2
