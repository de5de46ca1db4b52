"""``clew archive``: lines of the message archive from a file, a pipe or a folder."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import click

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office import Office
from bot.office_wire import open_office

#: Lines handed over in one go.
_CHUNK = 200
#: Longest line: a forwarded conversation stays far below.
_MOST_BYTES = 1024 * 1024
_LOOK_SECONDS = 1.0
_NAMES = ("*.jsonl", "*.ndjson")


@dataclass(slots=True)
class _Counts:
    fresh: int = 0
    known: int = 0
    wrong: list[str] = field(default_factory=list)


def read_archive(source: str, *, is_watching: bool) -> int:
    """Hand lines over; return 0 when all could be read, 1 when some are no archive lines."""
    set_up_logs(is_quiet=True)
    counts = _Counts()
    folder = Path(source)
    if is_watching and not folder.is_dir():
        fail(text("archive.no_folder", folder=source))
    with suppress(KeyboardInterrupt):  # the way to end a watch
        run(_watch(folder, counts) if is_watching else _read(source, counts))
    _tell(counts)
    return 1 if counts.wrong else 0


def _tell(counts: _Counts) -> None:
    click.echo(text("archive.done", fresh=counts.fresh, known=counts.known))
    for place in counts.wrong:
        click.echo(text("archive.wrong", place=place), err=True)


async def _read(source: str, counts: _Counts) -> None:
    settings = settings_or_exit()
    async with open_office(settings, SystemClock()) as office:
        if source == "-":
            await _hand_over(office, settings.corp.corp_id, sys.stdin.buffer, "-", counts)
            return
        with Path(source).open("rb") as stream:  # noqa: ASYNC230 — a command, nobody else waits
            await _hand_over(office, settings.corp.corp_id, stream, source, counts)


async def _watch(folder: Path, counts: _Counts) -> None:
    """Follow the files of a folder; whole lines count, and a line twice is one."""
    settings = settings_or_exit()
    read: dict[Path, int] = {}
    async with open_office(settings, SystemClock()) as office:
        while True:
            for path in _files(folder):
                read[path] = await _follow(office, settings.corp.corp_id, path, read, counts)
            await asyncio.sleep(_LOOK_SECONDS)


def _files(folder: Path) -> list[Path]:
    return sorted(path for name in _NAMES for path in folder.glob(name))


async def _follow(
    office: Office, corp: str, path: Path, read: dict[Path, int], counts: _Counts
) -> int:
    start = read.get(path, 0)
    with path.open("rb") as stream:
        stream.seek(start)
        fresh = stream.read()
    whole = fresh[: fresh.rfind(b"\n") + 1]
    if whole:
        lines = [line for line in whole.splitlines() if line.strip()]
        await _put(office, corp, list(enumerate(lines, 1)), path.name, counts)
    return start + len(whole)


async def _hand_over(
    office: Office, corp: str, stream: IO[bytes], name: str, counts: _Counts
) -> None:
    lines = _numbered(stream)
    while chunk := list(islice(lines, _CHUNK)):
        await _put(office, corp, chunk, name, counts)


def _numbered(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(iter(lambda: stream.readline(_MOST_BYTES), b""), 1):
        if line.strip():
            yield number, line.strip()


async def _put(
    office: Office, corp: str, lines: list[tuple[int, bytes]], name: str, counts: _Counts
) -> None:
    for start in range(0, len(lines), _CHUNK):
        some = lines[start : start + _CHUNK]
        taken = await office.take_lines(corp, [line.decode(errors="replace") for _, line in some])
        counts.fresh += taken.fresh
        counts.known += len(some) - taken.fresh - len(taken.wrong)
        counts.wrong += [f"{name}:{some[position][0]}" for position in taken.wrong]
