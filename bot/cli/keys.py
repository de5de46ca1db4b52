"""``clew keys``: look at the master keys, make one, move everything under it."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit, store_settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.keyring import KeyUse, KnownKey, Standing, known_keys, rewrap, standing
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from config.parsers import KEY_BYTES, STANDBY, master_keys, standby_keys
from storage.rotation import Part
from storage.vault import MasterKeys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.office import Office
    from config.settings import Settings, StoreSettings


# ------------------------------------------------------------------------ list


def show() -> None:
    """Print the keys, and how many rows stand under each."""
    set_up_logs(is_quiet=True)
    keys, found = run(_look(settings_or_exit()))
    table = Table(*(text(f"keys.column.{name}") for name in ("number", "fingerprint", "use")))
    for part in Part:
        table.add_column(text(f"keys.part.{part}"), justify="right")
    for key in keys:
        cells = (str(found.rows[part][key.number]) for part in Part)
        table.add_row(str(key.number), key.fingerprint, text(f"keys.use.{key.use}"), *cells)
    Console().print(table)
    _advise(keys, found)


async def _look(settings: Settings) -> tuple[Sequence[KnownKey], Standing]:
    async with open_office(settings, SystemClock()) as office:
        keys = await office.keys()
        if not _are_set(keys, settings.store):
            click.echo(text("keys.service_differs"), err=True)
        return keys, await standing(office.key_page)


def _are_set(keys: Sequence[KnownKey], store: StoreSettings) -> bool:
    """Tell whether the service runs with the keys that the settings hold now."""
    return list(keys) == known_keys(MasterKeys(store.master_keys, store.standby_keys))


def _advise(keys: Sequence[KnownKey], found: Standing) -> None:
    """Say which keys nothing needs any more, and which are needed but not known."""
    known = {key.number for key in keys}
    for key in keys:
        if key.use is KeyUse.OPENING:
            rows = found.under(key.number)
            click.echo(text("keys.needed" if rows else "keys.idle", number=key.number, rows=rows))
    strange = {n for counts in found.rows.values() for n in counts} - known - {0}
    for number in sorted(strange):
        click.echo(text("keys.unknown", number=number, rows=found.under(number)))
    if unreadable := found.under(0):
        click.echo(text("keys.unreadable", rows=unreadable))


# ---------------------------------------------------------------------- rewrap


def renew() -> bool:
    """Move everything under the newest key; False when something still stands under another."""
    set_up_logs(is_quiet=True)
    keys, found, moved = run(_renew(settings_or_exit()))
    for part, rows in moved.items():
        click.echo(text("keys.moved", part=text(f"keys.part.{part}"), rows=rows))
    _advise(keys, found)
    sealing = next(key.number for key in keys if key.use is KeyUse.SEALING)
    is_whole = not found.outside(sealing)
    click.echo(text("keys.whole" if is_whole else "keys.not_whole", number=sealing))
    return is_whole


async def _renew(settings: Settings) -> tuple[Sequence[KnownKey], Standing, Mapping[Part, int]]:
    async with open_office(settings, SystemClock()) as office:
        keys = await office.keys()
        if not _are_set(keys, settings.store):
            fail(text("keys.service_differs"))
        sealing = next(key.number for key in keys if key.use is KeyUse.SEALING)
        found, moved = await _with_progress(office, sealing)
        return keys, found, moved


async def _with_progress(office: Office, sealing: int) -> tuple[Standing, Mapping[Part, int]]:
    with Progress(SpinnerColumn(), TextColumn("{task.description} {task.completed}")) as progress:
        tasks = {part: progress.add_task(text(f"keys.part.{part}"), total=None) for part in Part}
        return await rewrap(
            office.key_page, sealing, lambda part, rows: progress.advance(tasks[part], rows)
        )


# ------------------------------------------------------------------------- add


def add(file: Path | None, *, is_standby: bool) -> None:
    """Make a key; write it behind the others in ``file``, or print it."""
    store = store_settings_or_exit()
    number = max(store.master_keys) + 1
    mark = STANDBY if is_standby else ""
    fresh = f"{mark}{number}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
    if file is None:
        click.echo(fresh)
        click.echo(text("keys.paste"), err=True)
    else:
        _append(file, store, fresh)
        click.echo(text("keys.written", number=number, file=file))
    click.echo(text("keys.then_standby" if is_standby else "keys.then"), err=True)


def _append(file: Path, store: StoreSettings, fresh: str) -> None:
    """Write all keys to ``file`` in one step; it must hold those of the settings."""
    raw = file.read_text(encoding="ascii").strip()
    try:
        is_ours = (master_keys(raw), standby_keys(raw)) == (store.master_keys, store.standby_keys)
    except ValueError:
        is_ours = False
    if not is_ours:
        fail(text("keys.other_file", file=file))
    keys = [
        f"{STANDBY if n in store.standby_keys else ''}{n}:{base64.b64encode(key).decode()}"
        for n, key in sorted(store.master_keys.items())
    ]
    before = file.stat()
    beside = file.with_name(f"{file.name}.new")
    beside.unlink(missing_ok=True)  # of a run that was cut off
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        # Who could read the keys before can read them now: often a group, not the owner alone.
        os.fchown(stream.fileno(), before.st_uid, before.st_gid)
        os.fchmod(stream.fileno(), before.st_mode & 0o777)
        stream.write(",".join([*keys, fresh]) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
