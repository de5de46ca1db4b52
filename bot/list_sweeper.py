"""Lets leads that are there already follow a black or red list that changed.

A pass looks for leads whose people stand on a list without anything held against them, and
for leads against which a place on a list is held that is gone: what is found is changed in
small pieces between other work. A pass that was cut off goes on where it was; a second one
a little later finds what a process stored that did not know of the change yet.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from bot.looks import is_ours, look_every
from domain.screening.rules import Reason
from domain.values import LeadId
from handlers.actions.relist import let_go, object_to
from handlers.reactions import settle
from storage.marks import mark_of, put_mark
from storage.moments import from_micros, to_micros
from storage.queries.listed import LISTED, Listed, leads_to_object, listed_leads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from domain.screening.lists import Lists
    from handlers.context import Context
    from handlers.ports import Clock
    from storage.unit_of_work import Store, UnitOfWork

log = structlog.get_logger("clew.lists")

#: Name of the duty that schedulers of several processes apply for.
DUTY = "list-sweep"
#: Marks: lists that are swept, since when, how far tokens are, lists of passes that are over.
_EDITION, _SINCE, _AT = "list-sweep-edition", "list-sweep-since", "list-sweep-at"
_FIRST, _DONE = "list-sweep-first", "list-sweep-done"
#: Real seconds between two looks.
LOOK_SECONDS = 2.0
#: Tokens in one statement, leads in one transaction; real seconds until the next piece.
TOKENS, CHUNK = 500, 50
PAUSE_SECONDS = 0.02
#: After this every process has the list, and its older transactions are over.
LATE = timedelta(minutes=1)


class ListSweeper:
    """Sweeps when the lists in force are not those of the last sweep."""

    def __init__(self, store: Store, context: Context, clock: Clock, duty: Duty | None) -> None:
        """Without ``duty`` no other process does it."""
        self._store = store
        self._context = context
        self._clock = clock
        self._duty = duty
        self._known: tuple[frozenset[bytes], frozenset[bytes], int] | None = None

    async def run(self) -> None:
        """Look until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.sweep_if_due, "list_sweep")

    async def sweep_if_due(self) -> bool:
        """Let leads follow the lists that run here; True when a pass was finished.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        lists, now = self._context.lists.current, self._clock.now()
        edition = await self._edition(lists)
        async with self._store.database.read() as tx:
            done, begun, first = [await mark_of(tx, mark) for mark in (_DONE, _EDITION, _FIRST)]
            since = await mark_of(tx, _SINCE)
        if begun == done == edition or not await is_ours(self._duty):
            return False
        if begun != edition:
            since = to_micros(now)
            await self._mark({_EDITION: edition, _SINCE: since, _AT: 0, _FIRST: 0, _DONE: 0})
            first = 0
        is_late = now >= from_micros(since) + LATE
        if first == edition and not is_late:
            return False
        if not await self._pass(lists):
            return False
        await self._mark({_AT: 0, _DONE if is_late else _FIRST: edition})
        return True

    async def _edition(self, lists: Lists) -> int:
        """Return a number that tells these lists, and what follows from them, from all others."""
        known = self._known
        if known is None or known[0] is not lists.black or known[1] is not lists.red:
            number = await asyncio.to_thread(self._number, lists)
            self._known = known = (lists.black, lists.red, number)
        return known[2]

    def _number(self, lists: Lists) -> int:
        # Under another master key people have other tokens: who was missed meanwhile is found.
        digest = sha256(repr(sorted(self._store.vault.keys.keys)).encode())
        for tokens, reason in ((lists.black, LISTED[0]), (lists.red, LISTED[1])):
            digest.update(self._context.catalog.filters.verdict(reason).encode())
            for token in sorted(tokens):
                digest.update(token)
        return int.from_bytes(digest.digest()[:7])

    async def _mark(self, marks: dict[str, int]) -> None:
        async with self._store.database.write() as tx:
            for name, value in marks.items():
                await put_mark(tx, name, value)

    # ------------------------------------------------------------- one pass

    async def _pass(self, lists: Lists) -> bool:
        """Go through both lists and both directions; False when another process took over."""
        kept = await self._object(lists)
        released = None if kept is None else await self._release(lists)
        if kept is None or released is None:
            return False
        if kept or released:
            log.info("leads_followed_lists", kept=kept, released=released)
        return True

    async def _object(self, lists: Lists) -> int | None:
        """Hold against leads that their people were put on a list."""
        tokens = [
            *((Reason.BLACKLISTED, token) for token in sorted(lists.black)),
            *((Reason.RED_LISTED, token) for token in sorted(lists.red)),
        ]
        kept = 0
        async with self._store.database.read() as tx:
            at = await mark_of(tx, _AT)
        while at < len(tokens):
            piece = tokens[at : at + TOKENS]
            for reason in LISTED:
                wanted = [token for why, token in piece if why is reason]
                async with self._store.database.read() as tx:
                    leads = await leads_to_object(tx, wanted, reason) if wanted else ()
                changed = await self._change(leads, object_to)
                if changed is None:
                    return None
                kept += changed
            at += TOKENS
            await self._mark({_AT: at})
        return kept

    async def _release(self, lists: Lists) -> int | None:
        """Let leads go on whose people left a list."""
        after, released = LeadId(0), 0
        while True:
            async with self._store.database.read() as tx:
                listed = await listed_leads(tx, after, TOKENS)
            if not listed.reasons:
                return released
            changed = await self._change(_gone(lists, listed), let_go)
            if changed is None:
                return None
            released, after = released + changed, max(listed.reasons)

    async def _change(
        self,
        leads: Sequence[LeadId],
        change: Callable[[UnitOfWork, Context, Sequence[LeadId]], Awaitable[int]],
    ) -> int | None:
        """Change leads in small pieces; None when another process took over."""
        total = 0
        for start in range(0, len(leads), CHUNK):
            async with self._store.unit_of_work(self._clock.now()) as work:
                total += await change(work, self._context, leads[start : start + CHUNK])
                await settle(work, self._context)
                await work.commit()
            await asyncio.sleep(PAUSE_SECONDS)
            if not await is_ours(self._duty):
                return None
        return total


def _gone(lists: Lists, listed: Listed) -> list[LeadId]:
    """Return leads against which a place on a list is held that is gone."""
    tokens = {Reason.BLACKLISTED: lists.black, Reason.RED_LISTED: lists.red}
    return [
        lead_id
        for lead_id, reasons in listed.reasons.items()
        if any(tokens[reason].isdisjoint(listed.lookups[lead_id]) for reason in reasons)
    ]


def list_sweeper_of(parts: Parts) -> ListSweeper:
    """Return the sweeper of a service."""
    return ListSweeper(parts.store, parts.context, parts.clock, parts.duty(DUTY))
