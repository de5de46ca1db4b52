"""Customers of members (fact sheet 3.7)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator.faults import Fault, FaultKind
from tests.unit.bot.simulator.seeded import (
    EXPO,
    STRANGER,
    TAG_HIGH,
    TAG_LOW,
    XIAO_MEI,
    ZHANG_SAN,
    ZHANG_SAN_OPENID,
    ZHANG_SAN_UNIONID,
)

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

GET = "externalcontact/get"
REMARK = "externalcontact/remark"
TAG = "externalcontact/mark_tag"
PAIR = {"userid": "LiLei", "external_userid": ZHANG_SAN}


async def test_customer_is_told_with_followers_and_state(
    api: PlatformCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    answer = await api.get(GET, external_userid=ZHANG_SAN)
    assert answer["external_contact"] == {
        "external_userid": ZHANG_SAN,
        "name": "张三",
        "avatar": "",
        "type": 1,
        "gender": 1,
        "unionid": ZHANG_SAN_UNIONID,
    }
    (follow,) = answer["follow_user"]
    assert (follow["userid"], follow["state"], follow["add_way"]) == ("LiLei", "expo2026_b7", 1)
    assert follow["createtime"] == int(clock.now().timestamp())
    assert answer["next_cursor"] == ""


async def test_customer_without_open_platform_account_has_no_unionid(
    api: PlatformCaller, sim: Simulator
) -> None:
    await sim.scan(XIAO_MEI, EXPO)
    answer = await api.get(GET, external_userid=XIAO_MEI)
    assert "unionid" not in answer["external_contact"]


@pytest.mark.parametrize(("who", "errcode"), [(ZHANG_SAN, 84061), (STRANGER, 40096)])
async def test_customer_nobody_follows_is_refused(
    api: PlatformCaller, who: str, errcode: int
) -> None:
    assert (await api.get(GET, external_userid=who))["errcode"] == errcode


async def test_customer_who_left_the_member_still_shows_but_a_dropped_one_does_not(
    api: PlatformCaller, sim: Simulator
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.delete_rep(ZHANG_SAN, "LiLei")
    assert (await api.get(GET, external_userid=ZHANG_SAN))["errcode"] == 0
    assert (await api.post(TAG, PAIR | {"add_tag": [TAG_HIGH]}))["errcode"] == 0
    sim.friends.drop_customer(ZHANG_SAN, "LiLei")
    assert (await api.get(GET, external_userid=ZHANG_SAN))["errcode"] == 84061
    assert (await api.post(TAG, PAIR | {"add_tag": [TAG_HIGH]}))["errcode"] == 84061


async def test_half_friend_is_no_contact_yet(api: PlatformCaller, sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO, is_half=True)
    assert (await api.get(GET, external_userid=ZHANG_SAN))["errcode"] == 84061
    sim.friends.confirm(ZHANG_SAN, "LiLei")
    assert (await api.get(GET, external_userid=ZHANG_SAN))["errcode"] == 0


async def test_lists_by_member(api: PlatformCaller, sim: Simulator) -> None:
    path = "externalcontact/list"
    assert (await api.get(path, userid="LiLei"))["errcode"] == 84061
    assert (await api.get(path, userid="Nobody"))["errcode"] == 60111
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.scan(XIAO_MEI, EXPO)
    assert (await api.get(path, userid="lilei"))["external_userid"] == [ZHANG_SAN, XIAO_MEI]
    members = await api.get("externalcontact/get_follow_user_list")
    assert members["follow_user"] == ["WangManager", "LiLei", "HanMeimei"]


async def test_batch_pages_until_the_cursor_is_empty(api: PlatformCaller, sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.scan(XIAO_MEI, EXPO)
    await api.post(TAG, PAIR | {"add_tag": [TAG_HIGH]})
    body: dict[str, Any] = {"userid_list": ["LiLei", "HanMeimei"], "limit": 1}
    first = await api.post("externalcontact/batch/get_by_user", body)
    entry = first["external_contact_list"][0]
    assert entry["external_contact"]["name"] == "张三"
    assert entry["follow_info"]["tag_id"] == [TAG_HIGH]
    body["cursor"] = first["next_cursor"]
    second = await api.post("externalcontact/batch/get_by_user", body)
    assert second["external_contact_list"][0]["external_contact"]["name"] == "小美"
    assert second["next_cursor"] == ""


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"userid_list": []}, 40058),
        ({"userid_list": ["Nobody"]}, 60111),
        ({"limit": 101}, 40058),
        ({"cursor": "invented"}, 40058),
    ],
)
async def test_wrong_batch_is_refused(
    api: PlatformCaller, change: dict[str, Any], errcode: int
) -> None:
    body = {"userid_list": ["LiLei"]} | change
    answer = await api.post("externalcontact/batch/get_by_user", body)
    assert answer["errcode"] == errcode


async def test_remark_shows_in_get_and_empty_phones_wipe(
    api: PlatformCaller, sim: Simulator, clew: Any
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await sim.settled()
    clew.arrived.clear()
    body = PAIR | {
        "remark": "张三 展会",
        "description": "想报数学班",
        "remark_company": "某小学",
        "remark_mobiles": ["13900001111"],
    }
    assert (await api.post(REMARK, body))["errcode"] == 0
    (follow,) = (await api.get(GET, external_userid=ZHANG_SAN))["follow_user"]
    assert (follow["remark"], follow["remark_mobiles"]) == ("张三 展会", ["13900001111"])
    assert (follow["description"], follow["remark_corp_name"]) == ("想报数学班", "某小学")
    await api.post(REMARK, PAIR | {"remark_mobiles": []})
    (follow,) = (await api.get(GET, external_userid=ZHANG_SAN))["follow_user"]
    assert (follow["remark"], follow["remark_mobiles"]) == ("张三 展会", [])
    await sim.settled()
    assert clew.arrived == []


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"remark": "长" * 21}, 40058),
        ({"userid": "Nobody"}, 60111),
        ({"external_userid": STRANGER}, 40096),
        ({"userid": "HanMeimei"}, 84061),
    ],
)
async def test_wrong_remark_is_refused(
    api: PlatformCaller, sim: Simulator, change: dict[str, Any], errcode: int
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    assert (await api.post(REMARK, PAIR | {"remark": "好"} | change))["errcode"] == errcode


async def test_sixth_remark_at_once_is_one_too_many(api: PlatformCaller, sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.SLOW, "*/remark", times=None, seconds=0.1))
    calls = [api.post(REMARK, PAIR | {"remark": f"第{n}"}) for n in range(6)]
    codes = sorted(answer["errcode"] for answer in await asyncio.gather(*calls))
    assert codes == [0, 0, 0, 0, 0, 45033]


async def test_tags_are_put_on_and_taken_off_without_callback(
    api: PlatformCaller, sim: Simulator, clew: Any
) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    await api.post(TAG, PAIR | {"add_tag": [TAG_HIGH, TAG_LOW]})
    await api.post(TAG, PAIR | {"add_tag": [TAG_HIGH], "remove_tag": [TAG_LOW]})
    (follow,) = (await api.get(GET, external_userid=ZHANG_SAN))["follow_user"]
    assert follow["tags"] == [
        {"group_name": "意向", "tag_name": "高意向", "tag_id": TAG_HIGH, "type": 1}
    ]
    await sim.settled()
    assert clew.named("edit_external_contact") == []


async def test_unknown_tag_and_no_tag_are_refused(api: PlatformCaller, sim: Simulator) -> None:
    await sim.scan(ZHANG_SAN, EXPO)
    assert (await api.post(TAG, PAIR | {"add_tag": ["etInvented"]}))["errcode"] == 40068
    assert (await api.post(TAG, PAIR))["errcode"] == 40058


async def test_unionid_leads_to_the_customer(api: PlatformCaller) -> None:
    path = "externalcontact/unionid_to_external_userid"
    body = {"unionid": ZHANG_SAN_UNIONID, "openid": ZHANG_SAN_OPENID}
    assert (await api.post(path, body))["external_userid"] == ZHANG_SAN
    assert "external_userid" not in await api.post(path, {"unionid": "uUnknown"})
