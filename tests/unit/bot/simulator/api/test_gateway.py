"""What every endpoint does before and after its own work (fact sheet 3, 4.1, 6)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.simulator.api import gateway
from bot.simulator.api.gateway import UNICODE_ESCAPE
from bot.simulator.faults import Fault, FaultKind
from tests.unit.bot.simulator.listening_clew import utf8_json
from tests.unit.bot.simulator.wire_cards import text_message

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

SEND = "message/send"


async def raw_send(api: PlatformCaller, content: str = "你好") -> aiohttp.ClientResponse:
    params = {"access_token": await api.fetch_token()}
    body = utf8_json(text_message(content))
    return await api.client.post(api.url(SEND), params=params, data=body)


async def test_unicode_escapes_are_refused(api: PlatformCaller, sim: Simulator) -> None:
    escaped = json.dumps(text_message("你好")).encode()
    assert (await api.post_raw(SEND, escaped))["errcode"] == 40033
    assert sim.messages("app:LiLei") == []


@pytest.mark.parametrize(
    ("raw", "is_escape"),
    [
        (rb'"\u4f60"', True),
        (rb'"\\\u4f60"', True),
        (rb'"\\u4f60"', False),
        (rb'"C:\\users"', False),
        (rb'"\n\t"', False),
    ],
)
def test_backslashes_before_a_u_are_no_escape(raw: bytes, *, is_escape: bool) -> None:
    assert bool(UNICODE_ESCAPE.search(raw)) == is_escape


@pytest.mark.parametrize("raw", [b"{", b"not json", b'{"touser":}', '{"touser":"线"'.encode()])
async def test_broken_json_is_refused(api: PlatformCaller, raw: bytes) -> None:
    assert (await api.post_raw(SEND, raw))["errcode"] == 47001


async def test_empty_body_misses_its_fields(api: PlatformCaller) -> None:
    answer = await api.post_raw(SEND, b"")
    assert answer["errcode"] == 40058
    assert "msgtype" in answer["errmsg"]


async def test_calls_are_logged_with_path_code_and_body(
    api: PlatformCaller, sim: Simulator
) -> None:
    await api.post(SEND, text_message("你好", "Nobody"))
    call = sim.calls(SEND)[-1]
    assert (call.path, call.errcode) == ("/cgi-bin/message/send", 81013)
    assert json.loads(call.body)["touser"] == "Nobody"
    assert call.at == sim.world.now


async def test_path_that_nobody_serves_is_seen(
    client: TestClient[Any, Any], sim: Simulator
) -> None:
    response = await client.post("/qyapi/cgi-bin/appchat/create")
    assert response.status == 404
    assert sim.calls("appchat/create")[0].errcode == 404


async def test_eleventh_call_at_once_is_one_too_many(
    api: PlatformCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.fetch_token()
    all_there = asyncio.Barrier(11)
    monkeypatch.setattr(gateway, "asyncio", SimpleNamespace(sleep=lambda _: all_there.wait()))
    calls = [api.get("user/get", userid="LiLei") for _ in range(11)]
    codes = sorted(answer["errcode"] for answer in await asyncio.gather(*calls))
    assert codes == [0] * 10 + [45033]


async def test_slow_call_still_takes_effect(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.SLOW, "*/message/send", seconds=0.2))
    begun = asyncio.get_running_loop().time()
    slow = await raw_send(api, "慢")
    assert asyncio.get_running_loop().time() - begun >= 0.2
    assert slow.status == 200
    assert [message.text for message in sim.messages("app:LiLei")] == ["慢"]


async def test_server_error_has_no_effect(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.HTTP_ERROR, "*/message/send", status=502))
    assert (await raw_send(api)).status == 502
    assert sim.messages("app:LiLei") == []
    assert sim.calls(SEND)[-1].errcode == 502
    assert (await raw_send(api)).status == 200


async def test_error_code_has_no_effect(api: PlatformCaller, sim: Simulator) -> None:
    sim.faults.add(Fault(FaultKind.ERRCODE, "*/message/send", errcode=-1, times=2))
    codes = [(await api.post(SEND, text_message("你好")))["errcode"] for _ in range(3)]
    assert codes == [-1, -1, 0]
    assert len(sim.messages("app:LiLei")) == 1


async def test_truncated_answer_comes_after_the_effect(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.TRUNCATED, "*/message/send"))
    body = await (await raw_send(api)).read()
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert len(sim.messages("app:LiLei")) == 1


async def test_lost_answer_comes_after_the_effect(api: PlatformCaller, sim: Simulator) -> None:
    await api.fetch_token()
    sim.faults.add(Fault(FaultKind.LOST_ANSWER, "*/message/send"))
    with pytest.raises(aiohttp.ClientError):
        await raw_send(api)
    assert len(sim.messages("app:LiLei")) == 1


async def test_answers_are_real_utf8(api: PlatformCaller) -> None:
    params = {"access_token": await api.fetch_token(), "userid": "LiLei"}
    response = await api.client.get(api.url("user/get"), params=params)
    assert "李雷".encode() in await response.read()


async def test_a_broken_rate_is_refused_for_a_minute(
    api: PlatformCaller, clock: DrivenClock
) -> None:
    async def ask() -> int:
        answer = await api.get("user/get", userid="LiLei", debug=1)
        return int(answer["errcode"])

    assert [await ask() for _ in range(6)] == [0] * 5 + [45009]
    clock.advance(timedelta(seconds=59))
    assert await ask() == 45009
    clock.advance(timedelta(seconds=1))
    assert await ask() == 0
