from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web

from bot.wecom.client.transport import Bounds, CallSeen, Transport, Upload, WireCall
from bot.wecom.errors import Family, NotSentError, OutcomeUnknownError, PlatformError, WireError
from tests.patience import NEVER_COMES, until
from tests.unit.bot.loopback_platform import Platform, Script

TOKEN = "a-token-that-must-never-be-seen"


def raw(body: bytes | str, *, status: int = 200, content_type: str = "application/json") -> Script:
    async def answer(_request: web.Request) -> web.StreamResponse:
        payload = body.encode() if isinstance(body, str) else body
        return web.Response(body=payload, status=status, content_type=content_type)

    return answer


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Promise 100 bytes and hang up after 10."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"errcode"')
    assert request.transport is not None
    request.transport.close()
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def test_success_is_errcode_zero_or_none(transport: Transport, platform: Platform) -> None:
    platform.on("/a", {"errcode": 0, "errmsg": "ok", "msgid": "M1"}, {"ticket": "x"})
    assert await transport.exchange(WireCall("/a")) == {"msgid": "M1"}
    assert await transport.exchange(WireCall("/a")) == {"ticket": "x"}


async def test_a_refusal_comes_with_status_200(transport: Transport, platform: Platform) -> None:
    platform.on("/a", {"errcode": 81013, "errmsg": "user & party & tag all invalid"})
    with pytest.raises(PlatformError) as caught:
        await transport.exchange(WireCall("/a"))
    assert caught.value.errcode == 81013
    assert caught.value.endpoint == "/a"


async def test_chinese_and_emoji_go_out_as_utf8(transport: Transport, platform: Platform) -> None:
    await transport.exchange(WireCall("/a", body={"text": "你好😀"}), TOKEN)
    (asked,) = platform.calls("/a")
    assert "你好😀".encode() in asked.body
    assert b"\\u" not in asked.body
    assert asked.content_type == "application/json"
    assert asked.query["access_token"] == TOKEN


async def test_a_lone_surrogate_does_not_stop_a_call(
    transport: Transport, platform: Platform
) -> None:
    await transport.exchange(WireCall("/a", body={"text": "x\ud83d"}))
    assert platform.calls("/a")[0].json == {"text": "x?"}


async def test_an_empty_body_is_still_a_post(transport: Transport, platform: Platform) -> None:
    await transport.exchange(WireCall("/a", body={}))
    assert platform.calls("/a")[0].body == b"{}"


@pytest.mark.parametrize(
    "answer",
    [
        raw('{"errcode":0,"msg'),
        raw("<html>bad gateway</html>", content_type="text/html"),
        raw("[1, 2]"),
        raw('{"errcode": "soon"}'),
        raw('{"errcode": true}'),
        raw("", status=502),
        raw('{"errcode":0}', status=500),
        cut_off,
        hang_up,
    ],
    ids=["truncated", "html", "list", "word", "flag", "http_502", "http_500", "cut", "hung_up"],
)
async def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    transport: Transport, platform: Platform, answer: Script
) -> None:
    platform.on("/a", answer)
    with pytest.raises(OutcomeUnknownError):
        await transport.exchange(WireCall("/a", body={"x": 1}))


@pytest.mark.parametrize("status", [301, 403, 404, 413])
async def test_a_call_turned_away_unread_was_not_sent(
    transport: Transport, platform: Platform, status: int
) -> None:
    platform.on("/a", raw("no", status=status, content_type="text/html"))
    with pytest.raises(NotSentError) as caught:
        await transport.exchange(WireCall("/a"))
    assert caught.value.reason == f"http_{status}"


async def test_a_silent_platform_leaves_the_outcome_unknown(
    transport: Transport, platform: Platform
) -> None:
    platform.gate = asyncio.Event()
    with pytest.raises(OutcomeUnknownError):
        await transport.exchange(WireCall("/a", body={}, total_for=NEVER_COMES))


async def test_a_refused_connection_was_not_sent(
    session: aiohttp.ClientSession, free_port: Callable[[], int]
) -> None:
    transport = Transport(session, f"http://127.0.0.1:{free_port()}", Family.WECOM)
    with pytest.raises(NotSentError):
        await transport.exchange(WireCall("/a", body={}))


async def test_an_address_that_is_none_was_not_sent(session: aiohttp.ClientSession) -> None:
    transport = Transport(session, "not an address", Family.WECOM)
    with pytest.raises(NotSentError):
        await transport.exchange(WireCall("/a"))


