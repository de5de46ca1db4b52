"""The commands of ``clew lake``; each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import click

from bot.cli.words import text


@click.group(help=text("lake.help"))
def lake() -> None:
    """Hold the commands of histories in files."""


@lake.command("refresh", help=text("lake.refresh"))
@click.option("--all", "is_whole", is_flag=True, help=text("lake.all"))
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help=text("lake.processes"),
)
def lake_refresh(processes: int, *, is_whole: bool) -> None:
    """Bring the files up to date."""
    from bot.cli.lake import refresh

    refresh(processes, is_whole=is_whole)


@lake.command("status", help=text("lake.status"))
def lake_status() -> None:
    """Say what the files hold."""
    from bot.cli.lake import status

    status()
