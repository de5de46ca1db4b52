"""``clew aliases``: other names of companies, as a table; add some, remove one."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from bot.alias_desk import AliasLine, Changed
from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office_wire import open_office


def show() -> None:
    """Print all of them by company."""
    set_up_logs(is_quiet=True)
    table = Table(*(text(f"aliases.column.{column}") for column in ("brand", "names", "by")))
    for line in run(_lines()):
        table.add_row(line.brand, " ".join(line.names), line.by)
    Console().print(table)


async def _lines() -> Sequence[AliasLine]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.aliases.lines()


def add(company: str, names: Sequence[str]) -> None:
    """Let names mean a company, or say why not and exit."""
    set_up_logs(is_quiet=True)
    _check(run(_add(company, names)))
    said = TEXTS.get("list.and").join(names)
    click.echo(TEXTS.get("alias.added", company=company, names=said))


async def _add(company: str, names: Sequence[str]) -> Changed:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.aliases.add(company, names)


def remove(name: str) -> None:
    """Let a name mean nobody else any more, or say why not and exit."""
    set_up_logs(is_quiet=True)
    _check(run(_remove(name)))
    click.echo(TEXTS.get("alias.removed", name=name))


async def _remove(name: str) -> Changed:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.aliases.remove(name)


def _check(changed: Changed) -> None:
    if changed.code:
        fail(TEXTS.get(f"refusals.{changed.code}", detail=changed.detail))