async def test_an_endless_answer_is_given_up(
    session: aiohttp.ClientSession, address: str, platform: Platform
) -> None:
    platform.on("/a", raw(b" " * 4096))
    transport = Transport(session, address, Family.WECOM, Bounds(answer_bytes=1024))
    with pytest.raises(OutcomeUnknownError):
        await transport.exchange(WireCall("/a"))


async def test_a_control_character_in_a_name_is_read(
    transport: Transport, platform: Platform
) -> None:
    platform.on("/a", raw(b'{"name":"a\x01b\xff"}'))
    assert await transport.exchange(WireCall("/a")) == {"name": "a\x01b\ufffd"}


async def test_at_most_four_calls_of_an_endpoint_run_at_once(
    transport: Transport, platform: Platform
) -> None:
    platform.gate = asyncio.Event()
    calls = asyncio.gather(*(transport.exchange(WireCall("/a")) for _ in range(12)))
    await until(lambda: platform.running == 4)
    platform.gate.set()
    await calls
    assert platform.most_running == 4


async def test_endpoints_do_not_wait_for_each_other(
    transport: Transport, platform: Platform
) -> None:
    platform.gate = asyncio.Event()
    calls = [WireCall("/a")] * 4 + [WireCall("/b")] * 4
    answers = asyncio.gather(*(transport.exchange(call) for call in calls))
    await until(lambda: platform.running == 8)
    platform.gate.set()
    await answers


async def test_waiting_for_a_slot_does_not_time_out(
    transport: Transport, platform: Platform
) -> None:
    platform.gate = asyncio.Event()
    slow = asyncio.gather(*(transport.exchange(WireCall("/a")) for _ in range(4)))
    await until(lambda: platform.running == 4)
    hasty = asyncio.create_task(transport.exchange(WireCall("/a", total_for=NEVER_COMES)))
    await asyncio.sleep(3 * NEVER_COMES)
    assert not hasty.done()
    platform.gate.set()
    await asyncio.gather(slow, hasty, return_exceptions=True)


async def test_a_file_is_uploaded_as_multipart(transport: Transport, platform: Platform) -> None:
    await transport.exchange(WireCall("/up", upload=Upload("报告.png", b"PNG", "image/png")))
    (asked,) = platform.calls("/up")
    assert asked.content_type == "multipart/form-data"
    assert b'name="media"' in asked.body
    assert b"PNG" in asked.body


async def test_a_file_is_downloaded(transport: Transport, platform: Platform) -> None:
    platform.on("/get", raw(b"PNG", content_type="image/png"))
    reply = await transport.download(WireCall("/get"))
    assert (reply.body, reply.content_type) == (b"PNG", "image/png")


async def test_json_instead_of_a_file_is_an_error(transport: Transport, platform: Platform) -> None:
    platform.on("/get", {"errcode": 40007, "errmsg": "invalid media_id"}, {"errcode": 0})
    with pytest.raises(PlatformError):
        await transport.download(WireCall("/get"))
    with pytest.raises(OutcomeUnknownError):
        await transport.download(WireCall("/get"))


async def test_every_call_is_reported_once_without_its_address(
    session: aiohttp.ClientSession, address: str, platform: Platform
) -> None:
    seen: list[CallSeen] = []
    transport = Transport(session, address, Family.WECOM, on_call=seen.append)
    platform.on("/a", {"errcode": 45033, "errmsg": "busy"}, raw("", status=502))
    for _ in range(3):
        try:
            await transport.exchange(WireCall("/a"), TOKEN)
        except WireError:
            continue
    assert [call.result for call in seen] == ["45033", "http_502", "0"]
    assert all(call.endpoint == "/a" and call.seconds >= 0 for call in seen)


@pytest.mark.parametrize(
    "answer",
    [hang_up, cut_off, raw("{"), {"errcode": 1}],
    ids=["hung_up", "cut", "truncated", "refused"],
)
async def test_no_failure_shows_the_token(
    transport: Transport, platform: Platform, answer: Script
) -> None:
    platform.on("/a", answer)
    with pytest.raises(WireError) as caught:
        await transport.exchange(WireCall("/a", body={"x": 1}), TOKEN)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


async def test_no_connection_failure_shows_the_token(
    session: aiohttp.ClientSession, free_port: Callable[[], int]
) -> None:
    transport = Transport(session, f"http://127.0.0.1:{free_port()}", Family.WECOM)
    with pytest.raises(NotSentError) as caught:
        await transport.exchange(WireCall("/a"), TOKEN)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_a_call_never_shows_what_it_carries() -> None:
    call = WireCall("/a", {"corpsecret": "hidden-1"}, body={"content": "hidden-2"})
    assert "hidden" not in repr(call)
