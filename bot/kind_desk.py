"""Event kinds as the command line asks for them: in this process, or of the running service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from domain.events.registration import KindWish
from domain.values import Refusal, Role
from handlers.actions.kind_report import KindReport, kind_report
from handlers.actions.kinds import register_wish, release_soon
from storage.queries.kinds import waiting_kinds

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a registration: the refusal's code and detail, both empty when done."""

    code: str = ""
    detail: str = ""


class KindDesk(Protocol):
    """What the command line may ask about event kinds."""

    async def report(self) -> KindReport:
        """Return all kinds, and what waits to be registered."""
        ...

    async def register(self, wish: KindWish) -> Registered:
        """Register a kind."""
        ...

    async def release(self, name: str) -> int:
        """Let the registry look again at what waits under a name; return how much that is."""
        ...


class LocalKindDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def report(self) -> KindReport:
        """Read all of it."""
        async with self._parts.store.looking(self._parts.clock.now()) as work:
            return await kind_report(work, self._parts.context)

    async def register(self, wish: KindWish) -> Registered:
        """Register it, in the name of the system."""
        async with self._parts.store.unit_of_work(self._parts.clock.now()) as work:
            done = await register_wish(work, self._parts.context, wish, Role.SYSTEM.value)
            if isinstance(done, Refusal):
                return Registered(done.code, done.detail)
            await work.commit()
        return Registered()

    async def release(self, name: str) -> int:
        """Set the timers; whoever works on the inbox does the rest."""
        async with self._parts.store.unit_of_work(self._parts.clock.now()) as work:
            waiting = await waiting_kinds(work.tx)
            count = sum(one.count for one in waiting if one.name == name)
            if count:
                release_soon(work, name)
                await work.commit()
        return count


class _NameRequest(msgspec.Struct):
    """Under which name events wait."""

    name: str


class RemoteKindDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def report(self) -> KindReport:
        """Let the service read."""
        return msgspec.json.decode(await self._ask("kind-report", NoWords()), type=KindReport)

    async def register(self, wish: KindWish) -> Registered:
        """Let the service register."""
        return msgspec.json.decode(await self._ask("kind-register", wish), type=Registered)

    async def release(self, name: str) -> int:
        """Let the service release."""
        return msgspec.json.decode(await self._ask("kind-release", _NameRequest(name)), type=int)


def add_kind_jobs(app: web.Application, desk: KindDesk) -> None:
    """Let the service answer what :class:`RemoteKindDesk` asks."""
    add_jobs(
        app,
        {
            "kind-report": Job(NoWords, lambda _: desk.report()),
            "kind-register": Job(KindWish, desk.register),
            "kind-release": Job(_NameRequest, lambda asked: desk.release(asked.name)),
        },
    )
