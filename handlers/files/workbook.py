"""XLSX, read row by row; a packed giant is refused before it is unpacked.

A formula is never worked out: its last result counts, as the file holds it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from handlers.files.refusal import FileRefused
from handlers.files.text import Line

_MEGABYTE = 1024 * 1024
#: What all parts may be unpacked; a hundred thousand rows with twenty columns are 60 MB.
MOST_UNPACKED = 300 * _MEGABYTE
#: The table of texts is held in memory as a whole.
MOST_TEXTS = 48 * _MEGABYTE
_MOST_PARTS = 2_000
#: No honest workbook shrinks to a two-hundredth.
_MOST_RATIO = 200
_SMALL = 8 * _MEGABYTE
_MOST_COLUMNS = 256


def check_workbook(stream: IO[bytes]) -> None:
    """Look at the table of contents alone.

    Raises:
        FileRefused: it is broken, no workbook, or unpacks to a giant.
    """
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        code = "broken_workbook"
        raise FileRefused(code) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        code = "not_a_workbook"
        raise FileRefused(code)
    whole = sum(part.file_size for part in parts)
    bursts = any(
        part.file_size > _SMALL and part.file_size > _MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    texts = sum(p.file_size for p in parts if p.filename.lower() == "xl/sharedstrings.xml")
    if bursts or whole > MOST_UNPACKED or texts > MOST_TEXTS or len(parts) > _MOST_PARTS:
        code = "too_much_unpacked"
        raise FileRefused(code, {"most": MOST_UNPACKED // _MEGABYTE})


def workbook_lines(stream: IO[bytes]) -> Iterator[Line]:
    """Yield the rows of the first sheet that are not blank, with their number.

    Raises:
        FileRefused: the workbook is broken inside.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 — half a second that no start should pay

    stream.seek(0)
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception:  # noqa: BLE001 — whatever a broken part makes the library raise
        code = "broken_workbook"
        raise FileRefused(code) from None
    try:
        yield from _rows(book)
    finally:
        book.close()


def _rows(book: Any) -> Iterator[Line]:  # noqa: ANN401 — the library has no types
    if not book.worksheets:
        return
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except Exception:  # noqa: BLE001 — as above
            code = "broken_workbook"
            raise FileRefused(code) from None
        if row is None:
            return
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # A phone that somebody kept as a number is still a phone.
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()
