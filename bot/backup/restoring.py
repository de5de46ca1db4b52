"""Restoring a backup: everything is checked before anything is touched.

What was there is never deleted: files are moved aside, tables into a schema of
their own, and the operator is told where.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.backup.archive import read_manifest, unpack
from bot.backup.keys_needed import keys_needed
from bot.backup.refusal import BackupRefusedError, Why
from bot.cluster.roles import ProcessRefusedError, is_sqlite
from bot.cluster.sole import sole_service
from storage import backup_postgres, backup_sqlite
from storage.after_restore import doubt_due_pushes, end_leases
from storage.database import Database, Dialect, inbox_url_of, open_database
from storage.errors import StorageError
from storage.schema import known_migrations, migrate
from storage.sqlite import path_of_url
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from datetime import datetime

    from bot.backup.manifest import Manifest
    from config.settings import StoreSettings
    from handlers.ports import Clock


@dataclass(frozen=True, slots=True)
class Wish:
    """What to restore, and how.

    ``is_forced`` allows a target that holds data. ``is_nothing_sent_since`` says
    that no service ran after the backup: then due pushes are simply sent.
    """

    file: Path
    is_forced: bool = False
    is_nothing_sent_since: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; ``aside`` names where the earlier data is now, empty if there was none.

    ``doubtful`` counts pushes of which nobody knows whether they were sent.
    """

    manifest: Manifest
    aside: str
    doubtful: int


async def restore(store: StoreSettings, wish: Wish, clock: Clock) -> Restored:
    """Put a backup in the place of the configured databases.

    Raises:
        BackupRefusedError: the backup or the target is not fit; the target is as it
            was, except for :attr:`Why.NOT_WHOLE`.
        StorageError: a database refuses.
        OSError: something cannot be read or written.
    """
    manifest = await asyncio.to_thread(read_manifest, wish.file)
    vault = Vault(MasterKeys(store.master_keys, store.standby_keys))
    _check(manifest, store, vault.keys)
    if is_sqlite(store):
        return await _to_sqlite(store, wish, vault, clock)
    return await _to_postgres(store, wish, vault, clock)


def _check(manifest: Manifest, store: StoreSettings, keys: MasterKeys) -> None:
    if manifest.database != (Dialect.SQLITE if is_sqlite(store) else Dialect.POSTGRES):
        raise BackupRefusedError(Why.OTHER_DATABASE, database=manifest.database)
    if set(manifest.migrations) - known_migrations():
        raise BackupRefusedError(Why.NEWER_SCHEMA, version=manifest.clew)
    for number, fingerprint in manifest.keys.items():
        if number not in keys.keys or keys.fingerprint(number) != fingerprint:
            raise BackupRefusedError(Why.MISSING_KEY, number=number, fingerprint=fingerprint)


# -------------------------------------------------------------------- SQLite


async def _to_sqlite(store: StoreSettings, wish: Wish, vault: Vault, clock: Clock) -> Restored:
    main = path_of_url(store.database_url)
    inbox = path_of_url(inbox_url_of(store.database_url))
    try:
        with sole_service(store):
            is_occupied = await asyncio.to_thread(backup_sqlite.is_occupied, main, inbox)
            if is_occupied and not wish.is_forced:
                raise BackupRefusedError(Why.OCCUPIED)
            with tempfile.TemporaryDirectory(prefix=".restore-", dir=main.parent) as name:
                folder = Path(name)
                manifest = await asyncio.to_thread(unpack, wish.file, folder)
                fresh = folder / backup_sqlite.MAIN, folder / backup_sqlite.INBOX
                await asyncio.to_thread(_compare_files, manifest, *fresh)
                url = f"sqlite://{fresh[0].absolute()}"
                doubtful = await _bring_up(url, wish, vault, clock)
                aside = f".before-restore-{_stamp(clock.now())}"
                for one, target in zip(fresh, (main, inbox), strict=True):
                    await asyncio.to_thread(backup_sqlite.close_up, one)
                    await asyncio.to_thread(backup_sqlite.put_in_place, one, target, aside)
    except ProcessRefusedError:
        raise BackupRefusedError(Why.IN_USE, sessions=1) from None
    left = main.with_name(main.name + aside)
    return Restored(manifest, str(left) if left.exists() else "", doubtful)


def _compare_files(manifest: Manifest, main: Path, inbox: Path) -> None:
    rows, migrations = backup_sqlite.contents(main, inbox)
    if (rows, tuple(migrations)) != (manifest.rows, manifest.migrations):
        raise BackupRefusedError(Why.DAMAGED, file=main.name, part=backup_sqlite.MAIN)


# ---------------------------------------------------------------- PostgreSQL


async def _to_postgres(store: StoreSettings, wish: Wish, vault: Vault, clock: Clock) -> Restored:
    url = store.database_url
    if sessions := await backup_postgres.other_sessions(url):
        raise BackupRefusedError(Why.IN_USE, sessions=sessions)
    is_occupied = await backup_postgres.is_occupied(url)
    if is_occupied and not wish.is_forced:
        raise BackupRefusedError(Why.OCCUPIED)
    aside = f"clew_before_restore_{_stamp(clock.now())}" if is_occupied else ""
    with tempfile.TemporaryDirectory(prefix="clew-restore-") as name:
        manifest = await asyncio.to_thread(unpack, wish.file, Path(name))
        _check_files(manifest, wish.file)
        try:
            if aside:
                await backup_postgres.put_aside(url, aside)
            else:
                await backup_postgres.clear(url)
            await _fill(url, manifest, Path(name))
            doubtful = await _bring_up(url, wish, vault, clock)
        except StorageError as error:
            raise BackupRefusedError(Why.NOT_WHOLE, aside=aside, problem=error.problem) from error
    return Restored(manifest, aside, doubtful)


def _check_files(manifest: Manifest, file: Path) -> None:
    for table in manifest.rows:
        if backup_postgres.file_of(table) not in manifest.files:
            raise BackupRefusedError(Why.DAMAGED, file=file, part=table)


async def _fill(url: str, manifest: Manifest, folder: Path) -> None:
    await migrate(url, inbox_url_of(url), upto=manifest.migrations)
    columns = {t: manifest.files[backup_postgres.file_of(t)].columns for t in manifest.rows}
    loaded = await backup_postgres.load(url, folder, columns)
    if loaded != manifest.rows:
        problem = "the server took other numbers of rows than the backup holds"
        raise StorageError(problem)


# ------------------------------------------------------------------- in both


async def _bring_up(url: str, wish: Wish, vault: Vault, clock: Clock) -> int:
    """Migrate to the present schema, read everything once, and tell it that time has passed.

    Raises:
        StorageError: something cannot be opened.
    """
    inbox_url = inbox_url_of(url)
    await migrate(url, inbox_url)
    await keys_needed(url, inbox_url, vault, clock)
    async with _opened(url) as main, _opened(inbox_url) as inbox:
        await end_leases(main, inbox)
        if wish.is_nothing_sent_since:
            return 0
        async with main.write() as tx:
            return await doubt_due_pushes(tx, clock.now())


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%d_%H%M%S}"
