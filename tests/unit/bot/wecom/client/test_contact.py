from __future__ import annotations

import pytest

from bot.wecom.client.contact import ContactWay, ContactWayRequest, Page
from bot.wecom.client.corp import CorpClient
from bot.wecom.errors import OutcomeUnknownError, PlatformError
from tests.unit.bot.loopback_platform import Platform

BASE = "/cgi-bin/externalcontact"


async def test_followers_of_all_pages_are_joined(corp: CorpClient, platform: Platform) -> None:
    platform.on(
        f"{BASE}/get",
        {
            "external_contact": {"external_userid": "wm1", "name": "张三"},
            "follow_user": [{"userid": "a"}],
            "next_cursor": "C1",
        },
        {"external_contact": {}, "follow_user": [{"userid": "b"}]},
    )
    answer = await corp.contacts.get("wm1")
    assert answer == {
        "external_contact": {"external_userid": "wm1", "name": "张三"},
        "follow_user": [{"userid": "a"}, {"userid": "b"}],
    }
    assert [asked.query.get("cursor") for asked in platform.calls(f"{BASE}/get")] == [None, "C1"]


async def test_a_cursor_that_never_ends_is_given_up(corp: CorpClient, platform: Platform) -> None:
    platform.always[f"{BASE}/get"] = {"follow_user": [{"userid": "a"}], "next_cursor": "C"}
    await corp.contacts.get("wm1")
    assert len(platform.calls(f"{BASE}/get")) == 40


async def test_a_customer_nobody_follows_is_a_refusal(corp: CorpClient, platform: Platform) -> None:
    platform.on(f"{BASE}/get", {"errcode": 84061, "errmsg": "not external contact"})
    with pytest.raises(PlatformError):
        await corp.contacts.get("wm1")


async def test_members_who_may_follow_customers(corp: CorpClient, platform: Platform) -> None:
    platform.on(f"{BASE}/get_follow_user_list", {"follow_user": ["LiLei", "HanMei"]})
    assert await corp.contacts.follow_users() == ("LiLei", "HanMei")


async def test_customers_of_a_member(corp: CorpClient, platform: Platform) -> None:
    platform.on(f"{BASE}/list", {"external_userid": ["wm1", "wm2"]})
    assert await corp.contacts.customers_of("LiLei") == ("wm1", "wm2")


async def test_customers_of_many_members_come_by_pages(
    corp: CorpClient, platform: Platform
) -> None:
    path = f"{BASE}/batch/get_by_user"
    platform.on(path, {"external_contact_list": [{"follow_info": {}}], "next_cursor": "C1"})
    assert await corp.contacts.batch_by_user(["LiLei"]) == Page(({"follow_info": {}},), "C1")
    assert platform.calls(path)[0].json == {"userid_list": ["LiLei"], "cursor": "", "limit": 100}


async def test_tags_are_listed_and_added(corp: CorpClient, platform: Platform) -> None:
    platform.on(f"{BASE}/get_corp_tag_list", {"tag_group": [{"group_id": "g1"}]})
    platform.on(f"{BASE}/add_corp_tag", {"tag_group": {"group_id": "g2"}})
    assert await corp.contacts.tag_groups() == ({"group_id": "g1"},)
    assert await corp.contacts.add_tags("等级", ["A", "B"], 1000002) == {"group_id": "g2"}
    assert platform.calls(f"{BASE}/add_corp_tag")[0].json == {
        "group_name": "等级",
        "tag": [{"name": "A"}, {"name": "B"}],
        "agentid": 1000002,
    }


@pytest.mark.parametrize(("users", "kind"), [(("a",), 1), (("a", "b"), 2)])
async def test_a_contact_way_is_single_or_multi(
    corp: CorpClient, platform: Platform, users: tuple[str, ...], kind: int
) -> None:
    platform.on(f"{BASE}/add_contact_way", {"config_id": "c1", "qr_code": "http://q"})
    way = await corp.contacts.add_contact_way(ContactWayRequest(users, "expo_b7"))
    assert way == ContactWay("c1", "http://q")
    body = platform.calls(f"{BASE}/add_contact_way")[0].json
    assert (body["type"], body["scene"], body["state"]) == (kind, 2, "expo_b7")


async def test_a_contact_way_without_its_id_is_no_success(corp: CorpClient) -> None:
    with pytest.raises(OutcomeUnknownError):
        await corp.contacts.add_contact_way(ContactWayRequest(("a",), "s"))


@pytest.mark.parametrize("name", ["remark", "mark_tag"])
async def test_rendered_bodies_go_out_as_they_are(
    corp: CorpClient, platform: Platform, name: str
) -> None:
    await getattr(corp.contacts, name)({"userid": "a"})
    assert platform.calls(f"{BASE}/{name}")[0].json == {"userid": "a"}


async def test_a_welcome_goes_out(corp: CorpClient, platform: Platform) -> None:
    await corp.contacts.send_welcome({"welcome_code": "W"})
    assert platform.calls(f"{BASE}/send_welcome_msg")[0].json == {"welcome_code": "W"}
