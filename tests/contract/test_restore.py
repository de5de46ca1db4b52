"""What is checked before a backup takes the place of a database, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.backup.archive import unpack, write_archive
from bot.backup.making import make_backup
from bot.backup.manifest import Manifest
from bot.backup.refusal import BackupRefusedError, Why
from bot.backup.restoring import Restored, Wish, restore
from bot.clock import DrivenClock
from bot.cluster.sole import sole_service
from config.settings import StoreSettings
from domain.messages import Endpoint, Push, Text
from storage.database import Database, inbox_url_of, open_database
from storage.ids import IdSource
from storage.marks import LINEAGE, mark_of
from storage.outbox import Outbox, insert_pushes
from storage.schema import migrate, pending
from storage.vault import MasterKeys, Vault
from tests.factories import NOW
from tests.services import postgres

KEYS = {1: bytes(range(32)), 2: bytes(range(32, 64))}
DUE = Push(Endpoint.MP_MESSAGE, "gh_x", "o1", Text("一"), "due")
SAFE = Push(Endpoint.KF_MESSAGE, "wk", "wm1", Text("二"), "safe")
LEASE = timedelta(minutes=1)
IDS = IdSource(lambda: NOW)
_numbers = count(1)


def store_at(url: str, folder: Path, keys: Mapping[int, bytes] = KEYS) -> StoreSettings:
    return StoreSettings(
        data_dir=folder,
        database_url=url,
        redis_url="",
        master_keys=keys,
        zone=ZoneInfo("Asia/Shanghai"),
        tables_dir=None,
        files=(),
    )


@pytest.fixture
def store(migrated_url: str, tmp_path: Path) -> StoreSettings:
    return store_at(migrated_url, tmp_path)


@pytest.fixture
def target(request: pytest.FixtureRequest, store: StoreSettings) -> Iterator[StoreSettings]:
    """Yield an installation that has no data yet."""
    folder = store.data_dir / "target"
    if store.database_url.startswith("sqlite"):
        yield store_at(f"sqlite://{folder / 'clew.db'}", folder)
        return
    address = request.getfixturevalue("postgres_address")
    name = f"{store.database_url.rpartition('/')[2]}_target{next(_numbers)}"
    postgres.execute(address, f"create database {name}")
    yield store_at(f"{address}/{name}", folder)
    postgres.execute(address, f"drop database {name} with (force)")


@asynccontextmanager
async def opened(store: StoreSettings) -> AsyncIterator[Database]:
    database = await open_database(store.database_url)
    try:
        yield database
    finally:
        await database.close()


async def put(store: StoreSettings, *pushes: Push) -> None:
    async with opened(store) as database, database.write() as tx:
        await insert_pushes(tx, Vault(MasterKeys(KEYS)), IDS, pushes, NOW)


async def causes(store: StoreSettings) -> set[str]:
    async with opened(store) as database, database.read() as tx:
        return {row["dedupe_key"] for row in await tx.fetch("select dedupe_key from outbox")}


@pytest.fixture
async def backup(store: StoreSettings, tmp_path: Path, clock: DrivenClock) -> Path:
    await put(store, DUE, SAFE)
    await make_backup(store, tmp_path / "clew.tar.gz", clock)
    return tmp_path / "clew.tar.gz"


async def refusal(store: StoreSettings, wish: Wish, clock: DrivenClock) -> BackupRefusedError:
    with pytest.raises(BackupRefusedError) as caught:
        await restore(store, wish, clock)
    return caught.value


def changed(file: Path, **changes: object) -> Path:
    """Return the backup with another manifest."""
    folder, other = file.parent / "unpacked", file.with_name("changed.tar.gz")
    folder.mkdir()
    manifest: Manifest = unpack(file, folder)
    write_archive(other, msgspec.structs.replace(manifest, **changes), folder)
    return other


async def test_a_restored_database_has_every_row_and_the_present_schema(
    store: StoreSettings, target: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    done = await restore(target, Wish(backup), clock)
    assert done.manifest.rows["outbox"] == 2
    assert await causes(target) == {"due", "safe"}
    url = target.database_url
    assert await pending(url, inbox_url_of(url)) == []
    async with opened(target) as database, database.read() as tx:
        assert await mark_of(tx, LINEAGE) > 0, "files of histories of before are worth nothing"
    assert await causes(store) == {"due", "safe"}


async def test_pushes_that_were_due_may_have_been_sent_since(
    target: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    done: Restored = await restore(target, Wish(backup), clock)
    assert done.doubtful == 2
    async with opened(target) as database:
        outbox = Outbox(database, Vault(MasterKeys(KEYS)), IdSource(clock.now))
        claimed = await outbox.claim(10, LEASE, clock.now())
    assert [row.is_outcome_unknown for row in claimed] == [True, True]


async def test_when_nothing_ran_since_they_were_not(
    target: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    done = await restore(target, Wish(backup, is_nothing_sent_since=True), clock)
    assert done.doubtful == 0
    async with opened(target) as database:
        outbox = Outbox(database, Vault(MasterKeys(KEYS)), IdSource(clock.now))
        claimed = await outbox.claim(10, LEASE, clock.now())
    assert [row.is_outcome_unknown for row in claimed] == [False, False]


async def test_what_was_in_hand_at_the_backup_is_free_at_once(
    store: StoreSettings, target: StoreSettings, tmp_path: Path, clock: DrivenClock
) -> None:
    await put(store, SAFE)
    async with opened(store) as database:
        outbox = Outbox(database, Vault(MasterKeys(KEYS)), IdSource(clock.now))
        assert len(await outbox.claim(10, LEASE, clock.now())) == 1
    await make_backup(store, tmp_path / "b", clock)
    await restore(target, Wish(tmp_path / "b", is_nothing_sent_since=True), clock)
    async with opened(target) as database:
        outbox = Outbox(database, Vault(MasterKeys(KEYS)), IdSource(clock.now))
        (row,) = await outbox.claim(10, LEASE, clock.now())
    assert (row.attempts, row.is_outcome_unknown) == (2, True)


async def test_data_is_replaced_only_by_force_and_kept_aside(
    store: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    later = replace(DUE, dedupe_key="later")
    await put(store, later)
    assert (await refusal(store, Wish(backup), clock)).why is Why.OCCUPIED
    assert await causes(store) == {"due", "safe", "later"}
    done = await restore(store, Wish(backup, is_forced=True), clock)
    assert await causes(store) == {"due", "safe"}
    if done.aside.startswith("clew_before"):
        async with opened(store) as database, database.read() as tx:
            rows = await tx.fetch(f"select dedupe_key from {done.aside}.outbox")
            kept = {row["dedupe_key"] for row in rows}
    else:
        kept = await causes(replace(store, database_url=f"sqlite://{done.aside}"))
    assert kept == {"due", "safe", "later"}


async def test_a_database_in_use_is_left_alone(
    store: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    with sole_service(store):
        async with opened(store):
            refused = await refusal(store, Wish(backup, is_forced=True), clock)
    assert (refused.why, refused.values) == (Why.IN_USE, {"sessions": 1})


@pytest.mark.parametrize(
    "keys", [{3: KEYS[2]}, {2: bytes(32)}], ids=["another number", "another key"]
)
async def test_without_the_key_of_the_backup_nothing_is_touched(
    target: StoreSettings, backup: Path, clock: DrivenClock, keys: Mapping[int, bytes]
) -> None:
    refused = await refusal(replace(target, master_keys=keys), Wish(backup), clock)
    fingerprint = MasterKeys(KEYS).fingerprint(2)
    assert refused.why is Why.MISSING_KEY
    assert refused.values == {"number": 2, "fingerprint": fingerprint}


async def test_keys_that_nothing_stands_under_are_not_needed(
    target: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    await restore(replace(target, master_keys={2: KEYS[2]}), Wish(backup), clock)
    assert await causes(target) == {"due", "safe"}


async def test_the_master_key_is_not_in_the_backup(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack(backup, folder)
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    for key in KEYS.values():
        assert key not in content
        assert key.hex().encode() not in content


async def test_backups_of_the_other_database_or_of_a_newer_program_are_refused(
    target: StoreSettings, backup: Path, clock: DrivenClock
) -> None:
    other = changed(backup, database="dbase", migrations=())
    assert (await refusal(target, Wish(other), clock)).why is Why.OTHER_DATABASE
    other.unlink()
    for path in (backup.parent / "unpacked").iterdir():
        path.unlink()
    (backup.parent / "unpacked").rmdir()
    newer = changed(backup, migrations=("clew.9999_flying",))
    assert (await refusal(target, Wish(newer), clock)).why is Why.NEWER_SCHEMA


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    target: StoreSettings, tmp_path: Path, clock: DrivenClock
) -> None:
    url = target.database_url
    older = ("clew.0001_initial", "inbox.0001_initial")
    target.data_dir.mkdir()
    await migrate(url, inbox_url_of(url), upto=older)
    assert await pending(url, inbox_url_of(url)) != []
    await put(target, DUE)
    made = await make_backup(target, tmp_path / "old.tar.gz", clock)
    assert set(made.migrations) == set(older)
    await restore(target, Wish(tmp_path / "old.tar.gz", is_forced=True), clock)
    assert await pending(url, inbox_url_of(url)) == []
    assert await causes(target) == {"due"}


async def test_where_there_is_no_database_there_is_no_backup(
    target: StoreSettings, tmp_path: Path, clock: DrivenClock
) -> None:
    target.data_dir.mkdir()
    with pytest.raises(BackupRefusedError) as caught:
        await make_backup(target, tmp_path / "none.tar.gz", clock)
    assert caught.value.why is Why.NO_DATABASE
    assert not (tmp_path / "none.tar.gz").exists()
