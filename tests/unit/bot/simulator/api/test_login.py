"""OAuth (fact sheet 3.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from yarl import URL

from bot.simulator import demo
from bot.simulator.config import SimulatorConfig
from tests.unit.bot.simulator.seeded import ZHANG_SAN, ZHANG_SAN_OPENID

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

AUTHORIZE = "/connect/oauth2/authorize"
USER = "auth/getuserinfo"


@pytest.fixture
def base_config() -> SimulatorConfig:
    config = demo.demo_config()
    hosts = frozenset({"crm.example.com"})
    return replace(config, corp=replace(config.corp, trusted_hosts=hosts))


def query(**more: str) -> dict[str, str]:
    return {
        "appid": demo.CORPID,
        "redirect_uri": "https://crm.example.com/card?x=1#top",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
        "agentid": "1000002",
        **more,
    }


async def code_of(api: PlatformCaller, person: str) -> str:
    params = query(**{"as": person})
    response = await api.client.get(AUTHORIZE, params=params, allow_redirects=False)
    assert response.status == 302
    back = URL(response.headers["Location"])
    assert back.with_query(None) == URL("https://crm.example.com/card")
    assert (back.query["x"], back.query["state"]) == ("1", "s1")
    return back.query["code"]


async def test_member_is_known_by_a_code_that_works_once(api: PlatformCaller) -> None:
    code = await code_of(api, "LiLei")
    assert (await api.get(USER, code=code))["userid"] == "LiLei"
    assert (await api.get(USER, code=code))["errcode"] == 40029


async def test_outsider_is_known_by_openid(api: PlatformCaller) -> None:
    answer = await api.get(USER, code=await code_of(api, ZHANG_SAN))
    assert (answer["openid"], answer["external_userid"]) == (ZHANG_SAN_OPENID, ZHANG_SAN)
    stranger = await api.get(USER, code=await code_of(api, "oStranger"))
    assert stranger["openid"] == "oStranger"


async def test_code_lives_five_minutes(api: PlatformCaller, clock: DrivenClock) -> None:
    code = await code_of(api, "LiLei")
    clock.advance(timedelta(minutes=5, seconds=1))
    assert (await api.get(USER, code=code))["errcode"] == 40029


async def test_page_asks_who_opens_it(api: PlatformCaller) -> None:
    page = await (await api.client.get(AUTHORIZE, params=query())).text()
    assert "选择登录身份" in page
    assert "李雷" in page
    assert "as=LiLei" in page


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"redirect_uri": "https://evil.example/x"}, 50001),
        ({"appid": "wwother"}, 40013),
    ],
)
async def test_wrong_return_is_refused(
    api: PlatformCaller, change: dict[str, Any], errcode: int
) -> None:
    response = await api.client.get(AUTHORIZE, params=query(**change))
    assert (await api.answer(response))["errcode"] == errcode
    incomplete = await api.client.get(AUTHORIZE, params={"appid": demo.CORPID})
    assert (await api.answer(incomplete))["errcode"] == 40058
