"""``clew lake``: histories in files beside the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table

from bot.cli.crowds import crowds_beside
from bot.cli.run import fail, run, store_settings_or_exit
from bot.cli.words import text
from bot.lake import LakeBusyError, LakeExtraError, LakeKeeper
from bot.loggers import set_up_logs

R = TypeVar("R")
_MIB = 1 << 20


def refresh(processes: int, *, is_whole: bool) -> None:
    """Bring the files up to date beside whatever runs."""
    set_up_logs(is_quiet=True)
    try:
        found = run(_with_keeper(lambda keeper: keeper.refresh(is_whole=is_whole), processes))
    except LakeExtraError:
        fail(text("lake.no_extra"))
    except LakeBusyError:
        fail(text("lake.busy"))
    if found is not None:
        counts = {name: f"{getattr(found, name):,}" for name in ("persons", "events")}
        click.echo(text("lake.done", buckets=found.buckets, written=found.written, **counts))


def status() -> None:
    """Say what the files hold."""
    set_up_logs(is_quiet=True)
    found = run(_with_keeper(LakeKeeper.status, 0))
    if found is None:
        click.echo(text("lake.none"))
        return
    at = found.refreshed_at
    rows = {
        "folder": str(found.folder),
        "refreshed_at": f"{at.astimezone():%Y-%m-%d %H:%M}" if at else text("lake.never"),
        "buckets": f"{found.buckets:,}",
        "persons": f"{found.persons:,} / {found.persons_now:,}",
        "events": f"{found.events:,}",
        "events_since": f"{found.events_since:,}",
        "bytes": f"{found.bytes / _MIB:,.1f} MiB",
    }
    table = Table(show_header=False)
    for name, value in rows.items():
        table.add_row(text(f"lake.row.{name}"), value)
    Console().print(table)


async def _with_keeper(ask: Callable[[LakeKeeper], Awaitable[R]], processes: int) -> R:
    settings = store_settings_or_exit()
    async with crowds_beside(settings, processes) as crowds:
        return await ask(LakeKeeper(crowds, settings))
