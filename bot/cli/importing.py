"""``clew import``: a file of leads, with a progress bar and a file of what was wrong."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office import Office
from bot.office_wire import open_office
from config.mapping import load_mapping
from domain.intake.mapping import TOO_FEW, Fault, FileMapping

CHUNK = 200
#: What Excel in China saves, after what everybody else does.
_ENCODINGS = ("utf-8-sig", "gb18030")
#: The quotes of a row are not in pairs.
NOT_CSV = "not_csv"

#: Number of a row's first line (the header's is 1) and its cells, None when unreadable.
Line = tuple[int, list[str] | None]


def import_leads(file: Path, mapping_file: Path, errors: Path) -> int:
    """Import ``file``; return 0 when every row is a lead, 1 when some are in ``errors``."""
    set_up_logs(is_quiet=True)
    if errors.resolve() == file.resolve():
        fail(text("import.same_file", file=file))
    leads, faults = run(_import(file, mapping_file, errors))
    click.echo(text("import.done", leads=leads, faults=faults))
    if not faults:
        return 0
    click.echo(text("import.see_errors", file=errors))
    return 1


async def _import(file: Path, mapping_file: Path, errors: Path) -> tuple[int, int]:
    """Return how many rows are leads, and how many are not."""
    settings = settings_or_exit()
    mapping = load_mapping(mapping_file, TEXTS)
    rows, encoding = _count(file)
    with file.open(encoding=encoding, newline="") as stream:
        lines = _lines(stream)
        header = _header(lines, mapping)
        with _fault_file(errors) as faults:
            async with open_office(settings, SystemClock()) as office:
                taker = _Taker(header, mapping, office, faults)
                return await taker.take_in(lines, rows), faults.rows


def _header(lines: Iterator[Line], mapping: FileMapping) -> list[str]:
    line, header = next(lines, (1, []))
    if header is None:
        fail(text("import.not_csv", line=line))
    if absent := mapping.absent_from(header):
        fail(text("import.columns", columns="、".join(absent)))
    return header


@dataclass(slots=True)
class _FaultFile:
    """Rows that are no leads, written as they are met."""

    writer: Any  # the csv module does not name the type of its writers
    rows: int = 0

    def note(self, line: int, faults: Sequence[Fault]) -> None:
        self.rows += 1
        self.writer.writerows([line, fault.column, fault_words(fault)] for fault in faults)


@contextmanager
def _fault_file(path: Path) -> Iterator[_FaultFile]:
    """Open the file of errors before anything is taken in; without errors none is left."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        faults = _FaultFile(csv.writer(stream))
        names = ("line", "column", "reason")
        faults.writer.writerow([text(f"import.column.{name}") for name in names])
        try:
            yield faults
        finally:
            if not faults.rows:
                path.unlink()


@dataclass(frozen=True, slots=True)
class _Taker:
    """Takes in the rows of one file."""

    header: Sequence[str]
    mapping: FileMapping
    office: Office
    faults: _FaultFile

    async def take_in(self, lines: Iterator[Line], rows: int) -> int:
        """Take in all ``rows`` in chunks; return how many are leads now."""
        leads = 0
        columns = (
            TextColumn(text("import.progress")),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns) as progress:
            task = progress.add_task("", total=rows)
            while chunk := list(islice(lines, CHUNK)):
                leads += await self._take_chunk(chunk)
                progress.advance(task, len(chunk))
        return leads

    async def _take_chunk(self, chunk: Sequence[Line]) -> int:
        whole: dict[int, Mapping[str, str]] = {}
        found: dict[int, Sequence[Fault]] = {}
        for line, cells in chunk:
            if cells is None:
                found[line] = (Fault("", NOT_CSV),)
            elif len(cells) != len(self.header):
                found[line] = (Fault("", TOO_FEW),)
            else:
                whole[line] = dict(zip(self.header, cells, strict=True))
        done = await self.office.import_chunk(list(whole.values()), self.mapping)
        at = list(whole)
        found |= {at[position]: faults for position, faults in done.faults.items()}
        for line in sorted(found):
            self.faults.note(line, found[line])
        return done.leads


def _lines(stream: IO[str]) -> Iterator[Line]:
    """Yield the rows that are not blank; one that cannot be read does not end the file."""
    reader = csv.reader(stream, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, None
            continue
        if cells is None:
            return
        if cells:
            yield line, cells


def _count(file: Path) -> tuple[int, str]:
    """Return how many rows follow the header, and the encoding of the file."""
    counts = ((encoding, _rows_in(file, encoding)) for encoding in _ENCODINGS)
    found = next(((rows, encoding) for encoding, rows in counts if rows is not None), None)
    return found or fail(text("import.encoding"))


def _rows_in(file: Path, encoding: str) -> int | None:
    """Return how many rows follow the header, or None when the encoding is another one."""
    try:
        with file.open(encoding=encoding, newline="") as stream:
            return max(sum(1 for _ in _lines(stream)) - 1, 0)
    except UnicodeDecodeError:
        return None


def fault_words(fault: Fault) -> str:
    """Return what is wrong, in words; a refusal of cleaning has its own text."""
    for prefix in ("import.fault", "refusals"):
        if f"{prefix}.{fault.code}" in TEXTS:
            return TEXTS.get(f"{prefix}.{fault.code}", detail=fault.column)
    return fault.code
