"""Merges as the command line asks for them: in this process, or of the running service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, add_jobs
from domain.lifecycle.transitions import Actor
from domain.values import Refusal, Role, UserId
from handlers.actions.dedup.pairs import Merged, Side, merges_latest
from handlers.actions.dedup.review import take_apart
from handlers.actions.portray import moment_words
from handlers.reactions import settle

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts
    from handlers.context import Context

#: Who runs the command line may what a manager may.
_OPERATOR = Actor(frozenset({Role.ADMIN}), UserId(Role.SYSTEM.value))


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A merge that holds, in words; contacts are masked."""

    link: int
    one: str
    other: str
    since: str
    why: str


class MergeDesk(Protocol):
    """What the command line may ask about merges."""

    async def merges(self, limit: int) -> list[MergeLine]:
        """Return the merges that hold, the latest first."""
        ...

    async def undo(self, link: int) -> str:
        """Take a merge apart; return the refusal's code, empty when it was done."""
        ...


class LocalMergeDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def merges(self, limit: int) -> list[MergeLine]:
        """Read them; each look is on record."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            found = await merges_latest(work, parts.context, limit)
            seen = [side.person_id for merged in found for side in (merged.one, merged.other)]
            name, now = _OPERATOR.name, work.now
            await work.records.looked_at_all(name, seen, what="review", via="cli", at=now)
            await work.commit()
        return [_line(merged, parts.context) for merged in found]

    async def undo(self, link: int) -> str:
        """Take it apart, in the name of the system."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            done = await take_apart(work, parts.context, link, _OPERATOR)
            if isinstance(done, Refusal):
                return done.code
            key = f"cli:unmerge:{link}"
            await work.records.commanded(
                _OPERATOR.name, "unmerge", "done", dedupe_key=key, at=work.now
            )
            await settle(work, parts.context)
            await work.commit()
        return ""


def _line(merged: Merged, ctx: Context) -> MergeLine:
    one, other = (_side(side) for side in (merged.one, merged.other))
    return MergeLine(merged.link, one, other, moment_words(merged.since, ctx), merged.why)


def _side(side: Side) -> str:
    return " ".join((side.name, *(value for _, value in side.rows[:2])))


class _Limit(msgspec.Struct):
    """How many to show."""

    limit: int


class _Link(msgspec.Struct):
    """Which merge to take apart."""

    link: int


class RemoteMergeDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def merges(self, limit: int) -> list[MergeLine]:
        """Let the service read."""
        return msgspec.json.decode(
            await self._ask("merges-list", _Limit(limit)), type=list[MergeLine]
        )

    async def undo(self, link: int) -> str:
        """Let the service take it apart."""
        return msgspec.json.decode(await self._ask("merges-undo", _Link(link)), type=str)


def add_merge_jobs(app: web.Application, desk: MergeDesk) -> None:
    """Let the service answer what :class:`RemoteMergeDesk` asks."""
    add_jobs(
        app,
        {
            "merges-list": Job(_Limit, lambda asked: desk.merges(asked.limit)),
            "merges-undo": Job(_Link, lambda asked: desk.undo(asked.link)),
        },
    )
