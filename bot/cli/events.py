"""``clew events``: kinds and quarantine, as tables; register a kind, release what waits."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.kind_desk import Registered
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from domain.events.registration import KindWish, PropertyWish
from domain.events.registry import PropertyType
from domain.values import BUSINESS_ZONE
from handlers.actions.kind_report import KindReport

_KINDS = ("name", "label", "strength", "source", "interaction", "properties", "count")
_WAITING = ("name", "count", "first", "last", "sources", "reasons", "properties")
#: ``name``, ``name:type`` or ``name:type:label``.
_MOST_PARTS = 3


def show_kinds() -> None:
    """Print all kinds, the most frequent first."""
    table = _table("kinds", _KINDS)
    for one in _report().kinds:
        kind = one.kind
        properties = ", ".join(f"{p.name}:{p.type}" for p in kind.properties.values())
        does = text("events.yes") if kind.is_interaction else ""
        cells = (kind.name, kind.label, kind.strength, kind.source, does, properties, one.count)
        table.add_row(*map(str, cells))
    Console().print(table)


def show_quarantine() -> None:
    """Print what waits to be registered, never what it says."""
    waiting = _report().waiting
    if not waiting:
        click.echo(text("events.nothing_waits"))
        return
    table = _table("quarantine", _WAITING)
    for one in waiting:
        first, last = (
            f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" for at in (one.first_at, one.last_at)
        )
        reasons = " ".join(TEXTS.get(f"event_refusal.{reason}") for reason in one.reasons)
        properties = ", ".join(f"{name}:{kind}" for name, kind in one.shape.items())
        sources = ", ".join(one.sources)
        table.add_row(one.name, str(one.count), first, last, sources, reasons, properties)
    Console().print(table)


def show_items() -> None:
    """Print how many things of which kind trackers told of."""
    items = _report().items
    if not items:
        click.echo(text("events.no_items"))
        return
    table = _table("items", ("system", "kind", "count", "last"))
    for one in items:
        last = f"{one.last_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
        table.add_row(one.system, one.kind, str(one.count), last)
    Console().print(table)


def _table(which: str, columns: tuple[str, ...]) -> Table:
    return Table(*(text(f"events.{which}.{name}") for name in columns))


def _report() -> KindReport:
    set_up_logs(is_quiet=True)
    return run(_read())


async def _read() -> KindReport:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.kinds.report()


def register(wish: KindWish) -> None:
    """Register a kind, or say why not and exit."""
    set_up_logs(is_quiet=True)
    done = run(_register(wish))
    if done.code:
        words = TEXTS.get(f"refusals.{done.code}")
        fail(f"{done.detail}：{words}" if done.detail else words)
    click.echo(text("events.registered", label=wish.label))


async def _register(wish: KindWish) -> Registered:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.kinds.register(wish)


def release(name: str) -> bool:
    """Let what waits under a name be looked at again; False when nothing does."""
    set_up_logs(is_quiet=True)
    count = run(_release(name))
    click.echo(text("events.released" if count else "events.nothing_to_release", count=count))
    return bool(count)


async def _release(name: str) -> int:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.kinds.release(name)


def property_of(written: str) -> PropertyWish:
    """Return the property that ``name:type:label`` asks for.

    Raises:
        click.BadParameter: there is no such type, or a part too many.
    """
    name, *rest = written.split(":", _MOST_PARTS - 1)
    try:
        kind = PropertyType(rest[0]) if rest and rest[0] else PropertyType.TEXT
    except ValueError:
        known = ", ".join(PropertyType)
        raise click.BadParameter(text("events.no_such_type", known=known)) from None
    return PropertyWish(name, rest[1] if rest[1:] else "", kind)
