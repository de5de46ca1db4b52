"""Corp tags by name: found, created when missing, made anew when somebody deleted them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tag_library import TagLibrary
from bot.wecom.client.clients import Clients
from bot.wecom.errors import PlatformError
from domain.messages import CorpTagName, WearTags
from tests.unit.bot.loopback_platform import Platform

BASE = "/cgi-bin/externalcontact"
LIST, ADD, MARK = (f"{BASE}/{path}" for path in ("get_corp_tag_list", "add_corp_tag", "mark_tag"))
HIGH, LOW = CorpTagName("价值", "高价值"), CorpTagName("价值", "低价值")
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


def group(**ids: str) -> dict[str, Any]:
    tags = [{"id": ident, "name": name, "deleted": False} for ident, name in ids.items()]
    return {"group_id": "g1", "group_name": "价值", "tag": tags}


def library(**ids: str) -> dict[str, Any]:
    return OK | {"tag_group": [group(**ids)] if ids else []}


@pytest.fixture
def tags(clients: Clients) -> TagLibrary:
    return TagLibrary(clients.corp.contacts, 1000002)


async def test_known_tags_are_put_on_and_taken_off_by_their_ids(
    tags: TagLibrary, platform: Platform
) -> None:
    platform.on(LIST, library(t1="高价值", t2="低价值"))
    assert await tags.wear(WearTags("LiLei", (HIGH,), (LOW,)), "wm1") == ("t1",)
    (call,) = platform.calls(MARK)
    assert call.json == {
        "userid": "LiLei",
        "external_userid": "wm1",
        "add_tag": ["t1"],
        "remove_tag": ["t2"],
    }


async def test_the_library_is_read_once_for_many(tags: TagLibrary, platform: Platform) -> None:
    platform.on(LIST, library(t1="高价值"))
    for customer in ("wm1", "wm2"):
        await tags.wear(WearTags("LiLei", (HIGH,)), customer)
    assert len(platform.calls(LIST)) == 1
    assert len(platform.calls(MARK)) == 2


async def test_missing_tags_are_created_once(tags: TagLibrary, platform: Platform) -> None:
    platform.on(LIST, library())
    platform.on(ADD, OK | {"tag_group": group(t1="高价值", t2="低价值")})
    assert await tags.wear(WearTags("LiLei", (HIGH, LOW)), "wm1") == ("t1", "t2")
    await tags.wear(WearTags("LiLei", (HIGH,)), "wm2")
    (call,) = platform.calls(ADD)
    assert call.json["group_name"] == "价值"
    assert [tag["name"] for tag in call.json["tag"]] == ["高价值", "低价值"]


async def test_a_tag_that_somebody_else_created_meanwhile_is_found(
    tags: TagLibrary, platform: Platform
) -> None:
    platform.on(LIST, library(), library(t1="高价值"))
    platform.on(ADD, {"errcode": 40071, "errmsg": "exists"})
    assert await tags.wear(WearTags("LiLei", (HIGH,)), "wm1") == ("t1",)


async def test_a_tag_that_was_deleted_is_made_anew(tags: TagLibrary, platform: Platform) -> None:
    platform.on(LIST, library(t1="高价值"), library())
    platform.on(MARK, {"errcode": 40068, "errmsg": "invalid tagid"}, OK)
    platform.on(ADD, OK | {"tag_group": group(t9="高价值")})
    assert await tags.wear(WearTags("LiLei", (HIGH,)), "wm1") == ("t9",)


async def test_other_refusals_are_passed_on(tags: TagLibrary, platform: Platform) -> None:
    platform.on(LIST, library(t1="高价值"))
    platform.on(MARK, {"errcode": 84061, "errmsg": "not a friend"})
    with pytest.raises(PlatformError):
        await tags.wear(WearTags("LiLei", (HIGH,)), "wm1")


async def test_what_does_not_exist_needs_no_removing(tags: TagLibrary, platform: Platform) -> None:
    platform.on(LIST, library())
    assert await tags.wear(WearTags("LiLei", (), (LOW,)), "wm1") == ()
    assert platform.calls(MARK) == []


async def test_a_tag_that_people_keep_in_a_group_of_theirs_will_do(
    tags: TagLibrary, platform: Platform
) -> None:
    mine = {"group_id": "g2", "group_name": "来源", "tag": [{"id": "t5", "name": "高价值"}]}
    platform.always[LIST] = OK | {"tag_group": [mine, group(t1="高价值")]}
    wanted = CorpTagName("Clew 标签", "高价值", is_anywhere=True)
    assert await tags.wear(WearTags("LiLei", (wanted,), spared=("价值",)), "wm1") == ("t5",)
    await tags.wear(WearTags("LiLei", (), (wanted,)), "wm1")
    assert platform.calls(MARK)[-1].json["remove_tag"] == ["t5", "t1"]
    assert platform.calls(ADD) == []
