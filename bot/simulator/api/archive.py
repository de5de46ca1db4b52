"""The archive: consents as the platform answers them, lines as a helper process would (2.9).

The platform hands lines out only through its native library. The stand-in plays
that library's helper: a page of plain JSON lines after a ``seq``.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta

from bot.simulator.acts.archivist import lines_after
from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Nothing, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import ArchiveConfig, Right
from bot.simulator.moments import unix
from bot.simulator.world.groups import Side
from bot.simulator.world.world import World

CALLERS = frozenset({Right.ARCHIVE})
LINES_PATH = "/archive/lines"
MAX_LINES = 1000


class AskedPair(Strict):
    """A member and a customer; the second name is spelt as the platform spells it."""

    userid: str
    exteranalopenid: str


class SingleAgree(Strict):
    """Body of check_single_agree."""

    info: Annotated[list[AskedPair], Meta(min_length=1, max_length=100)]


class RoomAgree(Strict):
    """Body of check_room_agree."""

    roomid: str


def check_single_agree(ask: Ask[SingleAgree]) -> Answer:
    """Return whether customers let their chats be archived."""
    return {
        "agreeinfo": [_agreement(ask.world, p.userid, p.exteranalopenid) for p in ask.body.info]
    }


def check_room_agree(ask: Ask[RoomAgree]) -> Answer:
    """Return the same for the customers in a group, towards its owner."""
    group = ask.world.groups.get(ask.body.roomid)
    if group is None:
        raise Refused(Code.BAD_CHAT, "roomid not exist")
    outside = [one.id for one in group.members.values() if one.side is Side.EXTERNAL]
    return {"agreeinfo": [_agreement(ask.world, group.owner, one) for one in outside]}


def permit_users(ask: Ask[Nothing]) -> Answer:
    """Return the members whose chats are archived: all of them."""
    return {"ids": [employee.userid for employee in ask.world.directory.employees]}


def _agreement(world: World, userid: str, customer: str) -> dict[str, object]:
    lookups.employee(world, userid)
    lookups.customer(world, customer)
    _, at = world.archive.consents.get((userid, customer), (None, None))
    return {
        "userid": userid,
        "exteranalopenid": customer,
        "agree_status": world.archive.consent(userid, customer).value,
        "status_change_time": unix(at) if at else 0,
    }


class LinesDoor:
    """Serves the lines to who knows the archive's secret."""

    def __init__(self, world: World, config: ArchiveConfig) -> None:
        """Serve the archive of ``world``."""
        self._world = world
        self._config = config

    def mount(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get(LINES_PATH, self.lines)

    async def lines(self, request: web.Request) -> web.Response:
        """Return up to ``limit`` (≤ 1000) lines after ``seq``; old ones are gone."""
        expected = f"Bearer {self._config.secret}"
        if not hmac.compare_digest(request.headers.get("Authorization", ""), expected):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        seq, limit = request.query.get("seq", "0"), request.query.get("limit", str(MAX_LINES))
        if not (seq.isdecimal() and limit.isdecimal() and 1 <= int(limit) <= MAX_LINES):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        oldest = self._world.now - self._world.config.limits.archive_life
        found = lines_after(self._world.archive, int(seq), int(limit))
        body = b"".join(
            msgspec.json.encode(line.wire) + b"\n" for line in found if line.at >= oldest
        )
        return web.Response(body=body, content_type="application/x-ndjson")


BASE = "/cgi-bin/msgaudit"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/check_single_agree", SingleAgree, check_single_agree, CALLERS),
    Endpoint("POST", f"{BASE}/check_room_agree", RoomAgree, check_room_agree, CALLERS),
    Endpoint("POST", f"{BASE}/get_permit_user_list", Nothing, permit_users, CALLERS),
)
