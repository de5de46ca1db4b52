"""Merges by the signed API: which hold, and taking one apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from domain.lifecycle.transitions import Actor
from domain.values import Refusal, Role, UserId
from handlers.actions.dedup.pairs import rule_in_words
from handlers.actions.dedup.unmerge import unmerge
from handlers.reactions import settle
from handlers.web.api.problem import ApiProblem, json_answer
from storage.queries.reviews import latest_merges

if TYPE_CHECKING:
    from aiohttp import web

    from handlers.context import Context
    from handlers.web.api.gate import Call
    from storage.repositories.merges import MergeLink
    from storage.unit_of_work import Store, UnitOfWork

#: Merges in one answer.
MOST = 100
_DIGITS = 18


class MergeOut(msgspec.Struct):
    """A merge: ``younger`` was found to be ``older``, both as they came in."""

    merge: str
    older: str
    younger: str
    why: str
    since: datetime


class MergesOut(msgspec.Struct):
    """Merges that hold, the latest first; ``next`` is empty at the end."""

    merges: list[MergeOut]
    next: str


class UnmergedOut(msgspec.Struct):
    """The two persons that are two again."""

    merge: str
    persons: list[str]


@dataclass(frozen=True, slots=True)
class MergeDoor:
    """Answers calls about merges."""

    ctx: Context
    store: Store

    async def list(self, call: Call) -> web.Response:
        """List the merges that hold, from ``?from=`` on."""
        offset = _number(call.request.query.get("from", ""))
        async with self.store.database.read() as tx:
            links = await latest_merges(tx, MOST + 1, offset)
        following = str(offset + MOST) if len(links) > MOST else ""
        return json_answer(MergesOut([self._out(link) for link in links[:MOST]], following))

    def _out(self, link: MergeLink) -> MergeOut:
        older, younger = str(link.to_id), str(link.from_id)
        return MergeOut(
            str(link.id), older, younger, rule_in_words(self.ctx, link.reason), link.since
        )

    async def undo(self, call: Call) -> web.Response:
        """Take a merge apart; asked again it says that there is no such merge."""
        link_id = _number(call.request.match_info["merge"])
        async with self.store.unit_of_work(call.now) as work:
            done = await unmerge(work, self.ctx, link_id, _system(call))
            if isinstance(done, Refusal):
                raise ApiProblem(HTTPStatus.NOT_FOUND, "no_merge")
            await self._note(work, call, link_id)
            await settle(work, self.ctx)
            await work.commit()
        return json_answer(UnmergedOut(str(link_id), [str(done.to_id), str(done.from_id)]))

    async def _note(self, work: UnitOfWork, call: Call, link_id: int) -> None:
        key = f"api:unmerge:{link_id}"
        await work.records.commanded(
            call.key.looker, "unmerge", "done", dedupe_key=key, at=work.now
        )


def _system(call: Call) -> Actor:
    return Actor(frozenset({Role.SYSTEM}), UserId(call.key.looker))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
