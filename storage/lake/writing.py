"""Writing a bucket: columns to Parquet, whole persons in each row group."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.columns.persons import Columns, columns_in_order
from domain.columns.values import Value
from domain.events.registry import STORED, PropertyType
from storage.lake.layout import FACT, GROUP_EVENTS, BucketFiles, Layout, column_of

_TYPES: Mapping[PropertyType, pa.DataType] = {
    PropertyType.NUMBER: pa.float64(),
    PropertyType.TEXT: pa.dictionary(pa.int32(), pa.string()),
    PropertyType.FLAG: pa.bool_(),
}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some persons of a bucket: roots that rise, their columns, and what the database held.

    ``received`` is the microsecond at which the last event of each was received, ``stamps``
    tell the rows of the merge group (:mod:`storage.lake.members`); by these a bucket knows
    later whether it is still true.
    """

    roots: NDArray[np.int64]
    columns: Columns
    received: NDArray[np.int64]
    stamps: NDArray[np.int64]

    @classmethod
    def of(cls, roots: NDArray[np.int64], columns: Columns) -> Part:
        """Return persons that come from no database."""
        nothing = np.zeros(roots.size, dtype=np.int64)
        return cls(roots, columns, nothing, nothing)


class BucketWriter:
    """Writes one bucket part by part; on leaving without an error the new files take over."""

    def __init__(self, files: BucketFiles, layout: Layout) -> None:
        """Begin a bucket."""
        self._files, self._layout = files, layout
        self._events: _Writer | None = None
        self._persons: _Writer | None = None

    def __enter__(self) -> Self:
        """Open the files."""
        self._files.folder.mkdir(parents=True, exist_ok=True)
        nobody = Part.of(np.zeros(0, dtype=np.int64), nothing(self._layout))
        self._persons = _Writer(self._files.persons, _persons(nobody, self._layout).schema)
        self._events = _Writer(self._files.events, _events(nobody, self._layout).schema)
        return self

    def add(self, part: Part) -> None:
        """Write persons with their events; their roots lie above all those before."""
        if self._events is None or self._persons is None:
            raise ValueError(str(self._files.events))
        events = _events(part, self._layout)
        for start, end in _groups(part.columns):
            self._events.add(events.slice(start, end - start))
        self._persons.add(_persons(part, self._layout))

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Put the files in place, or drop them after an error."""
        for writer in (self._persons, self._events):
            if writer is not None:
                writer.close(is_kept=error is None)


def write_bucket(
    files: BucketFiles, roots: NDArray[np.int64], columns: Columns, layout: Layout
) -> None:
    """Write persons and their events; ``roots`` rise. A reader sees the old files or the new.

    Properties and facts that the layout does not name are left out.
    """
    with BucketWriter(files, layout) as writer:
        writer.add(Part.of(roots, columns))


def nothing(layout: Layout) -> Columns:
    """Return the columns of nobody."""
    return columns_in_order([], layout.zone)


class _Writer:
    """A Parquet file under way, beside the one that it will replace."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._partial = path, path.with_suffix(".partial")
        texts = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        self._writer = pq.ParquetWriter(
            self._partial,
            schema,
            # Moments are as good as random digits: packing them would save an eighth.
            compression={name: "none" if name == "at" else "zstd" for name in schema.names},
            use_dictionary=["root", "kind", "day", *texts],
        )

    def add(self, table: pa.Table) -> None:
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def close(self, *, is_kept: bool) -> None:
        self._writer.close()
        if not is_kept:
            self._partial.unlink()
            return
        with self._partial.open("rb") as written:
            os.fsync(written.fileno())
        self._partial.replace(self._path)


def _groups(columns: Columns) -> Iterator[tuple[int, int]]:
    """Yield ranges of events: whole persons, about :data:`GROUP_EVENTS` together."""
    start, last = 0, int(columns.offsets[-1])
    while start < last:
        ahead = np.searchsorted(columns.offsets, start + GROUP_EVENTS, side="right") - 1
        end = int(columns.offsets[ahead])
        if end <= start:  # one person with more events than a group
            end = int(columns.offsets[np.searchsorted(columns.offsets, start, side="right")])
        yield start, end
        start = end


def _persons(part: Part, layout: Layout) -> pa.Table:
    columns = part.columns
    found = {
        "root": pa.array(part.roots),
        "events": pa.array(np.diff(columns.offsets), pa.int32()),
        "received": pa.array(part.received),
        "stamp": pa.array(part.stamps),
    }
    for name, kind in layout.facts.items():
        found[FACT + name] = _array(columns.facts.get(name), kind, part.roots.size)
    return pa.table(found).replace_schema_metadata(layout.metadata())


def _events(part: Part, layout: Layout) -> pa.Table:
    columns = part.columns
    position = {kind: number for number, kind in enumerate(layout.kinds)}
    # A kind that the layout does not have is named by columns, but nothing of it happened.
    codes = np.array([position.get(kind, -1) for kind in columns.kinds], dtype=np.int16)
    if columns.kind.size and codes[columns.kind].min() < 0:
        raise ValueError(sorted(set(columns.kinds) - position.keys()))
    found = {
        "root": pa.array(np.repeat(part.roots, np.diff(columns.offsets))),
        "kind": pa.array(codes[columns.kind] if columns.kind.size else columns.kind),
        "at": pa.array(columns.at),
        "day": pa.array(columns.day),
    }
    for name, kind in layout.properties.items():
        column = columns.properties.get(name)
        for stored in STORED:
            found[column_of(name, kind, stored)] = _array(column, stored, columns.kind.size)
    return pa.table(found).replace_schema_metadata(layout.metadata())


def _array(value: Value | None, kind: PropertyType, rows: int) -> pa.Array:
    if kind is PropertyType.NUMBER and value is not None and value.numbers is not None:
        return pa.array(value.numbers, mask=np.isnan(value.numbers))
    if kind is PropertyType.TEXT and value is not None and value.texts is not None:
        codes = value.texts.codes
        indices = pa.array(codes, pa.int32(), mask=codes < 0)
        words = pa.array(value.texts.words.items, pa.string())
        return pa.DictionaryArray.from_arrays(indices, words)
    if kind is PropertyType.FLAG and value is not None and value.flags is not None:
        known = value.flags.known
        return pa.array(value.flags.holds, mask=None if known is None else ~known)
    return pa.nulls(rows, _TYPES[kind])
