"""The commands of ``clew merges``; each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import click

from bot.cli.words import text

_LINK = click.IntRange(1, (1 << 63) - 1)
_LIMIT = click.IntRange(1, 1000)


@click.group(help=text("merges.help"))
def merges() -> None:
    """Hold the commands of merges."""


@merges.command("list", help=text("merges.list"))
@click.option("--limit", type=_LIMIT, default=50, show_default=True, help=text("queue.limit"))
def merges_list(limit: int) -> None:
    """Show the merges that hold, the latest first."""
    from bot.cli.merges import show

    show(limit)


@merges.command("undo", help=text("merges.undo"))
@click.argument("number", type=_LINK)
@click.option("--yes", is_flag=True, help=text("merges.yes"))
def merges_undo(number: int, *, yes: bool) -> None:
    """Take a merge apart; exit 2 when it does not hold any more."""
    from bot.cli.merges import undo

    if not yes:
        click.confirm(text("merges.sure", number=number), abort=True)
    undo(number)
