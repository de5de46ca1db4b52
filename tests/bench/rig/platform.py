"""The platform's API as a bench needs it: says yes to everything at once and notes when.

The stand-in of the product checks what it is asked; here only its answer counts,
and it must not take the other core away from the load generator.
"""

from __future__ import annotations

import json
import sys
import time

from aiohttp import web

from tests.bench.rig.corp import REP
from tests.services.ports import LOOPBACK

_TOKEN: dict[str, object] = {"access_token": "benchAccessToken", "expires_in": 7200}
_ANSWERS: dict[str, dict[str, object]] = {
    "/cgi-bin/gettoken": _TOKEN,
    "/cgi-bin/stable_token": _TOKEN,
    "/cgi-bin/department/list": {"department": [{"id": 1, "name": "all", "parentid": 0}]},
    "/cgi-bin/user/simplelist": {"userlist": [{"userid": REP, "name": "李雷", "department": [1]}]},
}


class Platform:
    """Answers calls; ``/marks`` tells which marks it was called with, and when (monotonic)."""

    def __init__(self) -> None:
        """Nothing was called yet."""
        self._marks: list[tuple[str, float]] = []

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call of the API."""
        now = time.monotonic()
        body = await request.read()
        if body:
            sent = json.loads(body)
            self._marks.append((str(sent.get("welcome_code") or sent.get("touser")), now))
        elif request.path == "/cgi-bin/externalcontact/get":
            return _yes(_contact(request.query["external_userid"]))
        return _yes(_ANSWERS.get(request.path, {}))

    async def marks(self, request: web.Request) -> web.Response:
        """Return and forget what was seen."""
        del request
        marks, self._marks = self._marks, []
        return web.json_response(marks)


def _yes(answer: dict[str, object]) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", **answer})


def _contact(external_userid: str) -> dict[str, object]:
    follower = {"userid": REP, "remark": "", "createtime": int(time.time()), "state": "expo"}
    contact = {"external_userid": external_userid, "name": "韩梅梅", "type": 1, "gender": 0}
    return {"external_contact": contact, "follow_user": [follower]}


def main(port: int) -> None:
    """Serve until terminated."""
    platform = Platform()
    app = web.Application()
    app.router.add_get("/marks", platform.marks)
    app.router.add_route("*", "/{tail:.*}", platform.call)
    web.run_app(app, host=LOOPBACK, port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
