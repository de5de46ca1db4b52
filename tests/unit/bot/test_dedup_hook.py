"""The call to the customer's own system: signed, to one address, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock
from bot.dedup_hook import MOMENT, SIGNATURE, DedupHook, sign
from bot.wecom.errors import NotSentError, OutcomeUnknownError
from domain.messages import Fetch, FetchKind

SECRET = "a-secret-of-thirty-two-characters"
QUESTION = Fetch(FetchKind.DEDUP_HOOK, "71:abc", "", 1, '["same_identity","expo"]')


class Peer:
    """What the customer's system answers, and what it was asked."""

    def __init__(self) -> None:
        self.answer = web.json_response({"then": "link"})
        self.asked: list[tuple[bytes, dict[str, str]]] = []
        self.elsewhere = 0

    async def decide(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((await request.read(), dict(request.headers)))
        return self.answer

    async def stray(self, request: web.Request) -> web.StreamResponse:
        del request
        self.elsewhere += 1
        return web.json_response({"then": "follow"})


@pytest.fixture
async def peer() -> AsyncIterator[tuple[Peer, str]]:
    peer = Peer()
    app = web.Application()
    app.router.add_post("/duplicate", peer.decide)
    app.router.add_route("*", "/elsewhere", peer.stray)
    async with TestServer(app) as server:
        yield peer, str(server.make_url("/duplicate"))


async def ask(address: str, clock: DrivenClock) -> object:
    async with aiohttp.ClientSession() as session:
        return await DedupHook(session, address, SECRET, clock).ask(QUESTION)


async def test_the_question_is_signed_and_holds_nothing_personal(
    peer: tuple[Peer, str], clock: DrivenClock
) -> None:
    played, address = peer
    assert await ask(address, clock) == {"then": "link"}
    ((body, headers),) = played.asked
    assert headers[SIGNATURE] == sign(SECRET.encode(), headers[MOMENT], body)
    assert headers[MOMENT] == str(int(clock.now().timestamp()))
    assert msgspec.json.decode(body) == {
        "type": "duplicate",
        "id": "71:abc",
        "lead": "71",
        "rule": "same_identity",
        "channel": "expo",
    }


async def test_it_is_not_led_to_another_address(peer: tuple[Peer, str], clock: DrivenClock) -> None:
    played, address = peer
    played.answer = web.Response(status=302, headers={"Location": "/elsewhere"})
    with pytest.raises(OutcomeUnknownError):
        await ask(address, clock)
    assert played.elsewhere == 0


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(text="follow"),
        web.json_response({"do": "follow"}),
        web.Response(body=b'{"then": "' + b"x" * 10_000 + b'"}'),
    ],
    ids=["broken", "no json", "no answer", "too long"],
)
async def test_what_is_no_answer_is_asked_again(
    peer: tuple[Peer, str], clock: DrivenClock, answer: web.Response
) -> None:
    played, address = peer
    played.answer = answer
    with pytest.raises(OutcomeUnknownError):
        await ask(address, clock)


async def test_who_is_not_there_was_not_asked(clock: DrivenClock, free_port: object) -> None:
    port = free_port()  # type: ignore[operator]
    with pytest.raises(NotSentError):
        await ask(f"http://127.0.0.1:{port}/duplicate", clock)
