"""Reading a bucket: row group by row group, and only the columns that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.columns.persons import Columns
from domain.columns.values import Flags, Texts, Value, Words
from domain.events.registry import STORED, PropertyType
from storage.lake.layout import FACT, BucketFiles, Layout, column_of


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Whole persons of a bucket, their roots, and when the last event of each was received (µs)."""

    roots: NDArray[np.int64]
    columns: Columns
    received: NDArray[np.int64]


def read_bucket(files: BucketFiles, properties: Collection[str] | None = None) -> Iterator[Chunk]:
    """Yield the persons of a bucket, some thousands at a time.

    ``properties`` are those that will be asked for; None reads all.
    """
    events = pq.ParquetFile(files.events, memory_map=True, pre_buffer=False)
    persons = pq.read_table(files.persons)
    layout = Layout.of(persons.schema.metadata)
    wanted = [name for name in layout.properties if properties is None or name in properties]
    texts = [column_of(name, layout.properties[name], PropertyType.TEXT) for name in wanted]
    if texts:
        events = pq.ParquetFile(
            files.events, memory_map=True, pre_buffer=False, read_dictionary=texts
        )
    offsets = np.concatenate(([0], np.cumsum(persons["events"].to_numpy(), dtype=np.int64)))
    reader = _Reader(events, persons, offsets, layout, wanted)
    yield from reader.chunks()


@dataclass(slots=True, eq=False)
class _Reader:
    """One bucket being read."""

    events: pq.ParquetFile
    persons: pa.Table
    offsets: NDArray[np.int64]
    layout: Layout
    wanted: list[str]

    def chunks(self) -> Iterator[Chunk]:
        start, first = 0, 0
        names = self._filled()
        for group in range(self.events.num_row_groups):
            filled = names[group]
            asked = ["kind", "at", "day", *filled]
            table = self.events.read_row_group(group, columns=asked, use_threads=False)
            end = start + table.num_rows
            # Persons without events stand with those before them.
            last = int(np.searchsorted(self.offsets, end, side="right")) - 1
            yield self._chunk(table, first, last, start)
            start, first = end, last
        if first < self.offsets.size - 1:  # a bucket without any event
            yield self._chunk(self.events.schema_arrow.empty_table(), first, -1, start)

    def _filled(self) -> list[list[str]]:
        """Return for each row group the columns of wanted properties that hold any value."""
        metadata = self.events.metadata
        places = {name: place for place, name in enumerate(self.events.schema_arrow.names)}
        names = [
            column_of(name, self.layout.properties[name], stored)
            for name in self.wanted
            for stored in STORED
        ]
        return [
            [name for name in names if _has_values(metadata.row_group(group), places[name])]
            for group in range(metadata.num_row_groups)
        ]

    def _chunk(self, table: pa.Table, first: int, last: int, start: int) -> Chunk:
        stop = last if last >= 0 else self.offsets.size - 1
        persons, layout = self.persons.slice(first, stop - first), self.layout
        there = set(table.column_names)
        properties = {
            name: _of_types(table, there, name, layout.properties[name]) for name in self.wanted
        }
        facts = {name: _value(persons[FACT + name], kind) for name, kind in layout.facts.items()}
        columns = Columns(
            offsets=self.offsets[first : stop + 1] - start,
            kind=table["kind"].to_numpy(),
            at=table["at"].to_numpy(),
            day=table["day"].to_numpy(),
            kinds=layout.kinds,
            is_interaction=np.array([k in layout.interactions for k in layout.kinds]),
            properties={name: value for name, value in properties.items() if value is not None},
            facts={name: value for name, value in facts.items() if value is not None},
            tags={},
            zone=layout.zone,
        )
        return Chunk(persons["root"].to_numpy(), columns, persons["received"].to_numpy())


def _has_values(group: pq.RowGroupMetaData, place: int) -> bool:
    statistics = group.column(place).statistics
    return statistics is None or statistics.null_count < group.num_rows


def _of_types(
    table: pa.Table, there: Collection[str], name: str, declared: PropertyType
) -> Value | None:
    """Return a property with its values of all types; a row has one of them at most."""
    parts = [
        _value(table[column], stored)
        for stored in STORED
        if (column := column_of(name, declared, stored)) in there
    ]
    known = [part for part in parts if part is not None]
    return _joined(known) if known else None


def _joined(parts: Sequence[Value]) -> Value:
    return Value(
        numbers=next((part.numbers for part in parts if part.numbers is not None), None),
        texts=next((part.texts for part in parts if part.texts is not None), None),
        flags=next((part.flags for part in parts if part.flags is not None), None),
    )


def _value(column: pa.ChunkedArray, kind: PropertyType) -> Value | None:
    if column.null_count == len(column):
        return None
    match kind:
        case PropertyType.NUMBER:
            return Value(numbers=column.to_numpy())
        case PropertyType.TEXT:
            return Value(texts=_texts(column))
        case _:
            holds = column.fill_null(fill_value=False).to_numpy()
            return Value(flags=Flags(holds, column.is_valid().to_numpy()))


def _texts(column: pa.ChunkedArray) -> Texts:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    array = column.unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    codes = array.indices.fill_null(-1).to_numpy().astype(np.int32, copy=False)
    return Texts(codes, Words(tuple(array.dictionary.to_pylist())))
