"""Lists on both databases: versions, hot reload, files beside them, key rotation."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from bot.lists import ListKeeper
from config.lists import FILES, ListFiles
from config.problems import ConfigError
from config.texts import load_texts
from domain.screening.lists import ListName
from domain.screening.words import Word, WordOptions
from domain.values import ContactKey, IdentityKind
from handlers.running import RunningLists
from storage.database import Database, inbox_url_of, open_database
from storage.ids import IdSource
from storage.lists import (
    KEEP,
    add_people,
    add_words,
    begin_version,
    current_versions,
    people_of,
    publish,
)
from storage.relisting import ENTRIES, relist
from storage.resealing import count_sealed
from storage.schema import migrate
from storage.vault import MasterKeys, Vault

ZHANG = ContactKey(IdentityKind.PHONE, "+8613900001234")
LI = ContactKey(IdentityKind.WECHAT, "lisi_2026")
OLD = bytes(range(32))
NEW = bytes(range(1, 33))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await migrate(database_url, inbox_url_of(database_url))
    opened = await open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(MasterKeys({1: OLD}))


@pytest.fixture
def ids(clock: DrivenClock) -> IdSource:
    return IdSource(clock.now)


class Shelf:
    """A database with lists, and a keeper of what runs."""

    def __init__(
        self, database: Database, vault: Vault, ids: IdSource, clock: DrivenClock, folder: Path
    ) -> None:
        self.database, self.vault, self.ids, self.clock = database, vault, ids, clock
        self.folder = folder
        self.running = RunningLists()
        files = ListFiles(folder, load_texts())
        self.keeper = ListKeeper(database, vault, files, WordOptions(), clock, self.running)
        self._stamps = 0

    async def imports(self, *people: ContactKey, words: tuple[str, ...] = ()) -> int:
        name = ListName.WORDS if words else ListName.BLACK
        async with self.database.write() as tx:
            version_id = await begin_version(tx, self.ids, name, "list.txt", self.clock.now())
            await add_people(tx, self.vault, self.ids, version_id, people)
            await add_words(tx, self.ids, version_id, [Word(word) for word in words])
        async with self.database.write() as tx:
            version = await publish(tx, version_id)
        assert version is not None
        return version.number

    def writes(self, name: ListName, text: str) -> None:
        """Write a file; each time with another moment, whatever the clock of the disk says."""
        path = self.folder / FILES[name]
        path.write_text(text, encoding="utf-8")
        self._stamps += 1
        os.utime(path, (self._stamps, self._stamps))

    def is_black(self, key: ContactKey) -> bool:
        return self.running.current.is_black(self.vault.blinds(key.kind, key.value).values())


@pytest.fixture
def shelf(
    database: Database, vault: Vault, ids: IdSource, clock: DrivenClock, tmp_path: Path
) -> Shelf:
    return Shelf(database, vault, ids, clock, tmp_path)


async def test_an_imported_list_runs_at_the_next_look(shelf: Shelf) -> None:
    await shelf.keeper.load()
    assert not shelf.is_black(ZHANG)
    assert await shelf.imports(ZHANG) == 1
    assert await shelf.keeper.refresh()
    assert shelf.is_black(ZHANG)
    assert not shelf.is_black(LI)
    assert not await shelf.keeper.refresh()


async def test_a_new_version_takes_the_place_of_the_old_one(shelf: Shelf) -> None:
    await shelf.imports(ZHANG)
    await shelf.keeper.load()
    assert await shelf.imports(LI) == 2
    await shelf.keeper.refresh()
    assert (shelf.is_black(ZHANG), shelf.is_black(LI)) == (False, True)
    standing = shelf.running.current.standings[ListName.BLACK]
    assert (standing.entries, standing.version, standing.problem) == (1, 2, "")


async def test_a_version_that_is_still_being_loaded_does_not_run(shelf: Shelf) -> None:
    await shelf.imports(ZHANG)
    await shelf.keeper.load()
    async with shelf.database.write() as tx:
        half = await begin_version(tx, shelf.ids, ListName.BLACK, "half", shelf.clock.now())
        await add_people(tx, shelf.vault, shelf.ids, half, [LI])
    assert not await shelf.keeper.refresh()
    await shelf.imports(ZHANG, LI)
    async with shelf.database.write() as tx:
        assert await publish(tx, half) is None  # overtaken


async def test_only_the_last_versions_are_kept(shelf: Shelf) -> None:
    for _ in range(KEEP + 3):
        await shelf.imports(ZHANG)
    async with shelf.database.read() as tx:
        (versions,) = await tx.fetch("select count(*) as found from list_version")
        (entries,) = await tx.fetch("select count(*) as found from list_entry")
    assert versions["found"] == entries["found"] == KEEP + 1


async def test_nobody_stands_in_the_database_in_clear(shelf: Shelf) -> None:
    await shelf.imports(ZHANG, LI)
    async with shelf.database.read() as tx:
        rows = await tx.fetch("select * from list_entry")
        version = (await current_versions(tx))[ListName.BLACK]
        assert set(await people_of(tx, shelf.vault, version.id, 10)) == {ZHANG, LI}
    for row in rows:
        stored = bytes(row["lookup"]) + bytes(row["sealed"]) + row["word"].encode()
        assert ZHANG.value[-8:].encode() not in stored
        assert LI.value.encode() not in stored


async def test_a_file_adds_to_the_imported_list_and_may_change(shelf: Shelf) -> None:
    await shelf.imports(words=("傻瓜",))
    shelf.writes(ListName.WORDS, "# 自己的词\n六合彩\t涉赌\n")
    await shelf.keeper.load()
    words = shelf.running.current.words
    assert [hit.word for hit in words.hits("傻*瓜买六合彩")] == ["傻瓜", "六合彩"]
    shelf.writes(ListName.WORDS, "彩票\n")
    assert await shelf.keeper.refresh()
    words = shelf.running.current.words
    assert [hit.word for hit in words.hits("傻瓜买六合彩，彩票")] == ["傻瓜", "彩票"]


async def test_a_broken_file_keeps_the_running_list_and_says_so(shelf: Shelf) -> None:
    shelf.writes(ListName.BLACK, "139 0000 1234  # 同行\n")
    await shelf.keeper.load()
    shelf.writes(ListName.BLACK, "13900001234\n12\n")
    assert not await shelf.keeper.refresh()
    assert shelf.is_black(ZHANG)
    standing = shelf.running.current.standings[ListName.BLACK]
    assert "blacklist.txt 2" in standing.problem
    assert standing.entries == 1
    shelf.writes(ListName.BLACK, "lisi_2026\n")
    assert await shelf.keeper.refresh()
    assert (shelf.is_black(ZHANG), shelf.is_black(LI)) == (False, True)
    assert not shelf.running.current.standings[ListName.BLACK].problem


async def test_a_broken_file_stops_the_start(shelf: Shelf) -> None:
    shelf.writes(ListName.RED, "???\n")
    with pytest.raises(ConfigError, match=r"redlist\.txt 1"):
        await shelf.keeper.load()


async def test_a_rotation_moves_entries_and_nobody_is_missed_meanwhile(shelf: Shelf) -> None:
    await shelf.imports(ZHANG, LI)
    shelf.vault = shelf.keeper.vault = Vault(MasterKeys({1: OLD, 2: NEW}))
    await shelf.keeper.load()
    assert shelf.is_black(ZHANG)
    async with shelf.database.write() as tx:
        page = await relist(tx, shelf.vault, 0, 10)
        assert (page.changed, dict(page.rows)) == (2, {})
        assert dict((await count_sealed(tx, ENTRIES, 0, 10)).rows) == {2: 2}
    shelf.clock.advance(timedelta(seconds=1))
    shelf.vault = shelf.keeper.vault = Vault(MasterKeys({2: NEW}))
    await shelf.imports(ZHANG)  # another version: loaded anew
    await shelf.keeper.refresh()
    assert shelf.is_black(ZHANG)
    async with shelf.database.read() as tx:
        version = (await current_versions(tx))[ListName.BLACK]
        assert await people_of(tx, shelf.vault, version.id, 10) == (ZHANG,)
