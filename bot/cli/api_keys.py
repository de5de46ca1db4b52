"""``clew api-keys``: make a key of the HTTP API, list them, take one out of use."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office import IssuedKey, ShownKey
from bot.office_wire import open_office
from domain.access import Scope, scopes_of
from storage.api_keys import KeyWish

_COLUMNS = ("word", "name", "system", "scopes", "per_minute", "created_at", "revoked_at")
_SYSTEM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MOST_NAME = 64


def create(name: str, system: str, scopes: Sequence[str], per_minute: int) -> None:
    """Make a key and print its secret, which is shown this once."""
    set_up_logs(is_quiet=True)
    if not 0 < len(name.strip()) <= _MOST_NAME:
        fail(text("api_keys.bad_name"))
    if system and not _SYSTEM.fullmatch(system):
        fail(text("api_keys.bad_system", system=system))
    wanted = scopes_of(scopes)
    if Scope.COLLECT in wanted and len(wanted) > 1:
        fail(text("api_keys.mixed"))
    made = run(_issue(KeyWish(name.strip(), system, wanted, per_minute)))
    click.echo(text("api_keys.created", word=made.word))
    if wanted == {Scope.COLLECT}:
        click.echo(text("api_keys.tracker"))
        return
    click.echo(text("api_keys.secret", secret=made.secret))
    click.echo(text("api_keys.once"), err=True)


async def _issue(wish: KeyWish) -> IssuedKey:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.issue_key(wish)


def show() -> None:
    """Print all keys, without their secrets."""
    set_up_logs(is_quiet=True)
    keys = run(_keys())
    if not keys:
        click.echo(text("api_keys.none"))
        return
    table = Table(*(text(f"api_keys.column.{name}") for name in _COLUMNS))
    for key in keys:
        table.add_row(
            key.word,
            key.name,
            key.system,
            " ".join(key.scopes),
            str(key.per_minute),
            key.created_at,
            key.revoked_at or text("api_keys.in_use"),
        )
    Console().print(table)


async def _keys() -> Sequence[ShownKey]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.api_keys()


def revoke(word: str) -> bool:
    """Take a key out of use and say whether it was in use."""
    set_up_logs(is_quiet=True)
    is_done = run(_revoke(word))
    click.echo(text("api_keys.revoked" if is_done else "api_keys.not_revoked", word=word))
    return is_done


async def _revoke(word: str) -> bool:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.revoke_key(word)
