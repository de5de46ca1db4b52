"""``clew migrate``."""

from __future__ import annotations

import click

from bot.cli.run import run, store_settings_or_exit
from bot.cli.words import text
from config.settings import StoreSettings
from storage.database import inbox_url_of
from storage.schema import migrate


def bring_up_to_date() -> None:
    """Apply what is missing and say what was applied."""
    applied = run(_migrate(store_settings_or_exit()))
    for name in applied:
        click.echo(text("migrate.applied", name=name))
    click.echo(text("migrate.done", count=len(applied)))


async def _migrate(store: StoreSettings) -> list[str]:
    store.data_dir.mkdir(parents=True, exist_ok=True)
    url = store.database_url
    return await migrate(url, inbox_url_of(url))
