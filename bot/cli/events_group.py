"""The commands of ``clew events``; each imports what it needs when it runs."""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import click

from bot.cli.words import text
from domain.events.registration import KindWish
from domain.events.registry import EventSource, Strength


@click.group(help=text("events.help"))
def events() -> None:
    """Hold the commands of event kinds."""


@events.command("list", help=text("events.list"))
def events_list() -> None:
    """Show all kinds."""
    from bot.cli.events import show_kinds

    show_kinds()


@events.command("quarantine", help=text("events.show_quarantine"))
def events_quarantine() -> None:
    """Show what waits to be registered."""
    from bot.cli.events import show_quarantine

    show_quarantine()


@events.command("items", help=text("events.show_items"))
def events_items() -> None:
    """Show how many things trackers told of."""
    from bot.cli.events import show_items

    show_items()


@events.command("register", help=text("events.register"))
@click.argument("name")
@click.option("--label", required=True, help=text("events.label"))
@click.option(
    "--strength",
    type=click.Choice([strength.value for strength in Strength]),
    default=Strength.WEAK.value,
    show_default=True,
    help=text("events.strength"),
)
@click.option(
    "--source",
    type=click.Choice([source.value for source in EventSource]),
    default=EventSource.PRODUCT.value,
    show_default=True,
    help=text("events.source"),
)
@click.option("--interaction/--no-interaction", default=True, help=text("events.interaction"))
@click.option("--property", "properties", multiple=True, help=text("events.property"))
def events_register(
    name: str,
    label: str,
    strength: str,
    source: str,
    properties: tuple[str, ...],
    *,
    interaction: bool,
) -> None:
    """Register a kind."""
    from bot.cli.events import property_of, register

    specs = tuple(property_of(written) for written in properties)
    wish = KindWish(name, label, Strength(strength), EventSource(source), interaction, specs)
    register(wish)


@events.command("release", help=text("events.release"))
@click.argument("name")
def events_release(name: str) -> None:
    """Let what waits under a name be looked at again."""
    from bot.cli.events import release

    raise SystemExit(0 if release(name) else 1)
