"""Keeps the running lists up to date: imported versions and files, without a restart.

Every process looks by itself, so that an import or a changed file is known to all of
them within seconds. What cannot be used changes nothing: the list before it runs on,
and the log, the metrics, ``clew lists show`` and the page of isolated leads say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import structlog

from bot.looks import look_every
from bot.metrics import LIST_ENTRIES, LISTS_BROKEN
from config.lists import ListFiles, Stamp
from config.problems import ConfigError
from domain.screening.lists import ListName, Lists, Standing
from domain.screening.words import Word, WordList, WordOptions
from handlers.running import RunningLists
from storage.lists import Version, current_versions, said_versions, tokens_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.values import ContactKey
    from handlers.ports import Clock
    from storage.database import Database
    from storage.vault import Vault

log = structlog.get_logger("clew.lists")

#: Real seconds between two looks; a change takes effect well within a minute.
LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Origin:
    """What a list is made of: the imported version, what was said since, the file's stamp."""

    imported: Version | None
    said: Version | None
    stamp: Stamp | None

    @property
    def mark(self) -> tuple[int, int, Stamp | None]:
        """Return what tells it from others."""
        imported = self.imported.id if self.imported else 0
        return imported, self.said.number if self.said else 0, self.stamp


@dataclass(slots=True)
class ListKeeper:
    """Loads the lists and loads them again when they changed."""

    database: Database
    vault: Vault
    files: ListFiles
    options: WordOptions
    clock: Clock
    running: RunningLists
    _seen: dict[ListName, tuple[int, int, Stamp | None]] = field(default_factory=dict)

    async def load(self) -> None:
        """Load all lists before anything is handled.

        Raises:
            ConfigError: a file is wrong; nothing runs that could take its place.
            StorageError: the database is not there.
        """
        await self._take(await self._changed(), is_strict=True)

    async def refresh(self) -> bool:
        """Load what changed since the last look; tell whether another list runs now.

        Raises:
            StorageError: the database is not there; what runs goes on running.
        """
        return await self._take(await self._changed(), is_strict=False)

    async def run(self) -> None:
        """Look again and again until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.refresh, "lists")

    async def _changed(self) -> Mapping[ListName, Origin]:
        async with self.database.read() as tx:
            versions, said = await current_versions(tx), await said_versions(tx)
        stamps = await asyncio.to_thread(lambda: {n: self.files.stamp(n) for n in ListName})
        found = {n: Origin(versions.get(n), said.get(n), stamps[n]) for n in ListName}
        return {n: each for n, each in found.items() if self._seen.get(n) != each.mark}

    async def _take(self, changed: Mapping[ListName, Origin], *, is_strict: bool) -> bool:
        has_changed = False
        for name, origin in changed.items():
            try:
                fresh = await self._loaded(name, origin)
            except ConfigError as error:
                if is_strict:
                    raise
                fresh = self._broken(name, error)
            self.running.current = fresh
            self._seen[name] = origin.mark
            standing = fresh.standings[name]
            has_changed = has_changed or not standing.problem
            if not is_strict and not standing.problem:
                counts = {"entries": standing.entries, "version": standing.version}
                log.info("list_reloaded", list=name.value, **counts)
            LIST_ENTRIES.labels(name.value).set(standing.entries)
            LISTS_BROKEN.labels(name.value).set(bool(standing.problem))
        return has_changed

    def _broken(self, name: ListName, error: ConfigError) -> Lists:
        lists = self.running.current
        log.error("list_kept", list=name.value, problems=len(error.problems))
        before = lists.standings.get(name, Standing())
        return _with_standing(lists, name, replace(before, problem=str(error)))

    async def _loaded(self, name: ListName, origin: Origin) -> Lists:
        parsed = await asyncio.to_thread(self.files.read, name)
        lists = self.running.current
        if name is ListName.WORDS:
            words = await self._words(origin.imported, parsed.words)
            lists, entries = replace(lists, words=words), words.size
        else:
            filed = await asyncio.to_thread(self._blinded, parsed.people)
            tokens = filed | await self._tokens(origin)
            is_black = name is ListName.BLACK
            lists = replace(lists, black=tokens) if is_black else replace(lists, red=tokens)
            lists = replace(lists, filed=MappingProxyType({**lists.filed, name: filed}))
            entries = len(tokens)
        number = origin.imported.number if origin.imported else 0
        standing = Standing(entries, number, origin.stamp is not None, self.clock.now())
        return _with_standing(lists, name, standing)

    def _blinded(self, people: Sequence[ContactKey]) -> frozenset[bytes]:
        return frozenset(self.vault.blind(key.kind, key.value) for key in people)

    async def _tokens(self, origin: Origin) -> frozenset[bytes]:
        found: frozenset[bytes] = frozenset()
        async with self.database.read() as tx:
            for version in filter(None, (origin.imported, origin.said)):
                found |= await tokens_of(tx, version.id)
        return found

    async def _words(self, version: Version | None, words: Sequence[Word]) -> WordList:
        every = list(words)
        if version is not None:
            async with self.database.read() as tx:
                every += await words_of(tx, version.id)
        return await asyncio.to_thread(WordList, every, self.options)


def _with_standing(lists: Lists, name: ListName, standing: Standing) -> Lists:
    return replace(lists, standings=MappingProxyType({**lists.standings, name: standing}))
