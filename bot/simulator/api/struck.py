"""What faults do to a call: whom it names, how it is refused, how its answer is spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from aiohttp import web

from bot.simulator.api.refusal import Refused
from bot.simulator.config import Face
from bot.simulator.faults import Faults
from bot.simulator.faults.book import UNHURT, Strike
from bot.simulator.faults.codes import Aftermath, Place
from bot.simulator.faults.rule import Subject
from bot.simulator.world.tokens import Grant
from bot.simulator.world.world import World

#: Fields of bodies and queries that name a person.
NAMING = ("touser", "userid", "external_userid", "openid", "userids", "userid_list")
#: What nginx in front of the platform says when nobody answers behind it.
PAGE = (
    "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {phrase}</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Struck:
    """A call as faults see it: what it says (body over query) and what happens to it."""

    strike: Strike = UNHURT
    subject: Subject | None = None
    facts: Facts = field(default_factory=dict)


NOTHING_STRUCK = Struck()


class Spoiler:
    """Brings the faults into the calls of one host."""

    def __init__(self, world: World, faults: Faults) -> None:
        """Ask ``faults`` about calls on ``world``."""
        self._world = world
        self._faults = faults

    def knows(self, place: Place) -> None:
        """Let rules name an endpoint."""
        self._faults.places.append(place)

    async def look(self, request: web.Request, place: Place, *, is_upload: bool) -> Struck:
        """Ask about a call and count it; while no rule is in force its body is left alone."""
        if self._faults.is_idle:
            return NOTHING_STRUCK
        facts: dict[str, object] = dict(request.query)
        if not is_upload:
            facts |= _object(await request.read())
        subject = Subject(
            place.path, self._accounts(place.face, facts), frozenset(_people(facts)), place
        )
        return Struck(self._faults.strike(subject, place), subject, facts)

    def _accounts(self, face: Face, facts: Facts) -> frozenset[str]:
        config = self._world.config
        if face is Face.OFFICIAL:
            names = [config.official.account, config.official.appid]
        else:
            names = [config.corp.corpid, str(config.corp.agentid), str(facts.get("open_kfid", ""))]
        return frozenset(name.casefold() for name in names)

    def refuse(self, struck: Struck, remote: str) -> None:
        """Raise the error code that the call was struck with, after its consequences.

        Raises:
            Refused: it was struck with one.
        """
        strike = struck.strike
        if strike.meaning is None or strike.fault is None:
            return
        if not strike.is_echo:
            _bring_about(self._world, strike.meaning.aftermath, struck.facts)
        words = strike.meaning.words.format(remote=remote)
        raise Refused(int(strike.fault.value("errcode")), words)

    def muffled(self, struck: Struck) -> AbstractContextManager[None]:
        """Keep what is shown inside the block from windows that a fault took."""
        muffler = self._faults.muffler(struck.subject) if struck.subject else None
        return self._world.windows.muffled(muffler)


def _object(raw: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(raw, type=dict[str, object])
    except msgspec.DecodeError:
        return {}  # Judged by the door, which says what is wrong with it.


def _people(facts: Facts) -> set[str]:
    found: set[str] = set()
    for name in NAMING:
        said = facts.get(name)
        several = said if isinstance(said, list) else str(said or "").split("|")
        found |= {str(one).casefold() for one in several if one}
    return found


def _bring_about(world: World, aftermath: Aftermath, facts: Facts) -> None:
    match aftermath:
        case Aftermath.TOKEN_INVALID | Aftermath.TOKEN_EXPIRED:
            _end_token(world, aftermath, str(facts.get("access_token", "")))
        case Aftermath.WINDOW_OVER | Aftermath.QUOTA_USED:
            is_over = aftermath is Aftermath.WINDOW_OVER
            world.official.shut(str(facts.get("touser", "")), is_over=is_over)
            account = world.kf.accounts.get(str(facts.get("open_kfid", "")))
            if account is not None:
                world.kf.shut(account, str(facts.get("touser", "")), is_over=is_over)
        case Aftermath.CODE_SPENT:
            world.relations.welcome_codes.redeem(str(facts.get("welcome_code", "")), world.now)
            world.kf.event_codes.redeem(str(facts.get("code", "")), world.now)
        case _:
            pass


def _end_token(world: World, aftermath: Aftermath, token: str) -> None:
    grant = world.tokens.check(token, world.now)
    if not isinstance(grant, Grant):
        return
    if aftermath is Aftermath.TOKEN_EXPIRED:
        grant.until = world.now
    else:
        grant.is_dead = True


def gateway_page(status: int) -> web.Response:
    """Return the HTML page that comes instead of JSON."""
    text = PAGE.format(status=status, phrase=_phrase(status))
    return web.Response(status=status, text=text, content_type="text/html")


def _phrase(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return known.get(status, "Error")


def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def truncate(response: web.Response) -> None:
    """Break the body off half way, with a length that fits."""
    if isinstance(response.body, bytes):
        response.body = response.body[: len(response.body) // 2]
