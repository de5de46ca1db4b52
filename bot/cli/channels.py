"""``clew channels``: what channels bring, and the codes and links that lead into them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import click
from rich.console import Console
from rich.table import Table

from bot.channel_desk import Adopted, Ordered, ShownEntry
from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from domain.channels.entry import Entry, EntryKind, Schedule, Shift
from domain.reports.channels import ChannelFigures
from domain.values import UserId
from handlers.actions.entry_points import NO_SUCH_ENTRY

#: ``1-5 09:00-18:00 LiLei,HanMeimei``; days and hours may be left out.
_SHIFT = re.compile(
    r"(?:(?P<days>[1-7](?:[-,][1-7])*) )?"
    r"(?:(?P<since>\d{2}:\d{2})-(?P<until>\d{2}:\d{2}) )?"
    r"(?P<userids>[A-Za-z0-9._@,-]+)"
)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed of an entry point to make."""

    kind: str
    word: str
    channel: str
    title: str = ""
    account: str = ""
    shifts: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    ceiling: int | None = None
    days: int | None = None
    groups: tuple[str, ...] = ()


def show_figures(since: datetime | None) -> None:
    """Print what channels brought since a day, by default the first of this month."""
    set_up_logs(is_quiet=True)
    settings = settings_or_exit()
    now = SystemClock().now().astimezone(settings.store.zone)
    start = since.replace(tzinfo=settings.store.zone) if since else _first_of_month(now)
    figures = run(_figures(start))
    if not figures:
        click.echo(text("channels.nothing"))
        return
    names = ("channel", "first", "last", "won", "cost", "per_deal")
    table = Table(*(text(f"channels.column.{name}") for name in names))
    for one in figures:
        table.add_row(*_cells(one))
    Console().print(table)


def _first_of_month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _cells(one: ChannelFigures) -> tuple[str, ...]:
    per_deal = one.cost_of_deal
    return (
        "　" * one.depth + (one.name or text("channels.untouched")),
        str(one.counts.first),
        str(one.counts.last),
        str(one.counts.won),
        f"{one.cost:,.0f}",
        "" if per_deal is None else f"{per_deal:,.0f}",
    )


async def _figures(since: datetime) -> Sequence[ChannelFigures]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.channels.figures(since)


def show_entries() -> None:
    """Print every entry point."""
    set_up_logs(is_quiet=True)
    shown = run(_entries())
    if not shown:
        click.echo(text("channels.no_entry"))
        return
    names = ("id", "kind", "word", "channel", "state", "shown", "schedule", "address")
    table = Table(*(text(f"channels.column.{name}") for name in names))
    for one in shown:
        table.add_row(*_row(one))
    Console().print(table)


def _row(one: ShownEntry) -> tuple[str, ...]:
    entry = one.entry
    return (
        str(entry.id),
        text(f"channels.kind.{entry.kind}"),
        entry.word,
        one.channel,
        one.trouble or text(f"channels.state.{entry.state}"),
        "、".join(entry.shown),
        "\n".join(schedule_words(entry.schedule)),
        entry.qr_code or entry.url,
    )


def schedule_words(schedule: Schedule) -> tuple[str, ...]:
    """Return shifts as they are typed, who stands in, and how many customers a day, in lines."""
    lines = [typed_shift(shift) for shift in schedule.shifts]
    if schedule.backups:
        lines.append(text("channels.backups", userids=",".join(schedule.backups)))
    if schedule.daily_ceiling is not None:
        lines.append(text("channels.most_a_day", most=schedule.daily_ceiling))
    return tuple(lines)


async def _entries() -> Sequence[ShownEntry]:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.channels.entries()


def add(wanted: Wanted) -> bool:
    """Order an entry point; False with the reason when it is refused."""
    set_up_logs(is_quiet=True)
    shifts = tuple(read_shift(typed) for typed in wanted.shifts)
    backups = tuple(UserId(userid) for userid in wanted.backups)
    entry = Entry(
        id=0,
        kind=EntryKind(wanted.kind),
        word=wanted.word,
        channel=wanted.channel,
        title=wanted.title,
        account=wanted.account,
        schedule=Schedule(shifts, backups, wanted.ceiling),
        life_for=timedelta(days=wanted.days) if wanted.days else None,
        chat_ids=wanted.groups,
    )
    return _said(run(_create(entry)), "added")


async def _create(entry: Entry) -> Ordered:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.channels.create(entry)


