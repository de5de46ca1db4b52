"""The official account's API (fact sheet 3.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from tests.unit.bot.simulator.seeded import (
    TEMPLATE,
    XIAO_MEI,
    XIAO_MEI_OPENID,
    ZHANG_SAN,
    ZHANG_SAN_OPENID,
    ZHANG_SAN_UNIONID,
)

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew
    from tests.unit.bot.simulator.platform_caller import OfficialCaller

SEND = "message/custom/send"
TEMPLATE_SEND = "message/template/send"
WINDOW = f"mp:{ZHANG_SAN}"


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"touser": ZHANG_SAN_OPENID, "msgtype": "text", "text": {"content": content}} | more


def shown(sim: Simulator) -> list[str]:
    return [m.text for m in sim.messages(WINDOW) if m.sender == demo.MP_ACCOUNT]


async def send(mp: OfficialCaller, times: int) -> list[int]:
    return [(await mp.post(SEND, text(f"答{n}")))["errcode"] for n in range(times)]


async def test_message_allows_five_answers_within_48_hours(
    mp: OfficialCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await sim.follow(ZHANG_SAN)
    clock.advance(timedelta(minutes=2))
    assert await send(mp, 1) == [45015]
    await sim.say_mp(ZHANG_SAN, "多少钱")
    assert await send(mp, 6) == [0, 0, 0, 0, 0, 45047]
    await sim.say_mp(ZHANG_SAN, "好")
    clock.advance(timedelta(hours=48))
    mp.token = ""
    assert await send(mp, 1) == [0]
    clock.advance(timedelta(seconds=1))
    assert await send(mp, 1) == [45015]


async def test_following_scanning_and_tapping_allow_three_within_a_minute(
    mp: OfficialCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await sim.follow(ZHANG_SAN)
    assert await send(mp, 4) == [0, 0, 0, 45047]
    await sim.follow(ZHANG_SAN, "expo")
    assert await send(mp, 4) == [0, 0, 0, 45047]
    await mp.post("menu/create", {"button": [{"type": "click", "name": "课程", "key": "c"}]})
    sim.fans.tap_menu(ZHANG_SAN, "c")
    assert await send(mp, 1) == [0]
    clock.advance(timedelta(seconds=61))
    assert await send(mp, 1) == [45015]


async def test_both_windows_add_up(mp: OfficialCaller, sim: Simulator) -> None:
    await sim.follow(ZHANG_SAN)
    await sim.say_mp(ZHANG_SAN, "多少钱")
    assert await send(mp, 9) == [0] * 8 + [45047]
    assert len(shown(sim)) == 8


async def test_only_followers_can_be_written_to(mp: OfficialCaller, sim: Simulator) -> None:
    assert (await mp.post(SEND, text("您好")))["errcode"] == 43004
    await sim.follow(ZHANG_SAN)
    await sim.unfollow(ZHANG_SAN)
    assert (await mp.post(SEND, text("您好")))["errcode"] == 43004
    assert (await mp.post(SEND, text("您好", touser="oInvented")))["errcode"] == 40003


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "touser"}, 40008),
        ({"msgtype": "image"}, 40058),
        ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "线" * 683}}, 45002),
        ({"msgtype": "news", "news": {"articles": [{"title": "a"}] * 2}}, 40058),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "b"}]}}, 0),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40058),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "价格"}]}}, 0),
        ({"customservice": {"kf_account": "a@b"}}, 0),
        ({"surprise": 1}, 40058),
    ],
)
async def test_message_types_are_checked(
    mp: OfficialCaller, sim: Simulator, body: dict[str, Any], errcode: int
) -> None:
    await sim.follow(ZHANG_SAN)
    assert (await mp.post(SEND, text("您好") | body))["errcode"] == errcode


def template(**more: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "数学试听课"}, "time2": {"value": "明天 15:00"}}
    return {"touser": ZHANG_SAN_OPENID, "template_id": TEMPLATE, "data": data} | more


async def test_template_is_shown_and_its_end_reported(
    mp: OfficialCaller, sim: Simulator, clew: ListeningClew
) -> None:
    await sim.follow(ZHANG_SAN)
    answer = await mp.post(TEMPLATE_SEND, template(url="https://a.example"))
    assert isinstance(answer["msgid"], int)
    await sim.settled()
    (job,) = clew.named("TEMPLATESENDJOBFINISH")
    assert job.fields["MsgID"] == str(answer["msgid"])
    assert job.fields["Status"] == "success"
    assert sim.messages(WINDOW)[-1].text.splitlines() == [
        "预约成功通知",
        "数学试听课",
        "明天 15:00",
    ]


async def test_client_msg_id_keeps_a_second_template_away_for_ten_minutes(
    mp: OfficialCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await sim.follow(ZHANG_SAN)
    ids = [(await mp.post(TEMPLATE_SEND, template(client_msg_id="c1")))["msgid"] for _ in "ab"]
    assert len(set(ids)) == 1
    assert len(shown(sim)) == 1
    clock.advance(timedelta(minutes=10))
    await mp.post(TEMPLATE_SEND, template(client_msg_id="c1"))
    assert len(shown(sim)) == 2


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"template_id": "invented"}, 40037),
        ({"data": {}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {"thing1": "plain"}}, 40058),
        ({"touser": XIAO_MEI_OPENID}, 43004),
    ],
)
async def test_wrong_template_is_refused(
    mp: OfficialCaller, sim: Simulator, change: dict[str, Any], errcode: int
) -> None:
    await sim.follow(ZHANG_SAN)
    assert (await mp.post(TEMPLATE_SEND, template(**change)))["errcode"] == errcode


def code(action: str, **scene: Any) -> dict[str, Any]:
    return {"action_name": action, "action_info": {"scene": scene}}


async def test_scene_code_comes_back_with_whoever_follows_through_it(
    mp: OfficialCaller, sim: Simulator, clew: ListeningClew
) -> None:
    body = code("QR_STR_SCENE", scene_str="expo2026_b7") | {"expire_seconds": 604800}
    answer = await mp.post("qrcode/create", body)
    assert answer["expire_seconds"] == 604800
    await sim.follow(ZHANG_SAN, "expo2026_b7")
    await sim.settled()
    fields = clew.named("subscribe")[0].fields
    assert fields["EventKey"] == "qrscene_expo2026_b7"
    assert fields["Ticket"] == answer["ticket"]
    info = await mp.get("user/info", openid=ZHANG_SAN_OPENID, lang="zh_CN")
    assert (info["subscribe"], info["subscribe_scene"]) == (1, "ADD_SCENE_QR_CODE")
    assert (info["qr_scene"], info["qr_scene_str"]) == (0, "expo2026_b7")
    assert info["unionid"] == ZHANG_SAN_UNIONID
    assert "nickname" not in info


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (code("QR_SCENE", scene_id=7), 0),
        (code("QR_LIMIT_SCENE", scene_id=100000), 0),
        (code("QR_LIMIT_STR_SCENE", scene_str="forever"), 0),
        (code("QR_LIMIT_SCENE", scene_id=100001), 40058),
        (code("QR_SCENE", scene_str="word"), 40058),
        (code("QR_STR_SCENE", scene_str=""), 40058),
        (code("QR_STR_SCENE", scene_str="s" * 65), 40058),
        (code("QR_ODD", scene_id=1), 40058),
        (code("QR_SCENE", scene_id=7) | {"expire_seconds": 2592001}, 40058),
    ],
)
async def test_scene_codes_are_checked(
    mp: OfficialCaller, body: dict[str, Any], errcode: int
) -> None:
    answer = await mp.post("qrcode/create", body)
    assert answer["errcode"] == errcode
    if errcode == 0:
        assert ("expire_seconds" in answer) == (not body["action_name"].startswith("QR_LIMIT"))


async def test_users_are_told(mp: OfficialCaller, sim: Simulator) -> None:
    await sim.follow(XIAO_MEI, "7")
    refs = [{"openid": XIAO_MEI_OPENID}, {"openid": ZHANG_SAN_OPENID}]
    answer = await mp.post("user/info/batchget", {"user_list": refs})
    mei, zhang = answer["user_info_list"]
    assert (mei["subscribe"], mei["qr_scene"]) == (1, 7)
    assert "unionid" not in mei
    assert zhang == {"subscribe": 0, "openid": ZHANG_SAN_OPENID}
    assert (await mp.get("user/info", openid="oInvented"))["errcode"] == 40003
