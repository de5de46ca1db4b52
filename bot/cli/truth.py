"""``clew t1``: the truth check of all scores, by hand."""

from __future__ import annotations

from dataclasses import replace

import click
from rich.console import Console
from rich.table import Table

from bot.cli.crowds import crowds_beside
from bot.cli.run import run, store_settings_or_exit
from bot.cli.words import text
from bot.loggers import set_up_logs
from bot.scoring.truth import checked
from config.settings import StoreSettings
from domain.scoring.truth import Truth

_COLUMNS = ("lead_id", "what", "live", "truth")


def check_scores(processes: int) -> bool:
    """Check all scores beside whatever runs, print what differs; False when anything does."""
    set_up_logs(is_quiet=True)
    found = run(_checked(store_settings_or_exit(), processes))
    click.echo(text("t1.done", leads=found.leads, differing=found.differing))
    if found.differences:
        table = Table(*(text(f"t1.column.{name}") for name in _COLUMNS))
        for one in found.differences:
            table.add_row(*(str(getattr(one, name)) for name in _COLUMNS))
        Console().print(table)
    return not found.differing


async def _checked(settings: StoreSettings, processes: int) -> Truth:
    async with crowds_beside(settings, processes) as crowds:
        alone = replace(crowds, settings=None)
        return await checked(crowds if processes > 1 else alone) or Truth()
