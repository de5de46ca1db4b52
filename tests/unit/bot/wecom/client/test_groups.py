from __future__ import annotations

import pytest

from bot.wecom.client.contact import Page
from bot.wecom.client.corp import CorpClient
from bot.wecom.client.groups import Handover, TransferPart
from tests.unit.bot.loopback_platform import Platform

BASE = "/cgi-bin/externalcontact"


async def test_a_group_comes_with_names(corp: CorpClient, platform: Platform) -> None:
    platform.on(f"{BASE}/groupchat/get", {"group_chat": {"chat_id": "wr1", "name": "家长群"}})
    assert await corp.groups.get("wr1") == {"group_chat": {"chat_id": "wr1", "name": "家长群"}}
    assert platform.calls(f"{BASE}/groupchat/get")[0].json == {"chat_id": "wr1", "need_name": 1}


@pytest.mark.parametrize("owners", [(), ("a", "b")])
async def test_groups_are_listed_with_or_without_owners(
    corp: CorpClient, platform: Platform, owners: tuple[str, ...]
) -> None:
    path = f"{BASE}/groupchat/list"
    platform.on(path, {"group_chat_list": [{"chat_id": "wr1"}], "next_cursor": "C"})
    assert await corp.groups.groups_of(owners) == Page(({"chat_id": "wr1"},), "C")
    assert ("owner_filter" in platform.calls(path)[0].json) == bool(owners)


@pytest.mark.parametrize(
    ("is_resigned", "folder", "has_message"), [(False, "", True), (True, "/resigned", False)]
)
async def test_customers_are_handed_over_one_by_one(
    corp: CorpClient, platform: Platform, is_resigned: bool, folder: str, has_message: bool
) -> None:
    path = f"{BASE}{folder}/transfer_customer"
    parts = [{"external_userid": "wm1", "errcode": 0}, {"external_userid": "wm2", "errcode": 40128}]
    platform.on(path, {"customer": parts})
    handover = Handover("a", "b", ("wm1", "wm2"), "您好", is_resigned=is_resigned)
    assert await corp.groups.transfer_customers(handover) == (
        TransferPart("wm1", 0),
        TransferPart("wm2", 40128),
    )
    assert ("transfer_success_msg" in platform.calls(path)[0].json) == has_message


async def test_the_result_of_a_handover_comes_by_pages(
    corp: CorpClient, platform: Platform
) -> None:
    path = f"{BASE}/transfer_result"
    platform.on(path, {"customer": [{"status": 1}], "next_cursor": "C"})
    assert await corp.groups.transfer_result("a", "b") == Page(({"status": 1},), "C")


@pytest.mark.parametrize(("is_resigned", "name"), [(True, "transfer"), (False, "onjob_transfer")])
async def test_groups_get_a_new_owner(
    corp: CorpClient, platform: Platform, is_resigned: bool, name: str
) -> None:
    path = f"{BASE}/groupchat/{name}"
    platform.on(path, {"failed_chat_list": [{"chat_id": "wr2", "errcode": 90500}]})
    failed = await corp.groups.transfer_groups(["wr1", "wr2"], "b", is_resigned=is_resigned)
    assert failed == ({"chat_id": "wr2", "errcode": 90500},)
