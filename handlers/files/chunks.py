"""The rows of a table in chunks that one transaction takes, with what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from domain.intake.mapping import TOO_FEW, Fault
from handlers.files.faults import NOT_CSV, FaultyRow
from handlers.files.sheet import Sheet
from handlers.files.text import Line

#: Rows of one transaction.
CHUNK = 200


@dataclass(slots=True)
class Chunk:
    """Some rows: those that can be read by their line, and the faults of the others."""

    size: int = 0
    rows: dict[int, Mapping[str, str]] = field(default_factory=dict)
    faults: dict[int, Sequence[Fault]] = field(default_factory=dict)

    def faulty(self, found: Mapping[int, Sequence[Fault]]) -> list[FaultyRow]:
        """Return all faults in the order of lines, with those ``found`` by position of row."""
        lines = list(self.rows)
        merged = {**self.faults, **{lines[position]: f for position, f in found.items()}}
        return [FaultyRow(line, fault) for line in sorted(merged) for fault in merged[line]]

    def singles(self) -> Iterator[Chunk]:
        """Yield the same rows one by one, in the order of lines."""
        for line in sorted([*self.rows, *self.faults]):
            if line in self.rows:
                yield Chunk(1, {line: self.rows[line]})
            else:
                yield Chunk(1, faults={line: self.faults[line]})

    def refused(self, code: str) -> Chunk:
        """Return the rows as faults."""
        fault = Fault("", code)
        return Chunk(self.size, faults=self.faults | dict.fromkeys(self.rows, (fault,)))


def chunks(sheet: Sheet, skipped: int = 0) -> Iterator[Chunk]:
    """Yield the rows behind the first ``skipped`` ones, :data:`CHUNK` at a time."""
    lines = islice(sheet.lines(), skipped, None)
    while some := list(islice(lines, CHUNK)):
        yield _chunk(some, sheet.header)


def _chunk(lines: Iterable[Line], header: Sequence[str]) -> Chunk:
    chunk = Chunk()
    for line, cells in lines:
        chunk.size += 1
        if cells is None:
            chunk.faults[line] = (Fault("", NOT_CSV),)
        elif len(cells) != len(header):
            chunk.faults[line] = (Fault("", TOO_FEW),)
        else:
            chunk.rows[line] = dict(zip(header, cells, strict=True))
    return chunk
