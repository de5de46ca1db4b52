"""What the command line asks about lists: import a version, show what runs, try a text.

Done in this process, or asked of the running service over its socket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from bot.jobs import Ask, Job, NoWords, add_jobs
from domain.cleaning.phone import mask_phone
from domain.screening.lists import ListName, Standing
from domain.screening.words import Hit, Word
from domain.values import ContactKey, IdentityKind
from handlers.actions.listing import ChangeList, put_on_list, take_off_list
from storage.lists import (
    add_people,
    add_words,
    begin_version,
    current_versions,
    people_of,
    publish,
    words_of,
)

if TYPE_CHECKING:
    from aiohttp import web

    from bot.bootstrap import Parts

#: Characters of a WeChat id, e-mail or id that are shown.
_SHOWN = 2


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list as it runs, and when its version was imported from which file."""

    name: ListName
    standing: Standing
    origin: str = ""
    imported_at: datetime | None = None


class Piece(msgspec.Struct):
    """Entries for a version that is being loaded."""

    version_id: int
    people: list[ContactKey] = msgspec.field(default_factory=list)
    words: list[Word] = msgspec.field(default_factory=list)


class Tried(msgspec.Struct):
    """What the lists say of a text: hits of words, and lists that it stands on as a person."""

    hits: list[Hit]
    on: list[ListName]


class ListOffice(Protocol):
    """The jobs."""

    async def begin(self, name: ListName, origin: str) -> int:
        """Begin a version and return its id."""
        ...

    async def add(self, piece: Piece) -> None:
        """Add entries to it."""
        ...

    async def publish(self, version_id: int) -> int:
        """Let it run; return its number, 0 when it is not being loaded any more."""
        ...

    async def put(self, name: ListName, key: ContactKey) -> str:
        """Put somebody on a list; return the refusal's code, empty when it was done."""
        ...

    async def take(self, name: ListName, key: ContactKey) -> str:
        """Take somebody off a list; return the refusal's code, empty when it was done."""
        ...

    async def lines(self) -> Sequence[ListLine]:
        """Return every list as it runs in the process that answers."""
        ...

    async def entries(self, name: ListName, limit: int) -> Sequence[str]:
        """Return the first entries of the imported version, people masked."""
        ...

    async def tried(self, text: str, key: ContactKey | None) -> Tried:
        """Return what the running lists say of a text, and of the person that ``key`` names."""
        ...


