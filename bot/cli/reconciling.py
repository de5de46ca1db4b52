"""``clew sync --check``: what the platform says against what is kept, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.run import run, settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from bot.reconciling import Check
from bot.sync_desk import SyncDesk
from domain.sync.reconcile import Difference, DifferenceKind

#: Lines shown of one kind of difference.
SHOWN = 20

#: Kinds whose line says more than whom it is about.
_LINES = {
    DifferenceKind.MISSING_PERSON: "rep",
    DifferenceKind.MISSING_RELATION: "rep",
    DifferenceKind.RELATION_GONE: "rep",
    DifferenceKind.REMARK: "rep",
    DifferenceKind.TAGS: "tags",
    DifferenceKind.UNIONID: "rep",
    DifferenceKind.PHONES: "phones",
    DifferenceKind.GROUP_OWNER: "owner",
    DifferenceKind.GROUP_MEMBERS: "counted",
}


@dataclass(slots=True)
class _Found:
    """What the comparisons brought to light."""

    differences: list[Difference] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    seen: int = 0


def compare() -> bool:
    """Print every difference; False when there is one, or when something was not compared."""
    set_up_logs(is_quiet=True)
    found = run(_compare())
    for line in lines(found.differences):
        click.echo(line)
    for what, reason in found.troubles:
        click.echo(text("reconcile.trouble", what=what, reason=reason), err=True)
    if not found.differences and not found.troubles:
        click.echo(text("reconcile.same", seen=found.seen))
        return True
    if found.differences:
        count = len(found.differences)
        click.echo(text("reconcile.differs", seen=found.seen, count=count))
    return False


def lines(differences: Sequence[Difference]) -> Iterable[str]:
    """Yield differences by kind: a heading with their number, and the first of each."""
    for kind in DifferenceKind:
        some = [one for one in differences if one.kind is kind]
        if not some:
            continue
        yield text("reconcile.group", what=text(f"reconcile.kind.{kind}"), count=len(some))
        for one in some[:SHOWN]:
            line = _LINES.get(kind, "plain")
            words = {"about": one.about, "userid": one.userid, "count": one.count}
            yield "  " + text(f"reconcile.line.{line}", **words)
        if len(some) > SHOWN:
            yield "  " + text("reconcile.more", count=len(some) - SHOWN)


async def _compare() -> _Found:
    async with open_office(settings_or_exit(), SystemClock()) as office:
        plan = await office.sync.plan_check()
        found = _Found()
        if plan.trouble:
            found.troubles.append((text("sync.kind.followers"), plan.trouble))
        columns = (TextColumn(text("reconcile.progress")), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn()) as progress:
            for check in progress.track(plan.checks):
                await _check(office.sync, check, found)
        return found


async def _check(desk: SyncDesk, check: Check, found: _Found) -> None:
    """Make a comparison, page by page."""
    more: Check | None = check
    while more is not None:
        checked = await desk.check(more)
        found.differences += checked.differences
        found.seen += checked.seen
        if checked.trouble:
            what = text(f"reconcile.what.{check.kind}", userid=check.userid)
            found.troubles.append((what, checked.trouble))
        more = checked.follows
