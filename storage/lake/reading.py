"""Reading a bucket: row group by row group, and only the columns that are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.behaviour.columns import Columns
from domain.behaviour.values import Flags, Texts, Value, Words
from domain.events.registry import PropertyType
from storage.lake.layout import FACT, PROPERTY, BucketFiles, Layout


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Whole persons of a bucket, and their roots."""

    roots: NDArray[np.int64]
    columns: Columns


def read_bucket(files: BucketFiles, properties: Collection[str] | None = None) -> Iterator[Chunk]:
    """Yield the persons of a bucket, some thousands at a time.

    ``properties`` are those that will be asked for; None reads all.
    """
    events = pq.ParquetFile(files.events, memory_map=True, pre_buffer=False)
    persons = pq.read_table(files.persons)
    layout = Layout.of(persons.schema.metadata)
    wanted = [name for name in layout.properties if properties is None or name in properties]
    texts = [PROPERTY + name for name in wanted if layout.properties[name] is PropertyType.TEXT]
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
        names = ["kind", "at", "day", *(PROPERTY + name for name in self.wanted)]
        for group in range(self.events.num_row_groups):
            table = self.events.read_row_group(group, columns=names, use_threads=False)
            end = start + table.num_rows
            # Persons without events stand with those before them.
            last = int(np.searchsorted(self.offsets, end, side="right")) - 1
            yield self._chunk(table, first, last, start)
            start, first = end, last
        if first < self.offsets.size - 1:  # a bucket without any event
            yield self._chunk(self.events.schema_arrow.empty_table(), first, -1, start)

    def _chunk(self, table: pa.Table, first: int, last: int, start: int) -> Chunk:
        stop = last if last >= 0 else self.offsets.size - 1
        persons, layout = self.persons.slice(first, stop - first), self.layout
        properties = {
            name: _value(table[PROPERTY + name], layout.properties[name]) for name in self.wanted
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
        return Chunk(persons["root"].to_numpy(), columns)


def _value(column: pa.ChunkedArray, kind: PropertyType) -> Value | None:
    if column.null_count == len(column):
        return None
    match kind:
        case PropertyType.NUMBER:
            return Value(numbers=column.to_numpy())
        case PropertyType.TEXT:
            return Value(texts=_texts(column))
        case PropertyType.FLAG:
            holds = column.fill_null(fill_value=False).to_numpy()
            return Value(flags=Flags(holds, column.is_valid().to_numpy()))


def _texts(column: pa.ChunkedArray) -> Texts:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    array = column.unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    codes = array.indices.fill_null(-1).to_numpy().astype(np.int32, copy=False)
    return Texts(codes, Words(tuple(array.dictionary.to_pylist())))
