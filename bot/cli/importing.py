"""``clew import``: a file of leads, with a progress bar and a file of what was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.loggers import set_up_logs
from bot.office import Office
from bot.office_wire import open_office
from config.mapping import load_mapping, write_mapping
from config.problems import ConfigError
from domain.intake.headings import guess_mapping
from domain.intake.mapping import FileMapping
from handlers.files.chunks import Chunk, chunks
from handlers.files.faults import FaultyRow, write_faults, write_header
from handlers.files.refusal import FileRefused
from handlers.files.sheet import Sheet, open_sheet

_SHOWN_ROWS = 5
_SHOWN_CELL = 24


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What to import and how. Without ``mapping`` the headings are guessed at."""

    file: Path
    errors: Path
    mapping: Path | None = None
    source: str = ""
    is_preview: bool = False
    save_mapping: Path | None = None


def import_leads(wish: ImportWish) -> int:
    """Import a file; return 0 when every row is a lead, 1 when some are in the file of errors."""
    set_up_logs(is_quiet=True)
    if wish.errors.resolve() == wish.file.resolve():
        fail(text("import.same_file", file=wish.file))
    try:
        with wish.file.open("rb") as stream:
            sheet = open_sheet(stream)
            mapping = _mapping(wish, sheet)
            if wish.is_preview:
                _preview(sheet, mapping)
                return 0
            leads, faults = run(_import(sheet, mapping, wish.errors))
    except FileRefused as refused:
        fail(TEXTS.get(f"file.refused.{refused.code}", **refused.values))
    click.echo(text("import.done", leads=leads, faults=faults))
    if not faults:
        return 0
    click.echo(text("import.see_errors", file=wish.errors))
    return 1


def _mapping(wish: ImportWish, sheet: Sheet) -> FileMapping:
    if wish.mapping is None:
        labels = {name: TEXTS.get(f"field.{name}") for name in TEXTS.keys_under("field")}
        mapping = guess_mapping(sheet.header, labels, wish.source or "file")
        if not any((mapping.uid, mapping.phone, mapping.wechat, mapping.email)):
            fail(text("import.cannot_guess", columns="、".join(sheet.header)))
    else:
        try:
            mapping = load_mapping(wish.mapping, TEXTS)
        except ConfigError as error:
            fail(str(error))
    if absent := mapping.absent_from(sheet.header):
        fail(text("import.columns", columns="、".join(absent)))
    if wish.save_mapping is not None:
        wish.save_mapping.write_text(write_mapping(mapping), encoding="utf-8")
        click.echo(text("import.mapping_saved", file=wish.save_mapping))
    return mapping


def _preview(sheet: Sheet, mapping: FileMapping) -> None:
    """Print what each column means and the first rows; nothing is taken in."""
    meanings = mapping.meanings()
    table = Table(title=text("import.preview", rows=sheet.rows, form=sheet.form))
    table.add_column(text("import.meaning"))
    table.add_column(text("import.column.column"))
    samples = sheet.sample(_SHOWN_ROWS)
    for number in range(len(samples)):
        table.add_column(str(number + 1))
    for position, column in enumerate(sheet.header):
        meaning = meanings.get(column, "")
        word = TEXTS.get(f"import.meaning.{meaning}") if meaning in _KEYS else meaning
        cells = (row[position][:_SHOWN_CELL] if position < len(row) else "" for row in samples)
        table.add_row(word or text("import.skipped"), column, *cells)
    Console().print(table)


_KEYS = TEXTS.keys_under("import.meaning")


async def _import(sheet: Sheet, mapping: FileMapping, errors: Path) -> tuple[int, int]:
    """Return how many rows are leads, and how many are not."""
    settings = settings_or_exit()
    with _fault_file(errors) as faults:
        async with open_office(settings, SystemClock()) as office:
            return await _take_in(office, sheet, mapping, faults), faults.rows


@dataclass(slots=True)
class _FaultFile:
    """Rows that are no leads, written as they are met."""

    stream: IO[str]
    rows: int = 0

    def note(self, found: Sequence[FaultyRow]) -> None:
        self.rows += len({line for line, _ in found})
        write_faults(self.stream, TEXTS, found)


@contextmanager
def _fault_file(path: Path) -> Iterator[_FaultFile]:
    """Open the file of errors before anything is taken in; without errors none is left."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        faults = _FaultFile(stream)
        write_header(stream, TEXTS)
        try:
            yield faults
        finally:
            if not faults.rows:
                path.unlink()


async def _take_in(office: Office, sheet: Sheet, mapping: FileMapping, faults: _FaultFile) -> int:
    """Take in all rows in chunks; return how many are leads now."""
    leads = 0
    columns = (
        TextColumn(text("import.progress")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("", total=sheet.rows)
        for chunk in chunks(sheet):
            leads += await _take_chunk(office, chunk, mapping, faults)
            progress.advance(task, chunk.size)
    return leads


async def _take_chunk(
    office: Office, chunk: Chunk, mapping: FileMapping, faults: _FaultFile
) -> int:
    rows: list[Mapping[str, str]] = list(chunk.rows.values())
    done = await office.import_chunk(rows, mapping)
    faults.note(chunk.faulty(done.faults))
    return done.leads
