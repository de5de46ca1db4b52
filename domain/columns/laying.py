"""Laying out mappings of mixed values as columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from domain.columns.days import NEVER, microseconds
from domain.columns.values import Flags, Item, Lists, Texts, Value, Words


def lay_out(
    rows: Sequence[Mapping[str, Item]], names: Collection[str] | None = None
) -> dict[str, Value]:
    """Return a column for every name that occurs in ``rows``, or those of ``names`` alone."""
    found: dict[str, _Cells] = {}
    for row, values in enumerate(rows):
        for name, item in values.items():
            if item is not None and (names is None or name in names):
                cells = found.get(name)
                if cells is None:
                    cells = found[name] = _Cells()
                cells.put(row, item)
    return {name: cells.column(len(rows)) for name, cells in found.items()}


@dataclass(slots=True)
class _Cells:
    """The values of one name so far: by type, with their rows."""

    numbers: dict[int, float] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    flags: dict[int, bool] = field(default_factory=dict)
    moments: dict[int, datetime] = field(default_factory=dict)
    lists: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def put(self, row: int, item: Item) -> None:
        if isinstance(item, str):
            self.texts[row] = item
        elif isinstance(item, bool):
            self.flags[row] = item
        elif isinstance(item, datetime):
            self.moments[row] = item
        elif isinstance(item, tuple):
            self.lists[row] = item
        elif item is not None:
            self.numbers[row] = item

    def column(self, size: int) -> Value:
        return Value(
            _numbers(self.numbers, size) if self.numbers else None,
            _texts(self.texts, size) if self.texts else None,
            _flags(self.flags, size) if self.flags else None,
            _moments(self.moments, size) if self.moments else None,
            _lists(self.lists, size) if self.lists else None,
        )


def _numbers(cells: Mapping[int, float], size: int) -> np.ndarray:
    column = np.full(size, np.nan)
    column[list(cells)] = list(cells.values())
    return column


def _texts(cells: Mapping[int, str], size: int) -> Texts:
    codes: dict[str, int] = {}
    column = np.full(size, -1, dtype=np.int32)
    column[list(cells)] = [codes.setdefault(text, len(codes)) for text in cells.values()]
    return Texts(column, Words(tuple(codes)))


def _flags(cells: Mapping[int, bool], size: int) -> Flags:
    holds, known = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    holds[list(cells)] = list(cells.values())
    known[list(cells)] = True
    return Flags(holds, known)


def _moments(cells: Mapping[int, datetime], size: int) -> np.ndarray:
    column = np.full(size, NEVER, dtype=np.int64)
    column[list(cells)] = [microseconds(moment) for moment in cells.values()]
    return column


def _lists(cells: Mapping[int, tuple[str, ...]], size: int) -> Lists:
    codes: dict[str, int] = {}
    sizes = np.zeros(size, dtype=np.int64)
    sizes[list(cells)] = [len(texts) for texts in cells.values()]
    flat = [codes.setdefault(text, len(codes)) for texts in cells.values() for text in texts]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    return Lists(offsets, np.array(flat, dtype=np.int32), Words(tuple(codes)))
