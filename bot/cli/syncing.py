"""``clew sync``: everything that the platform has, with a progress bar."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.cli.run import run, settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from domain.sync.part import PartKind
from storage.queries.sync_progress import Failure, SyncProgress

#: How often a waiting command looks how far the work has come.
LOOK_SECONDS = 0.2


def synchronise() -> bool:
    """Read everything; False when some lists could not be read."""
    set_up_logs(is_quiet=True)
    progress = run(_synchronise())
    for failure in progress.failures:
        click.echo(_failed(failure), err=True)
    if progress.is_parked:
        click.echo(text("sync.parked"), err=True)
        return False
    if progress.is_blocked:
        click.echo(text("sync.blocked", reason=progress.waits_because), err=True)
        return False
    if progress.failures:
        click.echo(text("sync.incomplete", count=len(progress.failures)), err=True)
        return False
    items = {list_.kind: list_.items for list_ in progress.lists}
    counts = {kind.value: items.get(kind, 0) for kind in PartKind}
    click.echo(text("sync.done", **counts))
    return True


async def _synchronise() -> SyncProgress:
    async with open_office(settings_or_exit(), SystemClock(), is_working=True) as office:
        await office.sync.begin()
        with _bars() as bars:
            while True:
                progress = await office.sync.progress()
                if progress is not None:
                    bars.show(progress)
                    if progress.is_over or progress.is_blocked or progress.is_parked:
                        return progress
                await asyncio.sleep(LOOK_SECONDS)


def _failed(failure: Failure) -> str:
    kind = text(f"sync.kind.{failure.kind}")
    return text("sync.failed", kind=kind, about=failure.about or kind, error=failure.error)


@dataclass(slots=True)
class _Bars:
    """One bar per kind of list; more lists become known while the first are read."""

    progress: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def show(self, progress: SyncProgress) -> None:
        """Move the bars."""
        note = text("sync.waits", reason=progress.waits_because) if progress.waits_because else ""
        for list_ in progress.lists:
            task = self._task(list_.kind)
            words = text("sync.entries", done=list_.done, lists=list_.lists, items=list_.items)
            self.progress.update(task, completed=list_.done, total=list_.lists, words=words)
        if progress.groups_ahead:
            note = text("sync.groups_ahead", count=progress.groups_ahead)
        self.progress.update(self._task(""), total=1, completed=int(not note), words=note)

    def _task(self, kind: str) -> TaskID:
        if kind not in self.tasks:
            name = text(f"sync.kind.{kind}") if kind else ""
            self.tasks[kind] = self.progress.add_task(name, total=None, words="")
        return self.tasks[kind]


@contextmanager
def _bars() -> Iterator[_Bars]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        yield _Bars(progress)
