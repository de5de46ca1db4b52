"""The acknowledgement is a proper HTTP answer, whoever asks and however often."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.clock import DrivenClock
from bot.wecom.acknowledgement import Acknowledgement
from tests.factories import NOW
from tests.services.ports import LOOPBACK


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(NOW, is_running=False)


@pytest.fixture
async def client(aiohttp_client: Any, clock: DrivenClock) -> Any:
    acknowledgement = Acknowledgement(b"success")

    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        return acknowledgement.to(request, clock.now())

    app = web.Application()
    app.router.add_post("/", answer)
    return await aiohttp_client(app)


async def test_it_says_its_word_as_plain_text_and_the_connection_stays(client: Any) -> None:
    for _ in range(3):
        response = await client.post("/", data=b"x")
        assert (response.status, await response.read()) == (200, b"success")
        assert response.headers["Content-Type"] == "text/plain"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(client.session.connector._conns) == 1


async def test_its_date_is_the_second_of_the_answer(client: Any, clock: DrivenClock) -> None:
    dates = []
    for _ in range(3):
        dates.append((await client.post("/")).headers["Date"])
        clock.advance(timedelta(milliseconds=600))
    moments = [datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT") for date in dates]  # noqa: DTZ007
    assert moments[0] == NOW.replace(microsecond=0, tzinfo=None)
    assert [moment - moments[0] for moment in moments] == [timedelta(seconds=s) for s in (0, 0, 1)]


@pytest.mark.parametrize(
    "head",
    [b"POST / HTTP/1.0\r\n", b"POST / HTTP/1.1\r\nHost: clew\r\nConnection: close\r\n"],
    ids=["an old client", "a client that wants no more"],
)
async def test_the_connection_is_closed_for_who_asks_for_it(client: Any, head: bytes) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, client.port)
    writer.write(head + b"Content-Length: 0\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    assert answer.split()[1] == b"200"
    assert answer.endswith(b"\r\n\r\nsuccess")


async def test_requests_sent_in_one_go_are_all_answered(client: Any) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, client.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: clew\r\nContent-Length: 0\r\n\r\n" * 3)
    answers = b""
    while answers.count(b"success") < 3:
        chunk = await asyncio.wait_for(reader.read(4096), 10)
        assert chunk
        answers += chunk
    writer.close()
    await writer.wait_closed()
    assert answers.count(b"HTTP/1.1 200 OK") == 3
