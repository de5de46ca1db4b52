"""Channels and entry points as the command line asks for them: here, or of the running service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from bot.wecom.client.answers import strings_of, text_of
from bot.wecom.errors import PlatformError
from domain.channels.attribution import Origin
from domain.channels.entry import Entry, EntryKind, EntryState, Schedule, Shift
from domain.reports.channels import ChannelFigures, channel_figures
from domain.values import Refusal, UserId
from handlers.actions.entry_points import adopt_entry, change_entry, create_entry, delete_entry
from storage.queries.channel_counts import channel_counts
from storage.queries.entry_troubles import entry_troubles
from storage.queries.funnel import Period

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_ALL_TIME = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry point and what went wrong with its newest order, empty when nothing did."""

    entry: Entry
    channel: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """Entry points that are ours now; ``trouble`` says why links could not be looked at."""

    entries: list[Entry]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What became of a wish: the entry point, or a refusal with its detail."""

    entry: Entry | None = None
    refusal: str = ""
    detail: str = ""


class ChannelDesk(Protocol):
    """What the command line may ask about channels."""

    async def figures(self, since: datetime) -> Sequence[ChannelFigures]:
        """Return what channels brought from ``since`` on."""
        ...

    async def entries(self) -> Sequence[ShownEntry]:
        """Return every entry point, oldest first."""
        ...

    async def create(self, wish: Entry) -> Ordered:
        """Order an entry point; its channel may be named by code or Chinese name."""
        ...

    async def change(self, wish: Entry) -> Ordered:
        """Give an entry point another channel, title or schedule."""
        ...

    async def remove(self, entry_id: int) -> Ordered:
        """Take an entry point away."""
        ...

    async def adopt(self) -> Adopted:
        """Take over contact ways and acquisition links that others made; return them."""
        ...


class LocalChannelDesk:
    """Does it with the parts of this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def figures(self, since: datetime) -> Sequence[ChannelFigures]:
        """Read the leads."""
        parts = self._parts
        async with parts.database.read() as tx:
            counts = await channel_counts(tx, Period(since, parts.clock.now()))
        return channel_figures(counts, parts.context.catalog.channels)

    async def entries(self) -> Sequence[ShownEntry]:
        """Read the rows."""
        parts, tree = self._parts, self._parts.context.catalog.channels
        async with parts.store.looking(parts.clock.now()) as work:
            entries = await work.entries.all()
            troubles = await entry_troubles(work.tx)
        return [ShownEntry(e, tree.name_of(e.channel), troubles.get(e.id, "")) for e in entries]

    async def create(self, wish: Entry) -> Ordered:
        """Write the row and the order."""
        return await self._written(create_entry, wish)

    async def change(self, wish: Entry) -> Ordered:
        """Write the row, and the order when the platform has to know."""
        return await self._written(change_entry, wish)

    async def _written(
        self,
        write: Callable[[UnitOfWork, Context, Entry], Awaitable[Entry | Refusal]],
        wish: Entry,
    ) -> Ordered:
        parts = self._parts
        code = parts.context.catalog.channels.named(wish.channel)
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            done = await write(work, parts.context, replace(wish, channel=code or wish.channel))
            if isinstance(done, Entry):
                await work.commit()
        return _ordered(done)

    async def remove(self, entry_id: int) -> Ordered:
        """Write the row and the order."""
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            done = await delete_entry(work, entry_id)
            if isinstance(done, Entry):
                await work.commit()
        return _ordered(done)

    async def adopt(self) -> Adopted:
        """Ask the platform for its ways and links, then write rows for those that have none."""
        parts = self._parts
        found, trouble = [way async for way in self._ways()], ""
        try:
            found += [link async for link in self._links()]
        except PlatformError as error:  # links are bought: a corp without them still has ways
            trouble = str(error)
        adopted = []
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            for way in found:
                entry = await adopt_entry(work, parts.context, way)
                if entry is not None:
                    adopted.append(entry)
            await work.commit()
        return Adopted(adopted, trouble)

    async def _ways(self) -> AsyncIterator[Entry]:
        ways, cursor, more = self._parts.clients.corp.ways, "", True
        attribution = self._parts.context.catalog.attribution
        while more:
            page = await ways.listed(0, _ALL_TIME, cursor)
            for item in page.items:
                way = await ways.get(text_of(item, "config_id"))
                word = text_of(way, "state")
                users = tuple(UserId(userid) for userid in strings_of(way, "user"))
                yield Entry(
                    id=0,
                    kind=EntryKind.CONTACT_WAY,
                    word=word,
                    channel=attribution.channel_of(Origin.WECOM_STATE, word),
                    title=text_of(way, "remark"),
                    schedule=Schedule((Shift(users),)),
                    shown=users,
                    state=EntryState.READY,
                    platform_id=text_of(way, "config_id"),
                    qr_code=text_of(way, "qr_code"),
                )
            more = bool(page.next_cursor) and page.next_cursor != cursor
            cursor = page.next_cursor

    async def _links(self) -> AsyncIterator[Entry]:
        """Yield acquisition links whose members are named one by one; the name is the word."""
        acquisition, cursor, more = self._parts.clients.corp.acquisition, "", True
        attribution = self._parts.context.catalog.attribution
        while more:
            ids, following = await acquisition.link_ids(cursor)
            for link_id in ids:
                link, spread = await acquisition.get(link_id)
                users = tuple(UserId(userid) for userid in strings_of(spread, "user_list"))
                if spread.get("department_list") or not users:
                    continue  # we could not change its members without losing the departments
                yield Entry(
                    id=0,
                    kind=EntryKind.ACQUISITION_LINK,
                    word=link.name,
                    channel=attribution.channel_of(Origin.WECOM_STATE, link.name),
                    title=link.name,
                    schedule=Schedule((Shift(users),)),
                    shown=users,
                    state=EntryState.READY,
                    platform_id=link.link_id,
                    url=link.for_channel(link.name),
                )
            more = bool(following) and following != cursor
            cursor = following


