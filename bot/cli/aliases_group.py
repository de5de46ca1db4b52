"""The commands of ``clew aliases``; each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import click

from bot.cli.words import text


@click.group(help=text("aliases.help"))
def aliases() -> None:
    """Hold the commands of other names of companies."""


@aliases.command("list", help=text("aliases.list"))
def aliases_list() -> None:
    """Show all of them."""
    from bot.cli.aliases import show

    show()


@aliases.command("add", help=text("aliases.add"))
@click.argument("company")
@click.argument("name", nargs=-1, required=True)
def aliases_add(company: str, name: tuple[str, ...]) -> None:
    """Let names mean a company."""
    from bot.cli.aliases import add

    add(company, name)


@aliases.command("remove", help=text("aliases.remove"))
@click.argument("name")
def aliases_remove(name: str) -> None:
    """Let a name mean nobody else any more."""
    from bot.cli.aliases import remove

    remove(name)