class LocalListOffice:
    """Does the jobs in this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts

    async def begin(self, name: ListName, origin: str) -> int:
        """Begin a version."""
        parts = self._parts
        async with parts.database.write() as tx:
            return await begin_version(tx, parts.store.ids, name, origin, parts.clock.now())

    async def add(self, piece: Piece) -> None:
        """Add entries."""
        store = self._parts.store
        async with self._parts.database.write() as tx:
            await add_people(tx, store.vault, store.ids, piece.version_id, piece.people)
            await add_words(tx, store.ids, piece.version_id, piece.words)

    async def publish(self, version_id: int) -> int:
        """Publish, and let it run here at once; other processes see it at their next look."""
        async with self._parts.database.write() as tx:
            version = await publish(tx, version_id)
        await self._parts.lists.refresh()
        return version.number if version else 0

    async def put(self, name: ListName, key: ContactKey) -> str:
        """Put somebody on a list."""
        return await self._list(put_on_list, name, key)

    async def take(self, name: ListName, key: ContactKey) -> str:
        """Take somebody off a list."""
        return await self._list(take_off_list, name, key)

    async def _list(self, change: ChangeList, name: ListName, key: ContactKey) -> str:
        parts = self._parts
        async with parts.store.unit_of_work(parts.clock.now()) as work:
            refusal = await change(work, parts.context, name, (key,))
            if refusal is None:
                await work.commit()
        await parts.lists.refresh()
        return refusal.code if refusal else ""

    async def lines(self) -> Sequence[ListLine]:
        """Look at what runs."""
        await self._parts.lists.refresh()
        async with self._parts.database.read() as tx:
            versions = await current_versions(tx)
        standings = self._parts.context.lists.current.standings
        return [
            ListLine(name, standing, version.origin, version.created_at)
            if (version := versions.get(name))
            else ListLine(name, standing)
            for name, standing in standings.items()
        ]

    async def entries(self, name: ListName, limit: int) -> Sequence[str]:
        """Read the imported version."""
        async with self._parts.database.read() as tx:
            version = (await current_versions(tx)).get(name)
            if version is None:
                return []
            if name is ListName.WORDS:
                return [_word_line(word) for word in (await words_of(tx, version.id))[:limit]]
            people = await people_of(tx, self._parts.store.vault, version.id, limit)
        return [f"{key.kind}={masked(key)}" for key in people]

    async def tried(self, text: str, key: ContactKey | None) -> Tried:
        """Try the running lists."""
        lists = self._parts.context.lists.current
        hits = list(lists.words.hits(text))
        if key is None:
            return Tried(hits, [])
        tokens = self._parts.store.vault.blinds(key.kind, key.value).values()
        found = {ListName.BLACK: lists.is_black(tokens), ListName.RED: lists.is_red(tokens)}
        return Tried(hits, [name for name, is_on in found.items() if is_on])


def masked(key: ContactKey) -> str:
    """Return a key that identifies nobody but who knows it already."""
    if key.kind is IdentityKind.PHONE:
        return mask_phone(key.value)
    name, at, host = key.value.partition("@")
    return f"{name[:_SHOWN]}{'*' * max(len(name) - _SHOWN, 1)}{at}{host}"


def _word_line(word: Word) -> str:
    mark = "!" if word.is_allowed else ""
    return f"{mark}{word.text}" + (f"\t{word.category}" if word.category else "")


# ------------------------------------------------------------ over the socket


class _Begin(msgspec.Struct):
    name: ListName
    origin: str


class _OnList(msgspec.Struct):
    name: ListName
    key: ContactKey


class _Publish(msgspec.Struct):
    version_id: int


class _Entries(msgspec.Struct):
    name: ListName
    limit: int


class _Try(msgspec.Struct):
    text: str
    key: ContactKey | None


def add_list_routes(app: web.Application, office: ListOffice) -> None:
    """Let the service answer what :class:`RemoteListOffice` asks."""
    add_jobs(
        app,
        {
            "lists-begin": Job(_Begin, lambda asked: office.begin(asked.name, asked.origin)),
            "lists-add": Job(Piece, office.add),
            "lists-publish": Job(_Publish, lambda asked: office.publish(asked.version_id)),
            "lists-put": Job(_OnList, lambda asked: office.put(asked.name, asked.key)),
            "lists-take": Job(_OnList, lambda asked: office.take(asked.name, asked.key)),
            "lists-show": Job(NoWords, lambda _: office.lines()),
            "lists-entries": Job(_Entries, lambda asked: office.entries(asked.name, asked.limit)),
            "lists-try": Job(_Try, lambda asked: office.tried(asked.text, asked.key)),
        },
    )


class RemoteListOffice:
    """Lets the running service do the jobs."""

    def __init__(self, ask: Ask) -> None:
        """Ask over the socket."""
        self._ask = ask

    async def begin(self, name: ListName, origin: str) -> int:
        """Let the service begin a version."""
        answer = await self._ask("lists-begin", _Begin(name, origin))
        return msgspec.json.decode(answer, type=int)

    async def add(self, piece: Piece) -> None:
        """Let the service add entries."""
        await self._ask("lists-add", piece)

    async def publish(self, version_id: int) -> int:
        """Let the service publish."""
        answer = await self._ask("lists-publish", _Publish(version_id))
        return msgspec.json.decode(answer, type=int)

    async def put(self, name: ListName, key: ContactKey) -> str:
        """Let the service put somebody on a list."""
        return msgspec.json.decode(await self._ask("lists-put", _OnList(name, key)), type=str)

    async def take(self, name: ListName, key: ContactKey) -> str:
        """Let the service take somebody off a list."""
        return msgspec.json.decode(await self._ask("lists-take", _OnList(name, key)), type=str)

    async def lines(self) -> Sequence[ListLine]:
        """Let the service show what it runs."""
        answer = await self._ask("lists-show", NoWords())
        return msgspec.json.decode(answer, type=list[ListLine])

    async def entries(self, name: ListName, limit: int) -> Sequence[str]:
        """Let the service show entries."""
        answer = await self._ask("lists-entries", _Entries(name, limit))
        return msgspec.json.decode(answer, type=list[str])

    async def tried(self, text: str, key: ContactKey | None) -> Tried:
        """Let the service try a text."""
        answer = await self._ask("lists-try", _Try(text, key))
        return msgspec.json.decode(answer, type=Tried)
