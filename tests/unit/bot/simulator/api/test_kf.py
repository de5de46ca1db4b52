"""微信客服: pull, send, sessions (fact sheet 3.8)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.config import Limits, SimulatorConfig
from bot.simulator.faults import Fault, FaultKind
from tests.unit.bot.simulator.seeded import STRANGER, XIAO_MEI, ZHANG_SAN, ZHANG_SAN_UNIONID

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

KFID = demo.OPEN_KFID
SYNC = "kf/sync_msg"
SEND = "kf/send_msg"
ON_EVENT = "kf/send_msg_on_event"
TRANS = "kf/service_state/trans"
WINDOW = f"kf:{ZHANG_SAN}"
WHOSE = {"open_kfid": KFID, "external_userid": ZHANG_SAN}


@pytest.fixture
def base_config() -> SimulatorConfig:
    limits = Limits(kf_page=2, kf_empty_every=3, kf_tokenless_per_minute=4)
    return replace(demo.demo_config(), limits=limits)


def text(content: str, **more: Any) -> dict[str, Any]:
    body = {"touser": ZHANG_SAN, "open_kfid": KFID, "msgtype": "text", "text": {"content": content}}
    return body | more


async def enter(sim: Simulator, clew: ListeningClew) -> str:
    """Enter and return the pull token of the callback."""
    await sim.enter_kf(ZHANG_SAN, "web", "sem=1")
    await sim.settled()
    return clew.named("kf_msg_or_event")[-1].fields["Token"]


async def pull(api: PlatformCaller, cursor: str, token: str) -> dict[str, Any]:
    body = {"open_kfid": KFID, "cursor": cursor, "token": token}
    answer = await api.post(SYNC, body)
    assert answer["errcode"] == 0, answer
    return answer


async def pull_all(
    api: PlatformCaller, token: str, cursor: str = ""
) -> tuple[list[dict[str, Any]], list[int], str]:
    """Return messages, page sizes and the last cursor."""
    messages: list[dict[str, Any]] = []
    sizes: list[int] = []
    while True:
        page = await pull(api, cursor, token)
        messages += page["msg_list"]
        sizes.append(len(page["msg_list"]))
        cursor = page["next_cursor"]
        assert len(cursor) <= 64
        if not page["has_more"]:
            return messages, sizes, cursor


async def test_account_is_listed(api: PlatformCaller) -> None:
    answer = await api.post("kf/account/list", {"offset": 0, "limit": 10})
    assert [(a["open_kfid"], a["name"]) for a in answer["account_list"]] == [(KFID, "线索课堂客服")]
    assert (await api.post("kf/account/list", {"offset": 1}))["account_list"] == []


async def test_pull_brings_what_customers_did_in_pages_with_an_empty_one(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    token = await enter(sim, clew)
    for number in range(4):
        await sim.say_kf(ZHANG_SAN, f"第{number}句")
    messages, sizes, cursor = await pull_all(api, token)
    assert sizes == [2, 2, 0, 1]
    event, *said = messages
    assert event["msgtype"] == "event"
    assert "external_userid" not in event
    assert event["event"]["external_userid"] == ZHANG_SAN
    assert event["event"]["event_type"] == "enter_session"
    assert (event["event"]["scene"], event["event"]["scene_param"]) == ("web", "sem=1")
    assert event["event"]["welcome_code"]
    assert [m["text"]["content"] for m in said] == ["第0句", "第1句", "第2句", "第3句"]
    assert {(m["origin"], m["external_userid"], m["open_kfid"]) for m in said} == {
        (3, ZHANG_SAN, KFID)
    }
    assert said[0]["send_time"] == int(clock.now().timestamp())
    assert len({m["msgid"] for m in messages}) == 5
    again, _, _ = await pull_all(api, token, cursor)
    assert again == []
    await sim.say_kf(ZHANG_SAN, "还在吗")
    more, _, _ = await pull_all(api, token, cursor)
    assert [m["text"]["content"] for m in more] == ["还在吗"]


async def test_what_the_api_sent_is_not_pulled(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    token = await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "多少钱")
    assert (await api.post(SEND, text("您好")))["errcode"] == 0
    messages, _, _ = await pull_all(api, token)
    assert [m["msgtype"] for m in messages] == ["event", "text"]


async def test_log_reaches_back_three_days(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    await enter(sim, clew)
    clock.advance(timedelta(days=3, seconds=1))
    await sim.say_kf(ZHANG_SAN, "回来了")
    await sim.settled()
    token = clew.named("kf_msg_or_event")[-1].fields["Token"]
    messages, _, _ = await pull_all(api, token)
    assert [m["text"]["content"] for m in messages] == ["回来了"]


async def test_pull_token_lives_ten_minutes(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    token = await enter(sim, clew)
    clock.advance(timedelta(minutes=10))
    await pull(api, "", token)
    clock.advance(timedelta(seconds=1))
    answer = await api.post(SYNC, {"open_kfid": KFID, "token": token})
    assert answer["errcode"] == 95007
    invented = await api.post(SYNC, {"open_kfid": KFID, "token": "ENCinvented"})
    assert invented["errcode"] == 95007


async def test_pull_without_token_is_strictly_limited(
    api: PlatformCaller, clock: DrivenClock
) -> None:
    codes = [(await api.post(SYNC, {"open_kfid": KFID}))["errcode"] for _ in range(5)]
    assert codes == [0, 0, 0, 0, 45009]
    clock.advance(timedelta(minutes=1))
    assert (await api.post(SYNC, {"open_kfid": KFID}))["errcode"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"open_kfid": "wkInvented"},
        {"cursor": "invented"},
        {"cursor": "c" * 65},
        {"cursor": "cur-x-9-0"},
        {"limit": 1001},
        {"open_kfid": None},
    ],
)
async def test_wrong_pull_is_refused(api: PlatformCaller, change: dict[str, Any]) -> None:
    assert (await api.post(SYNC, {"open_kfid": KFID} | change))["errcode"] == 40058


async def test_cursor_of_an_earlier_run_starts_anew(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    token = await enter(sim, clew)
    page = await pull(api, "cur-formerrun-0-17", token)
    assert len(page["msg_list"]) == 1


async def test_sixth_pull_at_once_is_one_too_many(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.SLOW, "*/sync_msg", times=None, seconds=0.1))
    token = sim.world.kf.issue_token(KFID, sim.world.now)
    calls = [api.post(SYNC, {"open_kfid": KFID, "token": token}) for _ in range(6)]
    codes = sorted(answer["errcode"] for answer in await asyncio.gather(*calls))
    assert codes == [0, 0, 0, 0, 0, 45033]


async def test_five_messages_may_follow_one_of_the_customer(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    await enter(sim, clew)
    assert (await api.post(SEND, text("太早")))["errcode"] == 95002
    await sim.say_kf(ZHANG_SAN, "多少钱")
    codes = [(await api.post(SEND, text(f"答{n}")))["errcode"] for n in range(6)]
    assert codes == [0, 0, 0, 0, 0, 95001]
    await sim.say_kf(ZHANG_SAN, "好的")
    assert (await api.post(SEND, text("再答")))["errcode"] == 0
    shown = [m.text for m in sim.messages(WINDOW) if m.sender == KFID]
    assert shown == ["答0", "答1", "答2", "答3", "答4", "再答"]


@pytest.mark.parametrize(("hours", "errcode"), [(48, 0), (49, 95002)])
async def test_window_closes_after_48_hours(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, hours: int, errcode: int
) -> None:
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "多少钱")
    later = sim.world.now + timedelta(hours=hours)
    session = sim.world.kf.accounts[KFID].sessions[ZHANG_SAN]
    session.last_customer_at = sim.world.now - (later - sim.world.now)
    assert (await api.post(SEND, text("您好")))["errcode"] == errcode


async def test_own_msgid_makes_sending_idempotent(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "多少钱")
    for _ in range(8):
        answer = await api.post(SEND, text("您好", msgid="clew-1"))
        assert (answer["errcode"], answer["msgid"]) == (0, "clew-1")
    assert [m.text for m in sim.messages(WINDOW) if m.sender == KFID] == ["您好"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"msgid": "x" * 33}, 40058),
        ({"msgid": "有"}, 40058),
        ({"open_kfid": "wkInvented"}, 40058),
        ({"touser": STRANGER}, 40096),
        ({"touser": XIAO_MEI}, 95002),
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "touser"}, 40008),
        ({"msgtype": "msgmenu"}, 40058),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "线" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"msgtype": "link", "link": {"title": "a", "url": "b", "thumb_media_id": "x"}}, 40007),
    ],
)
async def test_wrong_message_is_refused_and_costs_nothing(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, change: dict[str, Any], errcode: int
) -> None:
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "多少钱")
    assert (await api.post(SEND, text("您好") | change))["errcode"] == errcode
    assert sim.world.kf.accounts[KFID].sessions[ZHANG_SAN].sent == 0


def menu(**more: Any) -> dict[str, Any]:
    lines = [
        {"type": "click", "click": {"id": "price", "content": "价格"}},
        {"type": "view", "view": {"url": "https://a.example", "content": "官网"}},
        {"type": "text", "text": {"content": "或直接留言"}},
    ]
    return {"head_content": "想了解什么？", "list": lines, "tail_content": "谢谢"} | more


async def test_menu_and_place_are_shown(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "在吗")
    assert (await api.post(SEND, text("") | {"msgtype": "msgmenu", "msgmenu": menu()}))[
        "errcode"
    ] == 0
    shown = sim.messages(WINDOW)[-1]
    assert (shown.kind, shown.text) == ("menu", "想了解什么？")
    wire = shown.body["menu"]
    assert isinstance(wire, dict)
    assert wire["list"][0] == {"type": "click", "click": {"content": "价格", "id": "price"}}
    place = {"latitude": 31.2, "longitude": 121.4, "name": "校区"}
    answer = await api.post(SEND, text("") | {"msgtype": "location", "location": place})
    assert answer["errcode"] == 0
    link = {"link_url": "https://work.weixin.qq.com/ca/x"}
    answer = await api.post(SEND, text("") | {"msgtype": "ca_link", "ca_link": link})
    assert answer["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"list": [{"type": "click", "click": {"content": "a"}}] * 11}, 40058),
        ({"list": [{"type": "click"}]}, 40058),
        ({"list": [], "head_content": ""}, 40058),
        ({"head_content": "长" * 342}, 45002),
    ],
)
async def test_wrong_menu_is_refused(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, change: dict[str, Any], errcode: int
) -> None:
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "在吗")
    body = text("") | {"msgtype": "msgmenu", "msgmenu": menu(**change)}
    assert (await api.post(SEND, body))["errcode"] == errcode


async def test_blocked_message_fails_afterwards_by_event(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    token = await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "别发了")
    sim.desk.block(ZHANG_SAN)
    answer = await api.post(SEND, text("您好"))
    assert answer["errcode"] == 0
    messages, _, _ = await pull_all(api, token)
    failure = messages[-1]["event"]
    assert (failure["event_type"], failure["fail_type"]) == ("msg_send_fail", 8)
    assert failure["fail_msgid"] == answer["msgid"]
    assert [m.text for m in sim.messages(WINDOW) if m.sender == KFID] == []


async def entry_code(api: PlatformCaller, sim: Simulator, clew: ListeningClew) -> str:
    messages, _, _ = await pull_all(api, await enter(sim, clew))
    code: str = messages[-1]["event"]["welcome_code"]
    return code


def welcome(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "msgtype": "text", "text": {"content": "欢迎"}} | more


async def test_welcome_on_entering_is_shown_once(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    code = await entry_code(api, sim, clew)
    codes = [(await api.post(ON_EVENT, welcome(code)))["errcode"] for _ in range(2)]
    assert codes == [0, 41051]
    assert sim.messages(WINDOW)[-1].text == "欢迎"


async def test_welcome_on_entering_must_come_in_20_seconds(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    code = await entry_code(api, sim, clew)
    clock.advance(timedelta(seconds=21))
    assert (await api.post(ON_EVENT, welcome(code)))["errcode"] == 41050
    assert (await api.post(ON_EVENT, welcome("KCinvented")))["errcode"] == 41050
    image = {"msgtype": "image", "image": {"media_id": "x"}}
    assert (await api.post(ON_EVENT, welcome(code) | image))["errcode"] == 40058


async def move(api: PlatformCaller, state: int, **more: Any) -> dict[str, Any]:
    return await api.post(TRANS, WHOSE | {"service_state": state} | more)


async def test_session_moves_and_only_states_0_and_1_let_the_api_send(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    assert (await api.post("kf/service_state/get", WHOSE))["service_state"] == 0
    assert (await move(api, 1))["errcode"] == 95016
    await enter(sim, clew)
    await sim.say_kf(ZHANG_SAN, "在吗")
    assert (await move(api, 1))["errcode"] == 0
    assert (await api.post(SEND, text("机器人")))["errcode"] == 0
    assert (await move(api, 0))["errcode"] == 95016
    assert (await move(api, 3, servicer_userid="WangManager"))["errcode"] == 95014
    assert (await move(api, 3, servicer_userid="LiLei"))["errcode"] == 0
    told = await api.post("kf/service_state/get", WHOSE)
    assert (told["service_state"], told["servicer_userid"]) == (3, "LiLei")
    assert (await api.post(SEND, text("插话")))["errcode"] == 95016
    ended = await move(api, 4)
    assert (await api.post(SEND, text("晚了")))["errcode"] == 95013
    assert (await move(api, 1))["errcode"] == 95013
    assert (await api.post(ON_EVENT, welcome(ended["msg_code"])))["errcode"] == 0
    await sim.say_kf(ZHANG_SAN, "又来")
    assert (await api.post("kf/service_state/get", WHOSE))["service_state"] == 0


async def test_queue_code_lives_48_hours(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    await enter(sim, clew)
    code = (await move(api, 2))["msg_code"]
    clock.advance(timedelta(hours=48))
    api.token = ""
    assert (await api.post(ON_EVENT, welcome(code)))["errcode"] == 0


async def test_customers_who_entered_are_told(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    await enter(sim, clew)
    body = {"external_userid_list": [ZHANG_SAN, XIAO_MEI, STRANGER]}
    answer = await api.post("kf/customer/batchget", body)
    (customer,) = answer["customer_list"]
    assert (customer["nickname"], customer["unionid"]) == ("张三", ZHANG_SAN_UNIONID)
    assert answer["invalid_external_userid"] == [XIAO_MEI, STRANGER]
    assert (await api.post("kf/customer/batchget", {"external_userid_list": []}))[
        "errcode"
    ] == 40058


async def test_link_into_the_account_carries_the_scene(api: PlatformCaller) -> None:
    answer = await api.post("kf/add_contact_way", {"open_kfid": KFID, "scene": "web"})
    assert answer["url"].endswith(f"{KFID}?scene=web")
    assert (await api.post("kf/add_contact_way", {"open_kfid": KFID, "scene": "有"}))[
        "errcode"
    ] == 40058
