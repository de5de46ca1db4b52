"""Contact ways and welcomes (fact sheet 3.7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.clock import DrivenClock
from bot.simulator.world.people import Employee, MemberStatus
from tests.unit.bot.simulator.seeded import EXPO, ZHANG_SAN

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

ADD = "externalcontact/add_contact_way"
WELCOME = "externalcontact/send_welcome_msg"
WAY = {"type": 2, "scene": 2, "user": ["LiLei", "HanMeimei"], "state": "sem_baidu"}
WINDOW = f"friend:{ZHANG_SAN}:LiLei"


async def welcome_code(sim: Simulator, clew: ListeningClew) -> str:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    return clew.named("add_external_contact")[-1].fields["WelcomeCode"]


async def test_new_way_leads_customers_to_its_members_in_turn(
    api: PlatformCaller, sim: Simulator
) -> None:
    answer = await api.post(ADD, WAY)
    config_id = answer["config_id"]
    assert answer["qr_code"]
    first = await sim.scan(ZHANG_SAN, config_id)
    other = sim.staff.add_customer("王五")
    second = await sim.scan(other.external_userid, config_id)
    assert [first.userid, second.userid] == ["LiLei", "HanMeimei"]
    assert first.state == "sem_baidu"
    told = await api.post("externalcontact/get_contact_way", {"config_id": config_id})
    assert told["contact_way"]["user"] == ["LiLei", "HanMeimei"]
    assert told["contact_way"]["state"] == "sem_baidu"


async def test_creation_is_not_idempotent(api: PlatformCaller) -> None:
    ids = {(await api.post(ADD, WAY))["config_id"] for _ in range(2)}
    assert len(ids) == 2
    listed = await api.post("externalcontact/list_contact_way", {"limit": 2})
    assert listed["contact_way"][0]["config_id"] == EXPO
    rest = await api.post(
        "externalcontact/list_contact_way", {"limit": 2, "cursor": listed["next_cursor"]}
    )
    assert {way["config_id"] for way in rest["contact_way"]} < ids
    assert rest["next_cursor"] == ""


async def test_way_in_a_mini_program_has_no_picture(api: PlatformCaller) -> None:
    assert "qr_code" not in await api.post(ADD, WAY | {"scene": 1})


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"type": 1}, 40058),
        ({"type": 3}, 40058),
        ({"user": []}, 40058),
        ({"user": ["Nobody"]}, 60111),
        ({"user": ["Sleeper"]}, 41054),
        ({"state": "s" * 31}, 40058),
        ({"state": "s" * 30}, 0),
        ({"remark": "长" * 31}, 40058),
    ],
)
async def test_wrong_way_is_refused(
    api: PlatformCaller, sim: Simulator, change: dict[str, Any], errcode: int
) -> None:
    sim.staff.hire(Employee("Sleeper", "未激活", status=MemberStatus.NOT_ACTIVATED))
    assert (await api.post(ADD, WAY | change))["errcode"] == errcode


async def test_unknown_way_is_refused(api: PlatformCaller) -> None:
    answer = await api.post("externalcontact/get_contact_way", {"config_id": "cwInvented"})
    assert answer["errcode"] == 41044


async def test_welcome_appears_in_the_chat_of_member_and_customer(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    code = await welcome_code(sim, clew)
    link = {"title": "课程介绍", "url": "https://a.example", "desc": "数学班"}
    body = {
        "welcome_code": code,
        "text": {"content": "张三您好"},
        "attachments": [{"msgtype": "link", "link": link}],
    }
    assert (await api.post(WELCOME, body))["errcode"] == 0
    welcome, card = sim.messages(WINDOW)[-2:]
    assert (welcome.kind, welcome.sender, welcome.text) == ("welcome", "LiLei", "张三您好")
    assert card.body["link"] == link


async def test_welcome_code_works_once(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    body = {"welcome_code": await welcome_code(sim, clew), "text": {"content": "您好"}}
    codes = [(await api.post(WELCOME, body))["errcode"] for _ in range(2)]
    assert codes == [0, 41051]
    assert [m.kind.value for m in sim.messages(WINDOW)].count("welcome") == 1


@pytest.mark.parametrize(("seconds", "errcode"), [(20, 0), (21, 41050)])
async def test_welcome_code_lives_20_seconds(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, seconds: int, errcode: int
) -> None:
    body = {"welcome_code": await welcome_code(sim, clew), "text": {"content": "您好"}}
    clock = sim.world.clock
    assert isinstance(clock, DrivenClock)
    clock.advance(timedelta(seconds=seconds))
    assert (await api.post(WELCOME, body))["errcode"] == errcode


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"welcome_code": "WCinvented"}, 41050),
        ({"text": None}, 40058),
        ({"text": {"content": "长" * 1334}}, 45002),
        ({"attachments": [{"msgtype": "poem"}]}, 40008),
        ({"attachments": [{"msgtype": "image"}]}, 40058),
        ({"attachments": [{"msgtype": "image", "image": {"media_id": "gone"}}]}, 40007),
        ({"attachments": [{"msgtype": "link", "link": {"title": "a", "url": "b"}}] * 10}, 40058),
    ],
)
async def test_wrong_welcome_is_refused_and_leaves_the_code_good(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew, change: dict[str, Any], errcode: int
) -> None:
    body = {"welcome_code": await welcome_code(sim, clew), "text": {"content": "您好"}}
    assert (await api.post(WELCOME, body | change))["errcode"] == errcode
    assert (await api.post(WELCOME, body))["errcode"] == 0


async def test_pictures_by_address_need_no_upload(
    api: PlatformCaller, sim: Simulator, clew: ListeningClew
) -> None:
    image = {"msgtype": "image", "image": {"pic_url": "https://a.example/1.png"}}
    body = {"welcome_code": await welcome_code(sim, clew), "attachments": [image]}
    assert (await api.post(WELCOME, body))["errcode"] == 0
    assert sim.messages(WINDOW)[-1].kind == "image"
