"""Writing a bucket: columns to Parquet, whole persons in each row group."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.behaviour.columns import Columns
from domain.behaviour.values import Value
from domain.events.registry import PropertyType
from storage.lake.layout import FACT, GROUP_EVENTS, PROPERTY, BucketFiles, Layout

_TYPES: Mapping[PropertyType, pa.DataType] = {
    PropertyType.NUMBER: pa.float64(),
    PropertyType.TEXT: pa.dictionary(pa.int32(), pa.string()),
    PropertyType.FLAG: pa.bool_(),
}


def write_bucket(
    files: BucketFiles, roots: NDArray[np.int64], columns: Columns, layout: Layout
) -> None:
    """Write persons and their events; ``roots`` rise. A reader sees the old files or the new.

    Properties and facts that the layout does not name are left out.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    _write(files.persons, _persons(roots, columns, layout), [(0, roots.size)])
    # Events last: they are what a reader opens first.
    _write(files.events, _events(roots, columns, layout), list(_groups(columns)))


def _write(path: Path, table: pa.Table, groups: list[tuple[int, int]]) -> None:
    texts = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    partial = path.with_suffix(".partial")
    with pq.ParquetWriter(
        partial,
        table.schema,
        # Moments are as good as random digits: packing them would save an eighth.
        compression={name: "none" if name == "at" else "zstd" for name in table.column_names},
        use_dictionary=["root", "kind", "day", *texts],
    ) as writer:
        for start, end in groups:
            writer.write_table(table.slice(start, end - start), row_group_size=max(end - start, 1))
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(path)


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


def _persons(roots: NDArray[np.int64], columns: Columns, layout: Layout) -> pa.Table:
    found = {"root": pa.array(roots), "events": pa.array(np.diff(columns.offsets), pa.int32())}
    for name, kind in layout.facts.items():
        found[FACT + name] = _array(columns.facts.get(name), kind, roots.size)
    return pa.table(found).replace_schema_metadata(layout.metadata())


def _events(roots: NDArray[np.int64], columns: Columns, layout: Layout) -> pa.Table:
    codes = np.array([layout.kinds.index(kind) for kind in columns.kinds], dtype=np.int16)
    found = {
        "root": pa.array(np.repeat(roots, np.diff(columns.offsets))),
        "kind": pa.array(codes[columns.kind] if columns.kind.size else columns.kind),
        "at": pa.array(columns.at),
        "day": pa.array(columns.day),
    }
    for name, kind in layout.properties.items():
        column = columns.properties.get(name)
        found[PROPERTY + name] = _array(column, kind, columns.kind.size)
    return pa.table(found).replace_schema_metadata(layout.metadata())


def _array(value: Value | None, kind: PropertyType, rows: int) -> pa.Array:
    if kind is PropertyType.NUMBER and value is not None and value.numbers is not None:
        return pa.array(value.numbers, mask=np.isnan(value.numbers))
    if kind is PropertyType.TEXT and value is not None and value.texts is not None:
        codes = value.texts.codes
        indices = pa.array(codes, pa.int32(), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(value.texts.words.items))
    if kind is PropertyType.FLAG and value is not None and value.flags is not None:
        known = value.flags.known
        return pa.array(value.flags.holds, mask=None if known is None else ~known)
    return pa.nulls(rows, _TYPES[kind])
