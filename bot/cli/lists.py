"""``clew lists``: import a list, see what runs, try a text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from rich.console import Console
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.list_office import ListLine, Piece, Tried, masked
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from config.lists import read_list
from domain.screening.entries import Parsed, person_of
from domain.screening.lists import ListName
from domain.values import ContactKey, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.list_office import ListOffice

#: Entries that one transaction takes in: some tens of milliseconds of the writer's time.
PIECE = 2_000
Entry = TypeVar("Entry")


def import_list(name: str, file: Path) -> None:
    """Put the entries of ``file`` in the place of the imported version of a list."""
    set_up_logs(is_quiet=True)
    list_name = ListName(name)
    number, entries = run(_import(list_name, file))
    if not number:
        fail(text("lists.overtaken"))
    label = TEXTS.get(f"list_name.{name}")
    click.echo(text("lists.imported", list=label, number=number, entries=entries))


async def _import(name: ListName, file: Path) -> tuple[int, int]:
    """Return the number of the new version, and how many entries it has."""
    parsed = read_list(name, file, TEXTS)
    async with open_office(settings_or_exit(), SystemClock()) as office:
        version_id = await office.lists.begin(name, file.name)
        await _add(office.lists, version_id, parsed)
        number = await office.lists.publish(version_id)
    return number, len(parsed.people) + len(parsed.words)


async def _add(office: ListOffice, version_id: int, parsed: Parsed) -> None:
    for people in _pieces(parsed.people):
        await office.add(Piece(version_id, people=people))
    for words in _pieces(parsed.words):
        await office.add(Piece(version_id, words=words))


def _pieces(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while piece := list(islice(rest, PIECE)):
        yield piece


def put(name: str, contact: str) -> None:
    """Put somebody on a list, or say why not and exit."""
    _change(ListName(name), contact, is_on=True)


def take(name: str, contact: str) -> None:
    """Take somebody off a list, or say why not and exit."""
    _change(ListName(name), contact, is_on=False)


def _change(name: ListName, contact: str, *, is_on: bool) -> None:
    set_up_logs(is_quiet=True)
    key = _person_or_exit(contact)
    refusal = run(_changed(name, key, is_on=is_on))
    if refusal:
        fail(TEXTS.get(f"refusals.{refusal}"))
    done = "lists.added" if is_on else "lists.removed"
    click.echo(text(done, list=TEXTS.get(f"list_name.{name}"), who=masked(key)))


async def _changed(name: ListName, key: ContactKey, *, is_on: bool) -> str:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await (office.lists.put if is_on else office.lists.take)(name, key)


def _person_or_exit(contact: str) -> ContactKey:
    key = person_of(contact)
    if isinstance(key, Refusal):
        fail(text("lists.no_contact", contact=contact))
    return key


def show(name: str, limit: int) -> None:
    """Print the running lists, or the first entries of one."""
    set_up_logs(is_quiet=True)
    if name:
        for entry in run(_entries(ListName(name), limit)):
            click.echo(entry)
        return
    lines = run(_lines())
    columns = ("list", "entries", "version", "file", "imported")
    table = Table(*(text(f"lists.column.{column}") for column in columns))
    for line in lines:
        table.add_row(*_cells(line))
    Console().print(table)
    for line in lines:
        if line.standing.problem:
            click.echo(line.standing.problem, err=True)
            click.echo(text("lists.kept", list=TEXTS.get(f"list_name.{line.name}")), err=True)


def _cells(line: ListLine) -> tuple[str, ...]:
    standing = line.standing
    imported = ""
    if line.imported_at:
        zone = settings_or_exit().store.zone
        imported = f"{line.imported_at.astimezone(zone):%Y-%m-%d %H:%M} {line.origin}"
    has_file = text("lists.yes") if standing.has_file else ""
    version = str(standing.version or "")
    return (TEXTS.get(f"list_name.{line.name}"), str(standing.entries), version, has_file, imported)


async def _lines() -> Sequence[ListLine]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.lists.lines()


async def _entries(name: ListName, limit: int) -> Sequence[str]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.lists.entries(name, limit)


def check(words: str) -> bool:
    """Print what the lists say of a text, or of the phone or id that it is; False on a hit."""
    set_up_logs(is_quiet=True)
    found = person_of(words)
    tried = run(_tried(words, None if isinstance(found, Refusal) else found))
    for hit in tried.hits:
        category = hit.category or text("lists.no_category")
        click.echo(text("lists.hit", typed=hit.typed, word=hit.word, category=category))
    for name in tried.on:
        click.echo(text("lists.on", list=TEXTS.get(f"list_name.{name}")))
    if not tried.hits and not tried.on:
        click.echo(text("lists.nothing"))
        return True
    return False


async def _tried(words: str, key: ContactKey | None) -> Tried:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.lists.tried(words, key)
