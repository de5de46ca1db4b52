"""gettoken and tickets (fact sheet 3.1, 3.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.config import Limits, SimulatorConfig

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller

WHO = {"userid": "LiLei"}


@pytest.fixture
def base_config() -> SimulatorConfig:
    limits = Limits(failed_tokens_per_hour=3, ticket_app_per_hour=2)
    return replace(demo.demo_config(), limits=limits)


async def test_same_token_comes_back_until_it_expires(
    api: PlatformCaller, clock: DrivenClock
) -> None:
    first = await api.get_token()
    assert (first["errcode"], first["expires_in"]) == (0, 7200)
    clock.advance(timedelta(seconds=7000))
    second = await api.get_token()
    assert second["access_token"] == first["access_token"]
    assert second["expires_in"] == 200
    clock.advance(timedelta(seconds=200))
    assert (await api.get_token())["access_token"] != first["access_token"]


async def test_each_secret_has_its_own_token(api: PlatformCaller) -> None:
    secrets = [demo.APP_SECRET, demo.CONTACTS_SECRET, demo.CUSTOMERS_SECRET, demo.KF_SECRET]
    tokens = {(await api.get_token(secret))["access_token"] for secret in secrets}
    assert len(tokens) == len(secrets)


async def test_token_opens_only_what_its_secret_may(api: PlatformCaller) -> None:
    api.token = (await api.get_token(demo.KF_SECRET))["access_token"]
    assert (await api.get("user/get", **WHO))["errcode"] == 48002
    assert (await api.post("kf/account/list", {}))["errcode"] == 0


@pytest.mark.parametrize(
    ("corpid", "secret", "errcode"),
    [(demo.CORPID, "wrong", 40001), ("wwsomebodyelse", demo.APP_SECRET, 40013)],
)
async def test_wrong_credentials_are_refused(
    client: TestClient[Any, Any], api: PlatformCaller, corpid: str, secret: str, errcode: int
) -> None:
    params = {"corpid": corpid, "corpsecret": secret}
    answer = await api.answer(await client.get(api.url("gettoken"), params=params))
    assert answer["errcode"] == errcode


async def test_flood_of_failures_blocks_even_the_right_secret_for_an_hour(
    api: PlatformCaller, clock: DrivenClock
) -> None:
    for _ in range(3):
        assert (await api.get_token("wrong"))["errcode"] == 40001
    assert (await api.get_token())["errcode"] == 45009
    clock.advance(timedelta(hours=1))
    assert (await api.get_token())["errcode"] == 0


async def test_expired_killed_missing_and_foreign_tokens_differ(
    api: PlatformCaller, mp: OfficialCaller, sim: Simulator, clock: DrivenClock
) -> None:
    await api.fetch_token()
    clock.advance(timedelta(seconds=7200))
    assert (await api.get("user/get", **WHO))["errcode"] == 42001
    api.token = ""
    await api.fetch_token()
    sim.kill_tokens()
    assert (await api.get("user/get", **WHO))["errcode"] == 40014
    assert (await api.get("user/get", **WHO, access_token=""))["errcode"] == 41001
    api.token = await mp.fetch_token()
    assert (await api.get("user/get", **WHO))["errcode"] == 40014


async def test_new_token_after_a_killed_one_works(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.kill_tokens()
    api.token = ""
    assert (await api.get("user/get", **WHO))["errcode"] == 0


async def test_address_that_is_not_listed_is_refused_with_its_address(
    api: PlatformCaller, sim: Simulator
) -> None:
    sim.allow_ip(is_allowed=False)
    answer = await api.get("user/get", **WHO)
    assert answer["errcode"] == 60020
    assert "from ip: 127.0.0.1" in answer["errmsg"]
    sim.allow_ip(is_allowed=True)
    assert (await api.get("user/get", **WHO))["errcode"] == 0


async def test_errmsg_is_noise_that_changes_from_call_to_call(api: PlatformCaller) -> None:
    first = await api.get("user/get", userid="Nobody")
    second = await api.get("user/get", userid="Nobody")
    assert first["errcode"] == second["errcode"] == 60111
    assert first["errmsg"] != second["errmsg"]


async def test_tickets_of_corp_and_app_differ_and_are_kept(api: PlatformCaller) -> None:
    corp = await api.get("get_jsapi_ticket")
    app = await api.get("ticket/get", type="agent_config")
    assert corp["errcode"] == app["errcode"] == 0
    assert corp["ticket"] != app["ticket"]
    assert (await api.get("get_jsapi_ticket"))["ticket"] == corp["ticket"]
    assert corp["expires_in"] == 7200


async def test_tickets_are_limited_per_hour(api: PlatformCaller, clock: DrivenClock) -> None:
    codes = [(await api.get("ticket/get", type="agent_config"))["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45009]
    clock.advance(timedelta(hours=1))
    api.token = ""
    assert (await api.get("ticket/get", type="agent_config"))["errcode"] == 0


async def test_unknown_ticket_type_is_refused(api: PlatformCaller) -> None:
    assert (await api.get("ticket/get", type="other"))["errcode"] == 40058


async def test_callback_addresses_are_told(api: PlatformCaller) -> None:
    assert (await api.get("getcallbackip"))["ip_list"] == ["127.0.0.1"]
    assert (await api.get("get_api_domain_ip"))["ip_list"] == ["127.0.0.1"]


async def test_missing_parameter_of_gettoken_is_named(
    client: TestClient[Any, Any], api: PlatformCaller
) -> None:
    answer = await api.answer(await client.get(api.url("gettoken"), params={"corpid": "x"}))
    assert answer["errcode"] == 40058
    assert "corpsecret" in answer["errmsg"]
