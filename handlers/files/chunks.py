"""The rows of a table in chunks that are worked on together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.intake.mapping import Fault, fault_of_line
from handlers.files.faults import FaultyRow
from handlers.files.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows: their cells, None where they cannot be read, and the numbers of their lines."""

    header: Sequence[str]
    numbers: Sequence[int]
    lines: Sequence[Sequence[str] | None]

    @property
    def size(self) -> int:
        """Return how many rows there are."""
        return len(self.lines)

    def readable(self) -> tuple[dict[int, Mapping[str, str]], dict[int, tuple[Fault, ...]]]:
        """Return the rows that can be read, by place and column, and the faults of the others."""
        rows: dict[int, Mapping[str, str]] = {}
        faults: dict[int, tuple[Fault, ...]] = {}
        for place, cells in enumerate(self.lines):
            if cells is None or len(cells) != len(self.header):
                faults[place] = (fault_of_line(cells),)
            else:
                rows[place] = dict(zip(self.header, cells, strict=True))
        return rows, faults

    def named(self, faults: Mapping[int, Sequence[Fault]]) -> list[FaultyRow]:
        """Return faults by place in the order of lines, under the numbers of the lines."""
        return [FaultyRow(self.numbers[n], one) for n in sorted(faults) for one in faults[n]]

    def part(self, start: int, stop: int) -> Chunk:
        """Return the rows from ``start`` to before ``stop``."""
        return Chunk(self.header, self.numbers[start:stop], self.lines[start:stop])


def chunks(sheet: Sheet, size: int, skipped: int = 0) -> Iterator[Chunk]:
    """Yield the rows behind the first ``skipped`` ones, ``size`` at a time."""
    lines = islice(sheet.lines(), skipped, None)
    while some := list(islice(lines, size)):
        yield Chunk(sheet.header, [n for n, _ in some], [cells for _, cells in some])
