from __future__ import annotations

import asyncio

import pytest

from bot.wecom.client.corp import CorpClient
from bot.wecom.client.official import OfficialClient
from bot.wecom.client.tokens import FORCED
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import NotSentError, PlatformError
from tests.unit.bot.loopback_platform import Platform

SEND = "/cgi-bin/message/send"
TOKEN = "/cgi-bin/gettoken"
STABLE = "/cgi-bin/stable_token"
CUSTOM = "/cgi-bin/message/custom/send"


async def test_fifty_calls_at_once_need_one_token(corp: CorpClient, platform: Platform) -> None:
    await asyncio.gather(*(corp.app.send({"touser": str(n)}) for n in range(50)))
    assert len(platform.calls(TOKEN)) == 1
    assert len(platform.calls(SEND)) == 50


async def test_a_token_that_dies_early_is_renewed_once_for_all(
    corp: CorpClient, platform: Platform
) -> None:
    await corp.app.send({"touser": "a"})
    platform.dead_tokens = {"T1"}
    await asyncio.gather(*(corp.app.send({"touser": str(n)}) for n in range(50)))
    assert len(platform.calls(TOKEN)) == 2
    assert len(platform.calls(SEND)) <= 1 + 50 + 50


async def test_a_platform_that_refuses_for_ever_is_asked_a_bounded_number_of_times(
    corp: CorpClient, platform: Platform
) -> None:
    platform.refuses_all = True
    for _ in range(20):
        with pytest.raises(PlatformError) as caught:
            await corp.app.send({"touser": "a"})
        assert caught.value.reaction is Reaction.OPERATOR
        assert caught.value.advice == "check_secret"
    assert len(platform.calls(TOKEN)) <= 1 + FORCED
    assert len(platform.calls(SEND)) <= 20 * 2


async def test_one_refused_call_makes_one_more_attempt(
    corp: CorpClient, platform: Platform
) -> None:
    platform.refuses_all = True
    with pytest.raises(PlatformError):
        await corp.app.send({"touser": "a"})
    assert len(platform.calls(SEND)) == 2
    assert len(platform.calls(TOKEN)) == 2


async def test_other_refusals_are_not_repeated(corp: CorpClient, platform: Platform) -> None:
    platform.always[SEND] = {"errcode": 81013, "errmsg": "all invalid"}
    with pytest.raises(PlatformError):
        await corp.app.send({"touser": "a"})
    assert len(platform.calls(SEND)) == 1


async def test_a_second_refusal_of_another_kind_comes_through(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on(SEND, {"errcode": 42001}, {"errcode": 45033})
    with pytest.raises(PlatformError) as caught:
        await corp.app.send({"touser": "a"})
    assert caught.value.reaction is Reaction.SLOW_DOWN


async def test_a_wrong_secret_asks_for_the_operator(corp: CorpClient, platform: Platform) -> None:
    platform.always[TOKEN] = {"errcode": 40001, "errmsg": "invalid credential"}
    for _ in range(5):
        with pytest.raises(PlatformError) as caught:
            await corp.app.send({"touser": "a"})
        assert caught.value.reaction is Reaction.OPERATOR
    assert len(platform.calls(TOKEN)) == 1
    assert platform.calls(SEND) == []


async def test_a_token_answer_that_is_cut_means_the_call_was_not_made(
    corp: CorpClient, platform: Platform
) -> None:
    platform.on(TOKEN, {"errcode": 0})
    with pytest.raises(NotSentError):
        await corp.app.send({"touser": "a"})
    assert platform.calls(SEND) == []


async def test_an_official_account_uses_the_stable_token(
    official: OfficialClient, platform: Platform
) -> None:
    await official.send({"touser": "o1"})
    (asked,) = platform.calls(STABLE)
    assert asked.json == {
        "grant_type": "client_credential",
        "appid": "wxtest0000000001",
        "secret": "the-mp-secret",
        "force_refresh": False,
    }
    assert platform.calls(CUSTOM)[0].query == {"access_token": "T1"}


async def test_an_official_account_treats_40001_as_a_dead_token(
    official: OfficialClient, platform: Platform
) -> None:
    platform.on(CUSTOM, {"errcode": 40001, "errmsg": "invalid credential"})
    await official.send({"touser": "o1"})
    assert len(platform.calls(CUSTOM)) == 2
    assert [asked.json["force_refresh"] for asked in platform.calls(STABLE)] == [False, False]


async def test_a_new_token_is_forced_only_when_the_refused_one_comes_back(
    official: OfficialClient, platform: Platform
) -> None:
    same = {"access_token": "T1", "expires_in": 7200}
    platform.on(STABLE, same, same, {"access_token": "T2", "expires_in": 7200})
    platform.dead_tokens = {"T1"}
    await official.send({"touser": "o1"})
    assert [asked.json["force_refresh"] for asked in platform.calls(STABLE)] == [
        False,
        False,
        True,
    ]
    assert platform.calls(CUSTOM)[-1].query == {"access_token": "T2"}