def _ordered(done: Entry | Refusal) -> Ordered:
    if isinstance(done, Entry):
        return Ordered(done)
    return Ordered(refusal=done.code, detail=done.detail)


class Since(msgspec.Struct):
    """From when on."""

    since: datetime


class Wish(msgspec.Struct):
    """Which entry point to make."""

    entry: Entry


class Which(msgspec.Struct):
    """Which entry point."""

    entry_id: int


class RemoteChannelDesk:
    """Asks the running service."""

    def __init__(self, ask: Ask) -> None:
        """Ask through the socket."""
        self._ask = ask

    async def figures(self, since: datetime) -> Sequence[ChannelFigures]:
        """Let the service count."""
        answer = await self._ask("channel-figures", Since(since))
        return msgspec.json.decode(answer, type=list[ChannelFigures])

    async def entries(self) -> Sequence[ShownEntry]:
        """Let the service list."""
        answer = await self._ask("entries", NoWords())
        return msgspec.json.decode(answer, type=list[ShownEntry])

    async def create(self, wish: Entry) -> Ordered:
        """Let the service order."""
        return msgspec.json.decode(await self._ask("entry-create", Wish(wish)), type=Ordered)

    async def change(self, wish: Entry) -> Ordered:
        """Let the service change."""
        return msgspec.json.decode(await self._ask("entry-change", Wish(wish)), type=Ordered)

    async def remove(self, entry_id: int) -> Ordered:
        """Let the service remove."""
        return msgspec.json.decode(await self._ask("entry-remove", Which(entry_id)), type=Ordered)

    async def adopt(self) -> Adopted:
        """Let the service take over."""
        return msgspec.json.decode(await self._ask("entries-adopt", NoWords()), type=Adopted)


def add_channel_jobs(app: web.Application, desk: ChannelDesk) -> None:
    """Let the service answer what :class:`RemoteChannelDesk` asks."""
    add_jobs(
        app,
        {
            "channel-figures": Job(Since, lambda asked: desk.figures(asked.since)),
            "entries": Job(NoWords, lambda _: desk.entries()),
            "entry-create": Job(Wish, lambda asked: desk.create(asked.entry)),
            "entry-change": Job(Wish, lambda asked: desk.change(asked.entry)),
            "entry-remove": Job(Which, lambda asked: desk.remove(asked.entry_id)),
            "entries-adopt": Job(NoWords, lambda _: desk.adopt()),
        },
    )
