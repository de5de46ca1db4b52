"""A table in a file, whatever it was written by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO

from handlers.files.refusal import FileRefused
from handlers.files.text import Line, csv_lines, encoding_of
from handlers.files.workbook import check_workbook, workbook_lines

WORKBOOK = "xlsx"
_PACKED = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_MOST_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open table: its header, and how many rows follow. ``form`` is an encoding or xlsx."""

    stream: IO[bytes]
    form: str
    header: tuple[str, ...]
    rows: int

    def lines(self) -> Iterator[Line]:
        """Yield the rows behind the header; a short row of a workbook is filled up."""
        lines = _lines(self.stream, self.form)
        next(lines, None)
        for line, cells in lines:
            yield line, self._filled(cells)

    def _filled(self, cells: list[str] | None) -> list[str] | None:
        if cells is None or self.form != WORKBOOK:
            return cells
        return cells + [""] * (len(self.header) - len(cells))

    def sample(self, rows: int) -> list[Sequence[str]]:
        """Return the cells of the first rows that can be read."""
        readable = (cells for _, cells in self.lines() if cells is not None)
        return list(islice(readable, rows))


def open_sheet(stream: IO[bytes]) -> Sheet:
    """Look at a whole file once: what it is, its header, its rows.

    Raises:
        FileRefused: it is no table that can be read.
    """
    stream.seek(0)
    head = stream.read(4)
    if not head:
        code = "empty"
        raise FileRefused(code)
    if head == _OLD_EXCEL:
        code = "old_excel"
        raise FileRefused(code)
    if head == _PACKED:
        check_workbook(stream)
        form = WORKBOOK
    else:
        form = encoding_of(stream)
    lines = _lines(stream, form)
    line, header = next(lines, (1, []))
    if header is None:
        code = "not_csv"
        raise FileRefused(code, {"line": line})
    return Sheet(stream, form, _header(header), sum(1 for _ in lines))


def _lines(stream: IO[bytes], form: str) -> Iterator[Line]:
    return workbook_lines(stream) if form == WORKBOOK else csv_lines(stream, form)


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().lstrip("﻿") for cell in cells)
    if not any(names):
        code = "no_header"
        raise FileRefused(code)
    if len(names) > _MOST_COLUMNS:
        code = "too_wide"
        raise FileRefused(code, {"most": _MOST_COLUMNS})
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if twice:
        code = "column_twice"
        raise FileRefused(code, {"columns": "、".join(twice)})
    return names


def harmless(cell: str) -> str:
    """Return a cell that no table program takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
