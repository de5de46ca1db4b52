"""Rows that were not taken, as a table that people repair their file by."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, NamedTuple

from domain.intake.mapping import Fault
from handlers.files.sheet import harmless

if TYPE_CHECKING:
    from handlers.ports import Words

#: An id of a list that belongs to nobody.
NOBODY = "nobody"


class FaultyRow(NamedTuple):
    """A fault and the number of the row's first line."""

    line: int
    fault: Fault


def fault_words(words: Words, fault: Fault) -> str:
    """Return what is wrong, in words; a refusal of cleaning has its own text."""
    for prefix in ("import.fault", "refusals"):
        try:
            return words.get(f"{prefix}.{fault.code}", detail=fault.column)
        except KeyError:
            continue
    return fault.code


def write_header(stream: IO[str], words: Words) -> None:
    """Write the names of the columns: line, column, reason."""
    names = ("line", "column", "reason")
    csv.writer(stream).writerow([words.get(f"cli.import.column.{name}") for name in names])


def write_faults(stream: IO[str], words: Words, rows: Iterable[FaultyRow]) -> None:
    """Write faults: places and reasons, never what stood there."""
    writer = csv.writer(stream)
    for line, fault in rows:
        writer.writerow([line, harmless(fault.column), fault_words(words, fault)])
