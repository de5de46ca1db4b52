"""Persons of columns picked out, repeated, and put together with others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.changing import replace
from domain.columns.persons import Columns, Kinds
from domain.columns.reduce import Ranges
from domain.columns.values import Flags, Marks, Positions, Texts, Value, Words


def taken(columns: Columns, rows: Positions) -> Columns:
    """Return the persons at ``rows``, in that order; a person may stand there several times.

    Lists (tags that hold several texts) do not travel.
    """
    ranges = Ranges(columns.offsets[:-1][rows], columns.offsets[1:][rows])
    positions, _ = ranges.members()
    return replace(
        columns,
        offsets=np.concatenate(([0], np.cumsum(ranges.sizes))).astype(np.int64),
        kind=columns.kind[positions],
        at=columns.at[positions],
        day=columns.day[positions],
        properties={name: value.take(positions) for name, value in columns.properties.items()},
        facts={name: value.take(rows) for name, value in columns.facts.items()},
        tags={name: value.take(rows) for name, value in columns.tags.items()},
    )


def put_together(parts: Sequence[Columns]) -> Columns:
    """Return the persons of all parts, one after the other; facts and tags are left out."""
    if len(parts) == 1:
        return replace(parts[0], facts={}, tags={})
    kinds = tuple(dict.fromkeys(kind for part in parts for kind in part.kinds))
    code = {kind: number for number, kind in enumerate(kinds)}
    shown = {
        kind: is_shown
        for part in reversed(parts)
        for kind, is_shown in zip(part.kinds, part.is_interaction.tolist(), strict=True)
    }
    ends = np.cumsum([0, *(part.kind.size for part in parts)])
    offsets = [part.offsets[1:] + end for part, end in zip(parts, ends[:-1], strict=True)]
    return Columns(
        offsets=np.concatenate(([0], *offsets)).astype(np.int64),
        kind=np.concatenate([_coded(part, code) for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        kinds=kinds,
        is_interaction=np.array([shown[kind] for kind in kinds], dtype=np.bool_),
        properties={
            name: _joined([(part.properties.get(name), part.kind.size) for part in parts])
            for name in dict.fromkeys(name for part in parts for name in part.properties)
        },
        facts={},
        tags={},
        zone=parts[0].zone,
    )


def _coded(columns: Columns, code: dict[str, int]) -> Kinds:
    table = np.array([code[kind] for kind in columns.kinds], dtype=np.int16)
    return table[columns.kind] if columns.kind.size else columns.kind


def _joined(parts: Sequence[tuple[Value | None, int]]) -> Value:
    known = [value for value, _ in parts if value is not None]
    numbers = texts = flags = None
    if any(value.numbers is not None for value in known):
        numbers = np.concatenate(
            [
                np.full(size, np.nan) if value is None or value.numbers is None else value.numbers
                for value, size in parts
            ]
        )
    if any(value.texts is not None for value in known):
        texts = _texts([(None if value is None else value.texts, size) for value, size in parts])
    if any(value.flags is not None for value in known):
        flags = _flags([(None if value is None else value.flags, size) for value, size in parts])
    return Value(numbers, texts, flags)


def _texts(parts: Sequence[tuple[Texts | None, int]]) -> Texts:
    codes: dict[str, int] = {}
    columns = []
    for texts, size in parts:
        if texts is None:
            columns.append(np.full(size, -1, dtype=np.int32))
            continue
        table = [codes.setdefault(word, len(codes)) for word in texts.words.items]
        columns.append(np.array([*table, -1], dtype=np.int32)[texts.codes])
    return Texts(np.concatenate(columns), Words(tuple(codes)))


def _flags(parts: Sequence[tuple[Flags | None, int]]) -> Flags:
    holds: list[Marks] = []
    known: list[Marks] = []
    for flags, size in parts:
        if flags is None:
            holds.append(np.zeros(size, dtype=np.bool_))
            known.append(np.zeros(size, dtype=np.bool_))
        else:
            holds.append(flags.holds)
            known.append(np.ones(size, dtype=np.bool_) if flags.known is None else flags.known)
    return Flags(np.concatenate(holds), np.concatenate(known))
