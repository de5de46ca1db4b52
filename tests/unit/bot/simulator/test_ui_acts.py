"""POST /ui/act: every act, and Chinese words for what cannot be done."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import SystemClock
from bot.simulator import demo
from bot.simulator.acts.stage import No
from bot.simulator.simulator import Simulator
from bot.simulator.texts import load_texts
from bot.simulator.ui_acts import perform
from tests.unit.bot.simulator.listening_clew import ListeningClew, utf8_json
from tests.unit.bot.simulator.seeded import EXPO, GROUP, XIAO_MEI, ZHANG_SAN, ZHANG_SAN_OPENID
from tests.unit.bot.simulator.wire_cards import button_card, card_message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller

    Act = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def act(client: TestClient[Any, Any]) -> Act:
    async def do(name: str, /, **fields: Any) -> dict[str, Any]:
        response = await client.post("/ui/act", data=utf8_json({"do": name, **fields}))
        assert response.status == 200
        found: dict[str, Any] = json.loads(await response.read())
        return found

    return do


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def test_customer_scans_and_deletes(act: Act, sim: Simulator, clew: ListeningClew) -> None:
    answer = await act("scan", customer=ZHANG_SAN, config_id=EXPO)
    assert answer == {"ok": True, "conversation": f"friend:{ZHANG_SAN}:LiLei"}
    assert (await last(sim, clew))["ChangeType"] == "add_external_contact"
    assert (await act("delete_rep", customer=ZHANG_SAN, userid="LiLei"))["ok"]
    assert (await last(sim, clew))["ChangeType"] == "del_follow_user"


async def test_customer_follows_scans_and_leaves(
    act: Act, sim: Simulator, clew: ListeningClew
) -> None:
    answer = await act("follow", customer=ZHANG_SAN)
    assert answer == {"ok": True, "conversation": f"mp:{ZHANG_SAN}"}
    await act("follow", customer=ZHANG_SAN, scene="desk")
    assert (await last(sim, clew))["Event"] == "SCAN"
    assert (await act("unfollow", customer=ZHANG_SAN))["ok"]
    assert (await last(sim, clew))["Event"] == "unsubscribe"


async def test_customer_enters_kf_and_joins_a_group(
    act: Act, sim: Simulator, clew: ListeningClew
) -> None:
    answer = await act("enter_kf", customer=ZHANG_SAN, scene="web", scene_param="a=1")
    assert answer["conversation"] == f"kf:{ZHANG_SAN}"
    assert (await last(sim, clew))["Event"] == "kf_msg_or_event"
    answer = await act("join_group", customer=ZHANG_SAN, chat_id=GROUP, join_scene=3)
    assert answer["conversation"] == f"group:{GROUP}"
    assert (await last(sim, clew))["UpdateDetail"] == "add_member"


async def test_everybody_speaks_in_their_own_windows(act: Act, sim: Simulator) -> None:
    await sim.enter_kf(ZHANG_SAN)
    await sim.follow(ZHANG_SAN)
    await sim.scan(ZHANG_SAN, EXPO)
    friend = f"friend:{ZHANG_SAN}:LiLei"
    cases = [
        ("app:LiLei", "LiLei"),
        (f"kf:{ZHANG_SAN}", ZHANG_SAN),
        (f"mp:{ZHANG_SAN}", ZHANG_SAN),
        (friend, ZHANG_SAN),
        (friend, "LiLei"),
        (f"group:{GROUP}", "HanMeimei"),
    ]
    for conversation, sender in cases:
        answer = await act("say", conversation=conversation, sender=sender, text="你好")
        assert answer["ok"], answer
        message = sim.messages(conversation)[-1]
        assert (message.id, message.sender) == (answer["message"], sender)


async def test_a_mention_of_the_bot_in_a_group_window_reaches_clew(
    act: Act, sim: Simulator, clew: ListeningClew
) -> None:
    assert sim.world.bot is not None
    text = f"@{sim.world.bot.name} 记一下张三"
    window = f"group:{GROUP}"
    assert (await act("say", conversation=window, sender="HanMeimei", text=text))["ok"]
    assert (await act("say", conversation="bot:LiLei", sender="LiLei", text="在吗"))["ok"]
    await sim.settled()
    heard = [json.loads(arrived.plaintext) for arrived in clew.arrived]
    assert {(one["from"]["userid"], one.get("chatid", "")) for one in heard} == {
        ("HanMeimei", GROUP),
        ("LiLei", ""),
    }
    assert text in [one["text"]["content"] for one in heard if "text" in one]


async def test_what_a_links_customer_writes_is_reported(
    act: Act, sim: Simulator, clew: ListeningClew
) -> None:
    (link_id,) = sim.world.acquisition.links
    window = (await act("open_link", customer=ZHANG_SAN, link_id=link_id))["conversation"]
    assert (await act("say", conversation=window, sender=ZHANG_SAN, text="多少钱"))["ok"]
    assert (await last(sim, clew))["ChangeType"] == "customer_start_chat"


async def test_member_taps_card_and_menu(
    act: Act, sim: Simulator, clew: ListeningClew, api: PlatformCaller
) -> None:
    await api.post("message/send", card_message(button_card("lead-1")))
    card = sim.messages("app:LiLei")[0]
    selected = {"reason": "area"}
    assert (await act("click", message=card.id, key="return:1", selected=selected))["ok"]
    assert (await last(sim, clew))["EventKey"] == "return:1"
    menu = {"button": [{"type": "click", "name": "我的线索", "key": "my_leads"}]}
    await api.post("menu/create", menu, agentid=1000002)
    assert (await act("app_menu", userid="LiLei", key="my_leads"))["ok"]
    assert (await last(sim, clew))["Event"] == "click"


async def test_customer_taps_menus_of_the_official_account(
    act: Act, sim: Simulator, clew: ListeningClew, mp: OfficialCaller
) -> None:
    await sim.follow(ZHANG_SAN)
    menu = {"button": [{"type": "click", "name": "课程", "key": "courses"}]}
    await mp.post("menu/create", menu)
    assert (await act("mp_menu", customer=ZHANG_SAN, key="courses"))["ok"]
    assert (await last(sim, clew))["Event"] == "CLICK"
    lines = {"list": [{"id": "1", "content": "价格"}], "head_content": "想了解？"}
    body = {"touser": ZHANG_SAN_OPENID, "msgtype": "msgmenu", "msgmenu": lines}
    await mp.post("message/custom/send", body)
    window = f"mp:{ZHANG_SAN}"
    assert (await act("menu_click", conversation=window, sender=ZHANG_SAN, id="1"))["ok"]
    fields = await last(sim, clew)
    assert (fields["Content"], fields["bizmsgmenuid"]) == ("价格", "1")


async def test_customer_taps_a_line_of_a_kf_menu(
    act: Act, sim: Simulator, api: PlatformCaller
) -> None:
    await sim.enter_kf(ZHANG_SAN)
    await sim.say_kf(ZHANG_SAN, "在吗")
    lines = [{"type": "click", "click": {"id": "price", "content": "价格"}}]
    body = {
        "touser": ZHANG_SAN,
        "open_kfid": demo.OPEN_KFID,
        "msgtype": "msgmenu",
        "msgmenu": {"head_content": "想了解？", "list": lines},
    }
    await api.post("kf/send_msg", body)
    window = f"kf:{ZHANG_SAN}"
    assert (await act("menu_click", conversation=window, sender=ZHANG_SAN, id="price"))["ok"]
    entry = sim.world.kf.accounts[demo.OPEN_KFID].log[-1].wire
    assert entry["text"] == {"content": "价格", "menu_id": "price"}
    answer = await act("menu_click", conversation=window, sender=ZHANG_SAN, id="other")
    assert answer["code"] == No.UNKNOWN_MENU


async def test_new_customer_is_there_at_once(act: Act, sim: Simulator) -> None:
    answer = await act("add_customer", name="王五")
    assert sim.world.customers.all[answer["id"]].name == "王五"


async def test_clock_is_moved_by_a_span_or_to_a_moment(
    act: Act, sim: Simulator, clock: DrivenClock, now: datetime
) -> None:
    with sim.world.hub.listen() as news:
        assert (await act("advance", seconds=90))["ok"]
        assert clock.now() == now + timedelta(seconds=90)
        assert (await news.get())["type"] == "clock"
    until = (now + timedelta(hours=5)).astimezone(UTC)
    answer = await act("advance", until=until.isoformat())
    assert clock.now() == until
    assert datetime.fromisoformat(answer["now"]) == until
    back = await act("advance", until=now.isoformat())
    assert back == {"ok": False, "error": "时钟只能向前拨", "code": "clock_backwards"}


async def test_clock_of_the_machine_is_not_moved() -> None:
    sim = Simulator(demo.demo_config(), SystemClock())
    answer = await perform(sim, utf8_json({"do": "advance", "seconds": 1}))
    assert answer["code"] == No.CLOCK_IS_FIXED


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"do": "say", "conversation": "kf:x", "sender": "x", "text": "a"}, "unknown_conversation"),
        (
            {"do": "say", "conversation": "app:LiLei", "sender": "HanMeimei", "text": "a"},
            "not_a_member",
        ),
        ({"do": "say", "conversation": "app:LiLei", "sender": "LiLei", "text": " "}, "empty_text"),
        ({"do": "scan", "customer": XIAO_MEI, "config_id": "x"}, "unknown_contact_way"),
        ({"do": "unfollow", "customer": XIAO_MEI}, "not_following"),
        ({"do": "add_customer", "name": ""}, "empty_name"),
        ({"do": "click", "message": "x", "key": "y"}, "unknown_message"),
    ],
)
async def test_what_cannot_be_done_is_said_in_chinese(
    sim: Simulator, fields: dict[str, Any], code: str
) -> None:
    answer = await perform(sim, utf8_json(fields))
    assert answer == {"ok": False, "error": sim.world.texts.error(code), "code": code}


@pytest.mark.parametrize("raw", [b"{", b'{"do":"fly"}', b'{"do":"scan"}', b"[]"])
async def test_malformed_act_is_refused(sim: Simulator, raw: bytes) -> None:
    answer = await perform(sim, raw)
    assert answer["ok"] is False
    assert str(answer["error"]).startswith("无法识别的操作")


def test_every_refusal_has_its_words() -> None:
    texts = load_texts()
    assert all(texts.error(code) for code in No)
    assert replace(demo.demo_config(), run="r1").run == "r1"
