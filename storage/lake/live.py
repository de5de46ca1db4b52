"""Histories out of files, as the database has them now.

What files hold of a person counts only if the database, asked in the same snapshot,
says that nothing happened since: the same rows under the same root, and no later event.
Everybody else is read from the database. So answers are the database's, however old
the files are; they only become slower.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from numpy.typing import NDArray

from domain.changing import replace
from domain.columns.days import moment_of
from domain.columns.gathering import taken
from domain.columns.persons import Columns
from storage.lake.layout import BucketFiles, Layout
from storage.lake.manifest import Bucket, Manifest
from storage.lake.members import Members, members
from storage.lake.reading import Chunk, read_bucket
from storage.lake.tail import Tail
from storage.population.histories import Histories, Wish, histories
from storage.population.source import SPAN
from storage.population.whose import Span, Whose, spans

if TYPE_CHECKING:
    from storage.protocols import Transaction

log = structlog.get_logger("clew.lake")

#: What a file that was cut off, dropped or damaged makes of reading it.
UNREADABLE = (OSError, pa.ArrowException, KeyError, ValueError)


class FromLake:
    """Reads files where they are true, and the database where they are not."""

    def __init__(self, folder: Path, manifest: Manifest, now: datetime) -> None:
        """Read a folder as its manifest says; ``now`` is before any snapshot that is asked."""
        self._folder = folder
        self._buckets = {bucket.span: bucket for bucket in manifest.buckets}
        self._tail = Tail(now)

    async def spans(self, tx: Transaction) -> list[Span]:
        """Return the spans of the buckets: together they are everybody."""
        del tx
        return list(self._buckets)

    async def pieces(self, tx: Transaction, whose: Whose, wish: Wish) -> AsyncIterator[Histories]:
        """Yield everybody who is meant: first those of the files, then the others."""
        bucket = self._buckets.get(whose) if isinstance(whose, Span) else None
        if bucket is None or not bucket.generation:
            async for piece in _from_database(tx, whose, wish):
                yield piece
            return
        there = await members(tx, bucket.span)
        done = [np.zeros(0, dtype=np.int64)]
        try:
            stale = await stale_roots(tx, self._folder, bucket, there, self._tail)
            async for piece in _from_files(bucket.files(self._folder), stale, there, wish):
                done.append(piece.roots)
                yield piece
        except UNREADABLE as error:
            log.warning("lake_unreadable", bucket=bucket.number, reason=str(error))
        rest = np.setdiff1d(there.roots, np.concatenate(done)).tolist()
        for start in range(0, len(rest), SPAN):
            yield await histories(tx, rest[start : start + SPAN], wish)


async def _from_database(tx: Transaction, whose: Whose, wish: Wish) -> AsyncIterator[Histories]:
    parts = await spans(tx, SPAN, whose) if isinstance(whose, Span) else [whose]
    for part in parts:
        yield await histories(tx, part, wish)


async def stale_roots(
    tx: Transaction, folder: Path, bucket: Bucket, there: Members, tail: Tail
) -> NDArray[np.int64]:
    """Return who of a bucket has a history that the files may not hold as it is, rising."""
    table = await asyncio.to_thread(
        pq.read_table, bucket.files(folder).persons, columns=["root", "stamp"]
    )
    differing = there.differing(table["root"].to_numpy(), table["stamp"].to_numpy())
    late = await tail.persons(tx, moment_of(bucket.seen_at))
    return np.union1d(differing, there.roots_of(late))


async def _from_files(
    files: BucketFiles, stale: NDArray[np.int64], there: Members, wish: Wish
) -> AsyncIterator[Histories]:
    layout = Layout.of(pq.read_schema(files.persons).metadata)
    if layout.zone.key != wish.zone.key or not wish.properties <= layout.properties.keys():
        return
    true = np.setdiff1d(there.roots, stale)
    chunks = read_bucket(files, wish.properties)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        kept = of_roots(chunk, true)
        if kept.roots.size:
            yield Histories(kept.roots, _looked_at(kept, wish), kept.received)


def of_roots(chunk: Chunk, roots: NDArray[np.int64]) -> Chunk:
    """Return the persons of a chunk whose roots are among some that rise."""
    rows = np.flatnonzero(np.isin(chunk.roots, roots))
    if rows.size == chunk.roots.size:
        return chunk
    return Chunk(chunk.roots[rows], taken(chunk.columns, rows), chunk.received[rows])


def _looked_at(chunk: Chunk, wish: Wish) -> Columns:
    columns = chunk.columns
    shown = np.array([kind in wish.interactions for kind in columns.kinds], dtype=np.bool_)
    return replace(columns, facts={}, tags={}, is_interaction=shown)
