"""``clew channels …``: its commands; each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from bot.cli.words import text
from domain.channels.entry import EntryKind

_ROW = click.IntRange(1, (1 << 63) - 1)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help=text("channels.help"))
def channels() -> None:
    """Hold the commands of channels."""


@channels.command("list", help=text("channels.list"))
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), default=None, help=text("channels.since")
)
def channels_list(since: datetime | None) -> None:
    """Show what channels bring and cost."""
    from bot.cli.channels import show_figures

    show_figures(since)


@channels.command("ways", help=text("channels.ways"))
def channels_ways() -> None:
    """List codes and links."""
    from bot.cli.channels import show_entries

    show_entries()


@channels.command("add", help=text("channels.add"))
@click.argument("kind", type=click.Choice([kind.value for kind in EntryKind]))
@click.argument("word")
@click.option("--channel", required=True, help=text("channels.channel"))
@click.option("--title", default="", help=text("channels.title"))
@click.option("--account", default="", help=text("channels.account"))
@click.option("--shift", "shifts", multiple=True, help=text("channels.shift"))
@click.option("--backup", "backups", multiple=True, help=text("channels.backup"))
@click.option("--ceiling", type=click.IntRange(1), default=None, help=text("channels.ceiling"))
@click.option("--days", type=click.IntRange(1, 30), default=None, help=text("channels.days"))
@click.option("--group", "groups", multiple=True, help=text("channels.group"))
def channels_add(**typed: Any) -> None:  # noqa: ANN401 - as click hands them over
    """Make a code or link."""
    from bot.cli.channels import Wanted, add

    raise SystemExit(0 if add(Wanted(**typed)) else 1)


@channels.command("change", help=text("channels.change"))
@click.argument("entry_id", type=_ROW)
@click.option("--channel", default=None, help=text("channels.channel"))
@click.option("--title", default=None, help=text("channels.title"))
@click.option("--shift", "shifts", multiple=True, help=text("channels.shift"))
@click.option("--backup", "backups", multiple=True, help=text("channels.backup"))
@click.option("--ceiling", type=click.IntRange(1), default=None, help=text("channels.ceiling"))
@click.option("--no-ceiling", "is_unlimited", is_flag=True, help=text("channels.no_ceiling"))
def channels_change(**typed: Any) -> None:  # noqa: ANN401 - as click hands them over
    """Change whom a code shows, or its channel."""
    from bot.cli.channels import Change, change

    raise SystemExit(0 if change(Change(**typed)) else 1)


@channels.command("remove", help=text("channels.remove"))
@click.argument("entry_id", type=_ROW)
def channels_remove(entry_id: int) -> None:
    """Take a code or link away."""
    from bot.cli.channels import remove

    raise SystemExit(0 if remove(entry_id) else 1)


@channels.command("adopt", help=text("channels.adopt"))
def channels_adopt() -> None:
    """Take over contact ways that others made."""
    from bot.cli.channels import adopt

    adopt()
