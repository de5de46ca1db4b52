"""The official account's tokens (fact sheet 3.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator import demo
from tests.unit.bot.simulator.listening_clew import utf8_json
from tests.unit.bot.simulator.seeded import ZHANG_SAN_OPENID

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import OfficialCaller


async def test_stable_token_stays_until_little_is_left(
    mp: OfficialCaller, clock: DrivenClock
) -> None:
    first = await mp.get_token()
    assert first["expires_in"] == 7200
    clock.advance(timedelta(seconds=6900))
    assert (await mp.get_token())["access_token"] == first["access_token"]
    clock.advance(timedelta(seconds=1))
    renewed = await mp.get_token()
    assert renewed["access_token"] != first["access_token"]
    assert renewed["expires_in"] == 7200


async def test_forced_token_leaves_the_old_one_five_minutes(
    mp: OfficialCaller, clock: DrivenClock
) -> None:
    old = await mp.fetch_token()
    assert (await mp.get_token(force_refresh=True))["access_token"] != old
    assert (await mp.get_token(force_refresh=True))["errcode"] == 45011
    clock.advance(timedelta(seconds=299))
    who = {"openid": ZHANG_SAN_OPENID}
    assert (await mp.get("user/info", **who))["errcode"] == 0
    clock.advance(timedelta(seconds=1))
    assert (await mp.get("user/info", **who))["errcode"] == 42001


async def test_token_can_be_forced_twenty_times_a_day(
    mp: OfficialCaller, clock: DrivenClock
) -> None:
    codes = []
    for _ in range(21):
        codes.append((await mp.get_token(force_refresh=True))["errcode"])
        clock.advance(timedelta(seconds=30))
    assert codes == [0] * 20 + [45009]


async def test_plain_token_is_new_each_time_and_isolated(mp: OfficialCaller) -> None:
    query = {
        "grant_type": "client_credential",
        "appid": demo.MP_APPID,
        "secret": demo.MP_SECRET,
    }
    stable = await mp.fetch_token()
    tokens = set()
    for _ in range(2):
        response = await mp.client.get(mp.url("token"), params=query)
        tokens.add((await mp.answer(response))["access_token"])
    assert len(tokens | {stable}) == 3
    assert (await mp.get_token())["access_token"] == stable


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": "wxother"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40058),
    ],
)
async def test_wrong_credentials_are_refused(
    mp: OfficialCaller, change: dict[str, str], errcode: int
) -> None:
    body = {
        "grant_type": "client_credential",
        "appid": demo.MP_APPID,
        "secret": demo.MP_SECRET,
    } | change
    answer = await mp.answer(await mp.client.post(mp.url("stable_token"), data=utf8_json(body)))
    assert answer["errcode"] == errcode


async def test_invented_token_and_unlisted_address_have_their_own_codes(
    mp: OfficialCaller, sim: Simulator
) -> None:
    mp.token = "invented"
    answer = await mp.get("user/info", openid=ZHANG_SAN_OPENID)
    assert answer["errcode"] == 40001
    assert " rid: " in answer["errmsg"]
    mp.token = ""
    await mp.fetch_token()
    sim.allow_ip(is_allowed=False)
    assert (await mp.get("user/info", openid=ZHANG_SAN_OPENID))["errcode"] == 40164
    assert (await mp.get_token())["errcode"] == 40164
