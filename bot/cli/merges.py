"""``clew merges``: who was merged, and taking a merge apart."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.merge_desk import MergeLine
from bot.office_wire import open_office

_COLUMNS = ("number", "one", "other", "since", "why")


def show(limit: int) -> None:
    """Print the merges that hold, the latest first."""
    set_up_logs(is_quiet=True)
    lines = run(_lines(limit))
    if not lines:
        click.echo(text("merges.none"))
        return
    table = Table(*(text(f"merges.column.{column}") for column in _COLUMNS))
    for line in lines:
        table.add_row(str(line.link), line.one, line.other, line.since, line.why)
    Console().print(table)


async def _lines(limit: int) -> Sequence[MergeLine]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.merges.merges(limit)


def undo(number: int) -> None:
    """Take a merge apart, or say why not and exit."""
    set_up_logs(is_quiet=True)
    refusal = run(_undo(number))
    if refusal:
        fail(TEXTS.get(f"refusals.{refusal}"))
    click.echo(text("merges.undone", number=number))


async def _undo(number: int) -> str:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.merges.undo(number)
