"""Menus (fact sheet 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller

CLICK = {"type": "click", "name": "我的线索", "key": "my_leads"}
VIEW = {"type": "view", "name": "看板", "url": "https://a.example"}
MENU = {"button": [CLICK, {"name": "更多", "sub_button": [VIEW]}]}
AGENT = {"agentid": 1000002}


async def test_menu_is_kept_and_removed(api: PlatformCaller) -> None:
    assert (await api.get("menu/get", **AGENT))["errcode"] == 46003
    assert (await api.post("menu/create", MENU, **AGENT))["errcode"] == 0
    assert (await api.get("menu/get", **AGENT))["button"] == MENU["button"]
    assert (await api.get("menu/delete", **AGENT))["errcode"] == 0
    assert (await api.get("menu/get", **AGENT))["errcode"] == 46003


@pytest.mark.parametrize("agentid", ["1", "x", ""])
async def test_menu_belongs_to_the_app(api: PlatformCaller, agentid: str) -> None:
    assert (await api.post("menu/create", MENU, agentid=agentid))["errcode"] == 40056


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([CLICK] * 4, 40058),
        ([], 40058),
        ([CLICK | {"name": "名" * 6}], 40016),
        ([CLICK | {"name": "名" * 5}], 0),
        ([{"name": "更多", "sub_button": [VIEW] * 6}], 40058),
        ([{"name": "更多", "sub_button": [VIEW | {"name": "名" * 14}]}], 40016),
        ([CLICK | {"key": "k" * 129}], 40016),
        ([CLICK | {"key": ""}], 40016),
        ([VIEW | {"url": ""}], 40016),
        ([{"name": "空"}], 40058),
        ([CLICK | {"type": "poem"}], 40058),
        ([{"name": "小程序", "type": "view_miniprogram", "appid": "wx1", "pagepath": "p"}], 0),
    ],
)
async def test_menu_is_checked(
    api: PlatformCaller, buttons: list[dict[str, Any]], errcode: int
) -> None:
    answer = await api.post("menu/create", {"button": buttons}, **AGENT)
    assert answer["errcode"] == errcode


async def test_official_account_has_its_own_menu(api: PlatformCaller, mp: OfficialCaller) -> None:
    assert (await mp.post("menu/create", MENU))["errcode"] == 0
    assert (await mp.get("menu/get"))["menu"]["button"] == MENU["button"]
    assert (await api.get("menu/get", **AGENT))["errcode"] == 46003
    assert (await mp.get("menu/delete"))["errcode"] == 0
    assert (await mp.get("menu/get"))["errcode"] == 46003
