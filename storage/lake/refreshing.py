"""Bringing the files up to date: a bucket is rewritten when its persons have other events.

Every refresh asks the database how many events each person has and which is the newest;
that also shows what was merged, unmerged or erased since. Files of a bucket whose
answers are the same stay as they are.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.behaviour.columns import columns_in_order
from domain.events.event import Event, in_order
from domain.values import PersonId
from storage.lake.layout import BucketFiles, Layout, bucket_of, files_of
from storage.lake.writing import BucketWriter, Part
from storage.repositories.events import event_of

if TYPE_CHECKING:
    from storage.protocols import Database, Transaction

#: Persons whose events are in memory at once.
_PAGE = 2_000
_HELD = """
select p.root_id as root, count(e.id) as found, coalesce(max(e.id), 0) as newest
from person p left join event e on e.person_id = p.id
where p.root_id > $1 group by p.root_id order by p.root_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Buckets that were rewritten, and how many there are."""

    written: tuple[int, ...]
    buckets: int


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What the database holds: root, number of events and the newest id of each person."""

    root: NDArray[np.int64]
    rows: NDArray[np.int64]
    newest: NDArray[np.int64]

    def only(self, rows: NDArray[np.bool_]) -> _Held:
        return _Held(self.root[rows], self.rows[rows], self.newest[rows])


async def refresh(database: Database, folder: Path, layout: Layout) -> Refreshed:
    """Rewrite the buckets that are not up to date; all of them when the layout changed.

    One refresh of a folder runs at a time. Facts are not written: they change without
    events, so whoever needs them adds them to the columns.
    """
    held = await _held(database)
    bucket = bucket_of(held.root, layout.buckets)
    written = []
    for files in files_of(folder, range(layout.buckets)):
        mine = held.only(bucket == files.number)
        if await asyncio.to_thread(_is_current, files, mine, layout):
            continue
        await _rewrite(database, files, mine.root, layout)
        written.append(files.number)
    return Refreshed(tuple(written), layout.buckets)


async def _held(database: Database) -> _Held:
    parts, after = [np.zeros((0, 3), dtype=np.int64)], 0
    while rows := await database.look(_HELD, after, 10 * _PAGE):
        parts.append(np.array([(r["root"], r["found"], r["newest"]) for r in rows], dtype=np.int64))
        after = rows[-1]["root"]
    root, found, newest = np.concatenate(parts).T
    return _Held(root, found, newest)


def _is_current(files: BucketFiles, held: _Held, layout: Layout) -> bool:
    if not (files.events.exists() and files.persons.exists()):
        return False
    persons = pq.read_table(files.persons, columns=["root", "rows", "newest"])
    if Layout.of(persons.schema.metadata) != layout:
        return False
    return all(
        np.array_equal(_numbers(persons, name), wanted)
        for name, wanted in (("root", held.root), ("rows", held.rows), ("newest", held.newest))
    )


def _numbers(table: pa.Table, name: str) -> NDArray[np.int64]:
    found: NDArray[np.int64] = table[name].to_numpy()
    return found


async def _rewrite(
    database: Database, files: BucketFiles, roots: NDArray[np.int64], layout: Layout
) -> None:
    with BucketWriter(files, layout) as writer:
        for start in range(0, roots.size, _PAGE):
            async with database.read() as tx:
                part = await read_part(tx, roots[start : start + _PAGE].tolist(), layout)
            await asyncio.to_thread(writer.add, part)


async def read_part(tx: Transaction, roots: Sequence[int], layout: Layout) -> Part:
    """Return columns of some persons from the database; kinds of no layout are left out."""
    rows = await tx.fetch(
        "select p.root_id, e.id, e.person_id, e.kind, e.event_at, e.received_at,"
        " e.source_sequence, e.dedupe_key, e.properties from event e"
        f" join person p on p.id = e.person_id where {tx.any_of('p.root_id', 1)}",
        tx.array(roots),
    )
    histories: defaultdict[int, list[Event]] = defaultdict(list)
    counts: defaultdict[int, int] = defaultdict(int)
    newest: defaultdict[int, int] = defaultdict(int)
    known = frozenset(layout.kinds)
    for row in rows:
        root = int(row["root_id"])
        counts[root] += 1
        newest[root] = max(newest[root], int(row["id"]))
        if row["kind"] in known:
            histories[root].append(event_of(row))
    return Part(
        np.array(roots, dtype=np.int64),
        columns_in_order(
            list(_in_order(histories, roots)),
            layout.zone,
            interactions=layout.interactions,
            properties=frozenset(layout.properties),
        ),
        np.array([counts[root] for root in roots], dtype=np.int64),
        np.array([newest[root] for root in roots], dtype=np.int64),
    )


def _in_order(
    histories: defaultdict[int, list[Event]], roots: Sequence[int]
) -> Iterator[Sequence[Event]]:
    for root in roots:
        yield in_order(histories[PersonId(root)])
