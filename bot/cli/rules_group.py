"""The commands below ``clew rules``; as in ``main``, each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.words import text

_VERSION = click.IntRange(1, 1_000_000)


@click.group(help=text("rules.help"))
def rules() -> None:
    """Hold the commands of the rules of the score."""


@rules.command("show", help=text("rules.show"))
@click.argument("number", type=_VERSION, required=False)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help=text("rules.to"),
)
def rules_show(number: int | None, folder: Path | None) -> None:
    """List the versions, or show the files of one."""
    from bot.cli.rules import show

    show(number, folder)


@rules.command("import", help=text("rules.import"))
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--note", default="", help=text("rules.note"))
def rules_import(files: tuple[Path, ...], note: str) -> None:
    """Keep files as a draft."""
    from bot.cli.rules import keep

    keep(files, note)


@rules.command("try", help=text("rules.try"))
@click.argument("number", type=_VERSION)
def rules_try(number: int) -> None:
    """Try a version on all leads."""
    from bot.cli.rules import try_out

    raise SystemExit(0 if try_out(number) else 1)


@rules.command("publish", help=text("rules.publish"))
@click.argument("number", type=_VERSION)
@click.option("--yes", "is_confirmed", is_flag=True, help=text("rules.yes"))
def rules_publish(number: int, *, is_confirmed: bool) -> None:
    """Put a version in force."""
    from bot.cli.rules import put_in_force

    raise SystemExit(0 if put_in_force(number, is_confirmed=is_confirmed) else 1)


@rules.command("learn", help=text("rules.learn"))
@click.option("--days", type=click.IntRange(7, 3650), default=365, show_default=True)
@click.option("--ripe", type=click.IntRange(0, 365), default=14, show_default=True)
@click.option("--least", type=click.IntRange(1, 1_000_000), default=100, show_default=True)
@click.option("--strata", type=click.IntRange(2, 10), default=5, show_default=True)
def rules_learn(days: int, ripe: int, least: int, strata: int) -> None:
    """Learn the quality of channels from deals."""
    from bot.cli.rules import learn
    from domain.scoring.strata import Learning

    raise SystemExit(0 if learn(Learning(least, strata), days, ripe) else 1)
