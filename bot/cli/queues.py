"""``clew inbox`` and ``clew outbox``."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office import Entry
from bot.office_wire import open_office

_COLUMNS = ("id", "what", "state", "attempts", "at", "error")


def show(queue: str, state: str, limit: int) -> None:
    """Print rows of a queue as a table."""
    set_up_logs(is_quiet=True)
    try:
        entries = run(_entries(queue, state, limit))
    except ValueError:
        fail(text("queue.no_such_state", state=state))
    if not entries:
        click.echo(text("queue.empty"))
        return
    table = Table(*(text(f"queue.column.{name}") for name in _COLUMNS))
    for entry in entries:
        table.add_row(*(str(getattr(entry, name)) for name in _COLUMNS))
    Console().print(table)


async def _entries(queue: str, state: str, limit: int) -> list[Entry]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return list(await office.entries(queue, state, limit))


def replay(queue: str, row_id: int) -> bool:
    """Let a row be tried again and say whether it will be."""
    set_up_logs(is_quiet=True)
    is_done = run(_replay(queue, row_id))
    click.echo(text("queue.replayed" if is_done else "queue.not_replayed", id=row_id))
    return is_done


async def _replay(queue: str, row_id: int) -> bool:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.replay(queue, row_id)
