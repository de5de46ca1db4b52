"""``clew backup`` and ``clew restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.backup.making import make_backup
from bot.backup.refusal import BackupRefusedError
from bot.backup.restoring import Restored, Wish, restore
from bot.cli.run import fail, run, store_settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs

if TYPE_CHECKING:
    from bot.backup.manifest import Manifest
    from config.settings import StoreSettings


def back_up(file: Path) -> None:
    """Write a backup and say what is in it."""
    set_up_logs(is_quiet=True)
    manifest = run(_back_up(store_settings_or_exit(), file))
    megabytes = f"{file.stat().st_size / 1_000_000:.1f}"
    click.echo(text("backup.done", file=file, megabytes=megabytes, **_counts(manifest)))
    click.echo(text("backup.keys", keys=_keys(manifest)))


async def _back_up(store: StoreSettings, file: Path) -> Manifest:
    try:
        return await make_backup(store, file, SystemClock())
    except BackupRefusedError as refused:
        fail(text(f"backup.refused.{refused.why}", **refused.values))


def put_back(wish: Wish) -> None:
    """Restore a backup and say what to look at."""
    set_up_logs(is_quiet=True)
    store = store_settings_or_exit()
    done = run(_put_back(store, wish))
    made_at = done.manifest.made_at.astimezone(store.zone).isoformat(" ", "seconds")
    click.echo(text("restore.done", made_at=made_at, **_counts(done.manifest)))
    if done.aside:
        click.echo(text("restore.aside", aside=done.aside))
    if done.doubtful:
        click.echo(text("restore.doubtful", count=done.doubtful))
    click.echo(text("restore.next"))


async def _put_back(store: StoreSettings, wish: Wish) -> Restored:
    try:
        return await restore(store, wish, SystemClock())
    except BackupRefusedError as refused:
        fail(text(f"backup.refused.{refused.why}", **refused.values))


def _counts(manifest: Manifest) -> dict[str, int]:
    rows = manifest.rows
    names = {"persons": "person", "leads": "lead", "events": "event", "callbacks": "inbox"}
    return {name: rows.get(table, 0) for name, table in names.items()}


def _keys(manifest: Manifest) -> str:
    return "、".join(text("backup.key", number=n, fingerprint=f) for n, f in manifest.keys.items())
