"""Jobs that the command line asks of the running service: JSON in, JSON out.

What a desk of this process returns or refuses, the desk that asks through the socket
returns or refuses as well; :mod:`bot.office_wire` holds the other end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web

from handlers.updates.plain import to_json
from storage.errors import StorageUnavailable

X = TypeVar("X")

#: Asks the running service for a job by name: words that JSON can say, an answer in JSON.
Ask = Callable[[str, object], Awaitable[bytes]]


class NoWords(msgspec.Struct):
    """Nothing to say: the job is enough."""


@dataclass(frozen=True, slots=True)
class Job(Generic[X]):
    """What kind of words a job is asked with, and what does it."""

    words: type[X]
    do: Callable[[X], Awaitable[object]]


def add_jobs(app: web.Application, jobs: Mapping[str, Job[Any]]) -> None:
    """Let the service do jobs by their names."""
    for name, job in jobs.items():
        app.router.add_post(f"/{name}", _answering(job))


def _answering(job: Job[Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read(), type=job.words)
        try:
            done = await job.do(asked)
        except ValueError as error:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=str(error))
        except StorageUnavailable as error:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=error.cause)
        return web.Response(body=to_json(done), content_type="application/json")

    return answer
