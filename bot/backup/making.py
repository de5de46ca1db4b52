"""Making a backup, beside a running service or without one."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bot.backup.archive import content_of, refuse_existing, write_archive
from bot.backup.keys_needed import keys_needed
from bot.backup.manifest import FORMAT, Manifest, program_version
from bot.backup.refusal import BackupRefusedError, Why
from bot.cluster.roles import is_sqlite
from storage import backup_postgres, backup_sqlite
from storage.database import Dialect, inbox_url_of
from storage.errors import SchemaMissing
from storage.sqlite import path_of_url
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from config.settings import StoreSettings
    from handlers.ports import Clock


async def make_backup(store: StoreSettings, file: Path, clock: Clock) -> Manifest:
    """Write everything that the databases hold at one moment to ``file``.

    Nobody has to stop for it: what is written is what a crash at that moment
    would have left. The master keys are not in it.

    Raises:
        BackupRefusedError: ``file`` is there already, or there is no database.
        StorageError: a database cannot be read.
        OSError: ``file`` cannot be written.
    """
    refuse_existing(file)
    vault = Vault(MasterKeys(store.master_keys, store.standby_keys))
    of_database = _of_sqlite if is_sqlite(store) else _of_postgres
    with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as name:
        try:
            manifest = await of_database(store.database_url, Path(name), vault, clock)
        except SchemaMissing:
            raise BackupRefusedError(Why.NO_DATABASE) from None
        await asyncio.to_thread(write_archive, file, manifest, Path(name))
    return manifest


async def _of_sqlite(url: str, folder: Path, vault: Vault, clock: Clock) -> Manifest:
    files = path_of_url(url), path_of_url(inbox_url_of(url))
    made_at = clock.now()
    copies = await asyncio.to_thread(backup_sqlite.copy_together, *files, folder)
    # The copies are read as a service reads them, which shows that they open.
    main_url, inbox_url = (f"sqlite://{copy.absolute()}" for copy in copies)
    needed = await keys_needed(main_url, inbox_url, vault, clock)
    for copy in copies:
        await asyncio.to_thread(backup_sqlite.close_up, copy)
    rows, migrations = await asyncio.to_thread(backup_sqlite.contents, *copies)
    return Manifest(
        format=FORMAT,
        clew=program_version(),
        made_at=made_at,
        database=Dialect.SQLITE,
        server=backup_sqlite.VERSION,
        migrations=tuple(migrations),
        rows=rows,
        keys={number: vault.keys.fingerprint(number) for number in needed},
        files={copy.name: content_of(copy) for copy in copies},
    )


async def _of_postgres(url: str, folder: Path, vault: Vault, clock: Clock) -> Manifest:
    # Looked at first: what is written until the dump is sealed by the newest key.
    needed = await keys_needed(url, inbox_url_of(url), vault, clock)
    made_at = clock.now()
    dump = await backup_postgres.dump(url, folder)
    files = {
        backup_postgres.file_of(table): content_of(
            folder / backup_postgres.file_of(table), tuple(columns)
        )
        for table, columns in dump.columns.items()
    }
    return Manifest(
        format=FORMAT,
        clew=program_version(),
        made_at=made_at,
        database=Dialect.POSTGRES,
        server=dump.server,
        migrations=tuple(dump.migrations),
        rows=dict(dump.rows),
        keys={number: vault.keys.fingerprint(number) for number in needed},
        files=files,
    )
