"""What each kind of fault does to a call, seen by who made it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.simulator import demo
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.world.app_chat import DropReason
from tests.unit.bot.simulator.listening_clew import utf8_json
from tests.unit.bot.simulator.seeded import EXPO, XIAO_MEI, ZHANG_SAN, ZHANG_SAN_OPENID
from tests.unit.bot.simulator.wire_cards import button_card, text_message

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller

SEND, KF_SEND, CUSTOM = "message/send", "kf/send_msg", "message/custom/send"
MINUTE = timedelta(minutes=1)


def errcode(code: int, path: str = "*", **more: Any) -> Fault:
    return Fault(FaultKind.ERRCODE, path, errcode=code, **more)


async def raw_send(api: PlatformCaller, content: str = "你好") -> aiohttp.ClientResponse:
    params = {"access_token": await api.fetch_token()}
    body = utf8_json(text_message(content))
    return await api.client.post(api.url(SEND), params=params, data=body)


async def send_code(api: PlatformCaller, content: str = "你好") -> int:
    answer: int = (await api.post(SEND, text_message(content)))["errcode"]
    return answer


def kf_message(touser: str = ZHANG_SAN) -> dict[str, Any]:
    text = {"content": "您好"}
    return {"touser": touser, "open_kfid": demo.OPEN_KFID, "msgtype": "text", "text": text}


def custom_message() -> dict[str, Any]:
    return {"touser": ZHANG_SAN_OPENID, "msgtype": "text", "text": {"content": "您好"}}


async def test_a_cut_call_is_closed_without_answer_and_without_effect(
    api: PlatformCaller, sim: Simulator
) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.CUT, "*/message/send", seconds=0.3))
    started = time.monotonic()
    with pytest.raises(aiohttp.ClientError):
        await raw_send(api)
    assert time.monotonic() - started >= 0.3
    assert sim.messages("app:LiLei") == []
    assert (await raw_send(api)).status == 200


def test_a_call_is_cut_after_five_seconds_unless_said_otherwise() -> None:
    assert Fault(FaultKind.CUT).value("seconds") == 5.0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_gateway_error_is_a_page_for_people(
    api: PlatformCaller, sim: Simulator, status: int
) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.HTTP_ERROR, "*/message/send", status=status))
    response = await raw_send(api)
    assert (response.status, response.content_type) == (status, "text/html")
    assert f"<h1>{status} " in await response.text()
    assert sim.messages("app:LiLei") == []


@pytest.mark.parametrize("code", [-1, 6000, 45033, 60020, 48002])
async def test_a_passing_refusal_has_the_platforms_words_and_no_effect(
    api: PlatformCaller, sim: Simulator, code: int
) -> None:
    await api.fetch_token()
    sim.faults.add(errcode(code, "*/message/send"))
    answer = await api.post(SEND, text_message("你好"))
    assert answer["errcode"] == code
    words, _, noise = answer["errmsg"].partition(", hint: [")
    assert words
    assert "from ip: 127.0.0.1, more info at https://" in noise
    assert noise.endswith(f"?e={code}")
    assert sim.messages("app:LiLei") == []
    assert await send_code(api) == 0


@pytest.mark.parametrize("code", [40014, 42001])
async def test_a_dead_token_stays_dead_until_another_is_fetched(
    api: PlatformCaller, sim: Simulator, code: int
) -> None:
    first = await api.fetch_token()
    sim.faults.add(errcode(code, "*/message/send"))
    assert [await send_code(api) for _ in range(3)] == [code] * 3
    api.token = ""
    assert await api.fetch_token() != first
    assert await send_code(api) == 0


async def test_the_token_of_another_secret_lives_on(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(errcode(40014, "*/message/send"))
    await send_code(api)
    api.token = (await api.get_token(demo.CONTACTS_SECRET))["access_token"]
    assert (await api.get("user/get", userid="LiLei"))["errcode"] == 0


async def test_the_official_accounts_dead_token_has_its_own_code(
    mp: OfficialCaller, sim: Simulator
) -> None:
    await sim.follow(ZHANG_SAN)
    await mp.fetch_token()
    sim.faults.add(errcode(40001, "*/user/info"))
    for _ in range(2):
        answer = await mp.get("user/info", openid=ZHANG_SAN_OPENID)
        assert answer["errcode"] == 40001
        assert " rid: " in answer["errmsg"]
    mp.token = ""
    assert (await mp.get("user/info", openid=ZHANG_SAN_OPENID))["errcode"] == 0


async def test_a_used_rate_closes_its_endpoint_for_a_minute(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await api.fetch_token()
    rule = sim.faults.add(errcode(45009, "*/message/send"))
    assert [await send_code(api) for _ in range(3)] == [45009] * 3
    assert (await api.get("user/get", userid="LiLei"))["errcode"] == 0
    clock.advance(MINUTE)
    assert await send_code(api) == 0
    assert (rule.spent, rule.struck) == (1, 3)


async def test_a_used_daily_quota_closes_its_endpoint_until_midnight_in_beijing(
    mp: OfficialCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await sim.follow(ZHANG_SAN)
    sim.faults.add(errcode(45009, "*/message/custom/send"))
    for passed, expected in ((0, 45009), (13, 45009), (2, 0)):
        clock.advance(timedelta(hours=passed))  # It is 10:00 in Beijing at first.
        mp.token = ""
        if not expected:
            await sim.say_mp(ZHANG_SAN, "在吗")
        assert (await mp.post(CUSTOM, custom_message()))["errcode"] == expected


@pytest.mark.parametrize(("code", "again"), [(95001, 95001), (95002, 95002)])
async def test_a_closed_kf_window_stays_closed_until_the_customer_writes(
    api: PlatformCaller, sim: Simulator, code: int, again: int
) -> None:
    await sim.enter_kf(ZHANG_SAN)
    await sim.say_kf(ZHANG_SAN, "多少钱")
    sim.faults.add(errcode(code))
    codes = [(await api.post(KF_SEND, kf_message()))["errcode"] for _ in range(2)]
    assert codes == [code, again]
    await sim.say_kf(ZHANG_SAN, "在吗")
    assert (await api.post(KF_SEND, kf_message()))["errcode"] == 0


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_closed_official_window_stays_closed_until_the_follower_acts(
    mp: OfficialCaller, sim: Simulator, code: int
) -> None:
    await sim.follow(ZHANG_SAN)
    await sim.say_mp(ZHANG_SAN, "多少钱")
    sim.faults.add(errcode(code))
    codes = [(await mp.post(CUSTOM, custom_message()))["errcode"] for _ in range(2)]
    assert codes == [code, code]
    await sim.say_mp(ZHANG_SAN, "在吗")
    assert (await mp.post(CUSTOM, custom_message()))["errcode"] == 0


@pytest.mark.parametrize("code", [41050, 41051])
async def test_a_refused_welcome_code_is_spent(
    api: PlatformCaller, sim: Simulator, clew: Any, code: int
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    (added,) = clew.named("add_external_contact")
    welcome = {"welcome_code": added.fields["WelcomeCode"], "text": {"content": "您好"}}
    sim.faults.add(errcode(code))
    path = "externalcontact/send_welcome_msg"
    codes = [(await api.post(path, welcome))["errcode"] for _ in range(2)]
    assert codes == [code, 41051]


async def test_beyond_its_number_a_minute_messages_are_accepted_and_shown_to_nobody(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    sim.faults.add(Fault(FaultKind.SILENT_DROP, "*/message/send", times=None, above=2))
    for number in range(5):
        assert await send_code(api, f"第{number}条") == 0
    both = text_message("都看", "LiLei|HanMeimei")
    assert (await api.post(SEND, both))["invaliduser"] == ""
    assert [m.text for m in sim.messages("app:LiLei")] == ["第0条", "第1条"]
    assert [m.text for m in sim.messages("app:HanMeimei")] == ["都看"]
    assert [dropped.reason for dropped in sim.dropped] == [DropReason.FAULT] * 4
    clock.advance(MINUTE)
    assert await send_code(api, "后来") == 0
    assert sim.messages("app:LiLei")[-1].text == "后来"


async def test_one_receiver_of_several_can_be_the_one_who_sees_nothing(
    api: PlatformCaller, sim: Simulator
) -> None:
    sim.faults.add(
        Fault(FaultKind.SILENT_DROP, "*/message/send", times=None, above=0, receiver="LiLei")
    )
    await api.post(SEND, text_message("都看", "LiLei|HanMeimei"))
    assert sim.messages("app:LiLei") == []
    assert [m.text for m in sim.messages("app:HanMeimei")] == ["都看"]


async def test_a_dropped_card_can_still_be_updated_without_anybody_seeing(
    api: PlatformCaller, sim: Simulator
) -> None:
    sim.faults.add(Fault(FaultKind.SILENT_DROP, "*/message/send", above=0))
    card = {**text_message("x"), "msgtype": "template_card", "template_card": button_card("t-1")}
    del card["text"]
    code = (await api.post(SEND, card))["response_code"]
    update = {"userids": ["LiLei"], "agentid": demo.AGENTID, "response_code": code}
    update |= {"button": {"replace_name": "已认领"}}
    assert (await api.post("message/update_template_card", update))["errcode"] == 0
    assert sim.messages("app:LiLei") == []


async def test_one_receiver_and_one_account_can_be_meant(
    api: PlatformCaller, sim: Simulator
) -> None:
    for customer in (ZHANG_SAN, XIAO_MEI):
        await sim.enter_kf(customer)
        await sim.say_kf(customer, "多少钱")
    sim.faults.add(errcode(95001, receiver=XIAO_MEI, account=demo.OPEN_KFID, times=None))
    codes = [(await api.post(KF_SEND, kf_message(who)))["errcode"] for who in (ZHANG_SAN, XIAO_MEI)]
    assert codes == [0, 95001]
    sim.faults.add(errcode(-1, "*/message/send", receiver="hanmeimei", times=None))
    both = text_message("你好", "LiLei|HanMeimei")
    assert (await api.post(SEND, both))["errcode"] == -1
    assert await send_code(api) == 0


async def test_a_rule_holds_in_its_span_of_the_stand_ins_clock(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    start = clock.now() + MINUTE
    sim.faults.add(errcode(-1, "*/message/send", start=start, until=start + MINUTE))
    codes = []
    for number in range(3):
        codes.append(await send_code(api, str(number)))
        clock.advance(MINUTE)
    assert codes == [0, -1, 0]


async def test_one_rule_strikes_a_call_and_slowness_adds_to_it(
    api: PlatformCaller, sim: Simulator
) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.SLOW, "*/message/send", seconds=0.2))
    first = sim.faults.add(errcode(45033, "*/message/send"))
    second = sim.faults.add(errcode(-1, "*/message/send", times=None))
    started = time.monotonic()
    assert await send_code(api) == 45033
    assert time.monotonic() - started >= 0.2
    assert await send_code(api) == -1
    assert [(rule.seen, rule.struck) for rule in (first, second)] == [(2, 1), (2, 1)]


async def test_uploads_are_struck_too(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(errcode(-1, "*/media/upload"))
    codes = []
    for _ in range(2):
        form = aiohttp.FormData()
        form.add_field("media", b"\x89PNG\r\n", filename="a.png", content_type="image/png")
        params = {"access_token": api.token, "type": "image"}
        response = await api.client.post(api.url("media/upload"), params=params, data=form)
        codes.append(json.loads(await response.read())["errcode"])
    assert codes == [-1, 0]


async def test_the_real_limits_hold_beside_the_faults(api: PlatformCaller, sim: Simulator) -> None:
    limits = replace(sim.world.config.limits, parallel_calls=2)
    sim.world.config = replace(sim.world.config, limits=limits)
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.SLOW, "*/user/get", times=None, seconds=0.2))
    calls = [api.get("user/get", userid="LiLei") for _ in range(3)]
    codes = sorted(answer["errcode"] for answer in await asyncio.gather(*calls))
    assert codes == [0, 0, 45033]
