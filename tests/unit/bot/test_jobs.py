"""Jobs over the socket: what is returned or refused here is told there."""

from __future__ import annotations

from types import MappingProxyType

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.jobs import Job, NoWords, add_jobs
from storage.errors import Cause, StorageUnavailable


class Half(msgspec.Struct):
    """Which number to halve."""

    number: int


async def halve(asked: Half) -> object:
    if asked.number % 2:
        problem = "odd"
        raise ValueError(problem)
    return MappingProxyType({"half": asked.number // 2})


async def away(_: NoWords) -> None:
    problem = "no answer"
    raise StorageUnavailable(problem, Cause.GONE)


@pytest.mark.parametrize(
    ("job", "asked", "told"),
    [
        ("halve", Half(6), (200, '{"half":3}')),
        ("halve", Half(7), (400, "odd")),
        ("away", NoWords(), (503, "gone")),
    ],
)
async def test_an_answer_and_a_refusal_come_back(
    job: str, asked: msgspec.Struct, told: tuple[int, str]
) -> None:
    app = web.Application()
    add_jobs(app, {"halve": Job(Half, halve), "away": Job(NoWords, away)})
    async with TestClient(TestServer(app)) as service:
        answer = await service.post(f"/{job}", data=msgspec.json.encode(asked))
        assert (answer.status, await answer.text()) == told
