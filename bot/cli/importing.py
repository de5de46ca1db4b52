"""``clew import``: a file of leads, with a progress bar and a file of what was wrong."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.cli.run import fail, run, settings_or_exit
from bot.cli.words import TEXTS, text
from bot.clock import SystemClock
from bot.import_desk import FileWish, ImportDesk, Piece, Start, Which
from bot.loggers import set_up_logs
from bot.office_wire import open_office
from config.mapping import load_mapping, write_mapping
from config.problems import ConfigError
from domain.intake.headings import guess_mapping
from domain.intake.id_list import LISTABLE, SOURCE, IdList
from domain.intake.mapping import Fault, FileMapping
from domain.tags.tagging import name_of
from domain.values import IdentityKind, Refusal
from handlers.files.faults import FaultyRow, write_faults, write_header
from handlers.files.plan import Plan
from handlers.files.refusal import FileRefused
from handlers.files.sheet import Sheet, open_sheet
from storage.uploads import PIECE, Upload

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
    #: With a tag the file is a list: whom ``column`` names by ids of ``kind`` gets it.
    tag: str = ""
    column: str = ""
    kind: str = LISTABLE[0].value


def import_leads(wish: ImportWish) -> int:
    """Import a file; return 0 when every row is a lead, 1 when some are in the file of errors."""
    set_up_logs(is_quiet=True)
    if wish.errors.resolve() == wish.file.resolve():
        fail(text("import.same_file", file=wish.file))
    try:
        with wish.file.open("rb") as stream:
            sheet = open_sheet(stream)
            if wish.tag:
                plan = Plan(tags=_id_list(wish, sheet))
            else:
                mapping = _mapping(wish, sheet)
                if wish.is_preview:
                    _preview(sheet, mapping)
                    return 0
                plan = Plan(leads=mapping)
            upload = run(_import(wish, sheet, plan))
    except FileRefused as refused:
        fail(TEXTS.get(f"file.refused.{refused.code}", **refused.values))
    if upload.error:
        fail(TEXTS.get(f"file.refused.{upload.error}", most="", line=""))
    key = "import.tagged" if wish.tag else "import.done"
    click.echo(text(key, leads=upload.taken, faults=upload.faulty, tag=wish.tag))
    if not upload.faulty:
        return 0
    click.echo(text("import.see_errors", file=wish.errors))
    return 1


def _id_list(wish: ImportWish, sheet: Sheet) -> IdList:
    """Return which column names whom; a list of one column needs no telling."""
    if wish.mapping or wish.save_mapping or wish.is_preview:
        fail(text("import.list_alone"))
    tag, columns = name_of(wish.tag), sheet.header
    if isinstance(tag, Refusal):
        fail(TEXTS.get(f"refusals.{tag.code}", detail=tag.detail))
    source = wish.source or "file"
    if not SOURCE.fullmatch(source):
        fail(TEXTS.get("import.page.bad_source"))
    column = wish.column or (columns[0] if len(columns) == 1 else "")
    if column not in columns:
        fail(text("import.which_column", columns="、".join(columns)))
    return IdList(column, IdentityKind(wish.kind), tag, source)


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
        word = _word_of(meaning)
        cells = (row[position][:_SHOWN_CELL] if position < len(row) else "" for row in samples)
        table.add_row(word or text("import.skipped"), column, *cells)
    Console().print(table)


_KEYS = TEXTS.keys_under("import.meaning")
_FIELDS = TEXTS.keys_under("field")


def _word_of(meaning: str) -> str:
    """Return what a column means in words; an attribute of one's own is called as it is."""
    if meaning in _KEYS:
        return TEXTS.get(f"import.meaning.{meaning}")
    return TEXTS.get(f"field.{meaning}") if meaning in _FIELDS else meaning


async def _import(wish: ImportWish, sheet: Sheet, plan: Plan) -> Upload:
    """Return how the file ended; its faults stand in the file of errors."""
    settings = settings_or_exit()
    digest = await asyncio.to_thread(_digest, sheet.stream)
    written = replace(plan, digest=digest).text()
    with _fault_file(wish.errors) as faults:
        async with open_office(settings, SystemClock()) as office:
            asked = FileWish(wish.file.name, sheet.rows, written)
            upload = await _handed_in(office.imports, asked, sheet.stream)
            upload = await _followed(office.imports, upload)
            await _write_faults(office.imports, upload, faults)
        faults.is_kept = upload.faulty > 0
    return upload


def _digest(stream: IO[bytes]) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


async def _handed_in(desk: ImportDesk, wish: FileWish, stream: IO[bytes]) -> Upload:
    """Hand the file in, unless it is being taken in since an earlier command."""
    upload = await desk.begun(wish)
    if upload is not None:
        click.echo(text("import.resumed", done=upload.done, rows=upload.rows))
        return upload
    upload_id, number = await desk.new_file(), 0
    stream.seek(0)
    while piece := await asyncio.to_thread(stream.read, PIECE):
        number += 1
        await desk.add_piece(Piece(upload_id, number, piece))
    return await desk.start(Start(upload_id, wish))


async def _followed(desk: ImportDesk, upload: Upload) -> Upload:
    """Show how far the file is until it is done; return how it ended."""
    columns = (
        TextColumn(text("import.progress")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("", total=upload.rows, completed=upload.done)
        async for told in desk.follow(upload.id):
            upload = told
            progress.update(task, completed=told.done)
    return upload


@dataclass(slots=True)
class _FaultFile:
    """Where rows that are no leads are told of; without any it does not stay."""

    stream: IO[str]
    is_kept: bool = False


@contextmanager
def _fault_file(path: Path) -> Iterator[_FaultFile]:
    """Open the file of errors before anything is taken in."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        faults = _FaultFile(stream)
        write_header(stream, TEXTS)
        try:
            yield faults
        finally:
            if not faults.is_kept:
                path.unlink()


async def _write_faults(desk: ImportDesk, upload: Upload, faults: _FaultFile) -> None:
    page = await desk.faults(Which(upload.id))
    while page.rows:
        found = [FaultyRow(f.line, Fault(f.column, f.code)) for f in page.rows]
        write_faults(faults.stream, TEXTS, found)
        page = await desk.faults(Which(upload.id, page.after))