@dataclass(frozen=True, slots=True)
class Change:
    """What was typed of an entry point to change; what was not stays.

    ``is_unlimited`` takes the ceiling away.
    """

    entry_id: int
    channel: str | None = None
    title: str | None = None
    shifts: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    ceiling: int | None = None
    is_unlimited: bool = False


def change(wanted: Change) -> bool:
    """Change an entry point; False with the reason when that is refused."""
    set_up_logs(is_quiet=True)
    if wanted.is_unlimited and wanted.ceiling is not None:
        fail(text("channels.ceiling_and_none"))
    return _said(run(_change(wanted)), "changed")


async def _change(wanted: Change) -> Ordered:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        known = {shown.entry.id: shown.entry for shown in await office.channels.entries()}
        before = known.get(wanted.entry_id)
        if before is None:
            return Ordered(refusal=NO_SUCH_ENTRY)
        return await office.channels.change(changed(before, wanted))


def changed(before: Entry, wanted: Change) -> Entry:
    """Return the entry point as it is wanted; shifts and backups are replaced as a whole."""
    schedule = before.schedule
    ceiling = schedule.daily_ceiling if wanted.ceiling is None else wanted.ceiling
    return replace(
        before,
        channel=before.channel if wanted.channel is None else wanted.channel,
        title=before.title if wanted.title is None else wanted.title,
        schedule=Schedule(
            tuple(map(read_shift, wanted.shifts)) or schedule.shifts,
            tuple(map(UserId, wanted.backups)) or schedule.backups,
            None if wanted.is_unlimited else ceiling,
        ),
    )


def remove(entry_id: int) -> bool:
    """Take an entry point away; False when there is none."""
    set_up_logs(is_quiet=True)
    return _said(run(_remove(entry_id)), "removed")


async def _remove(entry_id: int) -> Ordered:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.channels.remove(entry_id)


def _said(ordered: Ordered, key: str) -> bool:
    if ordered.entry is None:
        click.echo(TEXTS.get(f"refusals.{ordered.refusal}", detail=ordered.detail), err=True)
        return False
    click.echo(text(f"channels.{key}", id=ordered.entry.id, word=ordered.entry.word))
    return True


def adopt() -> None:
    """Take over contact ways and links that the platform has and we do not know."""
    set_up_logs(is_quiet=True)
    adopted = run(_adopt())
    for entry in adopted.entries:
        click.echo(text("channels.adopted", id=entry.id, word=entry.word, channel=entry.channel))
    click.echo(text("channels.adopted_all", count=len(adopted.entries)))
    if adopted.trouble:
        click.echo(text("channels.links_trouble", reason=adopted.trouble), err=True)


async def _adopt() -> Adopted:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        return await office.channels.adopt()


def read_shift(typed: str) -> Shift:
    """Read ``[days] [hours] userids``; what cannot be read ends the command with an example."""
    found = _SHIFT.fullmatch(typed.strip())
    if found is None:
        fail(text("channels.bad_shift", shift=typed))
    userids = tuple(UserId(userid) for userid in found["userids"].split(",") if userid)
    try:
        since, until = (time.fromisoformat(found[name] or "00:00") for name in ("since", "until"))
    except ValueError:
        fail(text("channels.bad_shift", shift=typed))
    return Shift(userids, _weekdays(found["days"] or "1-7"), since, until)


def _weekdays(typed: str) -> frozenset[int]:
    days: set[int] = set()
    for part in typed.split(","):
        first, _, last = part.partition("-")
        days |= set(range(int(first), int(last or first) + 1))
    return frozenset(days)


def typed_shift(shift: Shift) -> str:
    """Return a shift as :func:`read_shift` reads it, without what goes without saying."""
    words = [",".join(shift.userids)]
    if (shift.since, shift.until) != (time(0), time(0)):
        words.insert(0, f"{shift.since:%H:%M}-{shift.until:%H:%M}")
    if len(shift.weekdays) < _WEEK:
        words.insert(0, ",".join(_runs(sorted(shift.weekdays))))
    return " ".join(words)


def _runs(days: Sequence[int]) -> list[str]:
    """Return days with those that follow each other as one: ``1-5``, ``6``."""
    firsts = [day for day in days if day - 1 not in days]
    lasts = [day for day in days if day + 1 not in days]
    pairs = zip(firsts, lasts, strict=True)
    return [str(first) if first == last else f"{first}-{last}" for first, last in pairs]
