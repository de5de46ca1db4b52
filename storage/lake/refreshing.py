"""Bringing the files up to date: of each bucket only those persons are read who changed.

A bucket of which nobody changed stays as it is. Otherwise it is written anew, out of what
the old files hold of the others, and of the database for the rest: new persons, new events
(late ones and those out of order as well), merged and unmerged persons, events that are gone.
The old files stay in force until the manifest names the new ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from domain.changing import replace
from domain.columns.days import microseconds
from domain.columns.gathering import put_together, taken
from storage.lake.layout import GROUP_EVENTS, BucketFiles, Layout
from storage.lake.live import UNREADABLE, of_roots
from storage.lake.manifest import Bucket, Manifest
from storage.lake.members import Members, members
from storage.lake.reading import Chunk, read_bucket
from storage.lake.writing import BucketWriter, Part
from storage.population.histories import Histories, Wish, histories
from storage.population.source import SPAN
from storage.population.whose import EVERYBODY, Span, spans
from storage.queries.event_kinds import kinds_of_events

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Persons of a bucket: what a process has in memory besides a row group.
BUCKET_PERSONS = 10_000
_COUNTS = """
select p.root_id, count(*) as found from person p join event e on e.person_id = p.id
where p.root_id > $1 and p.root_id <= $2 group by p.root_id order by p.root_id
"""


async def planned(tx: Transaction, manifest: Manifest, size: int = BUCKET_PERSONS) -> Manifest:
    """Return the manifest with buckets for everybody: the last one is cut when it has grown."""
    *others, last = manifest.buckets or (Bucket(0, 0, EVERYBODY, 0, 0, 0),)
    found, *more = await spans(tx, size, last.span)
    kept = replace(last, span=found)
    new = [Bucket(last.number + n, 0, span, 0, 0, 0) for n, span in enumerate(more, start=1)]
    return replace(manifest, buckets=(*others, kept, *new))


@dataclass(frozen=True, slots=True)
class Errand:
    """A bucket that is to be brought up to date in a folder; with ``is_whole`` from nothing."""

    folder: Path
    layout: Layout
    bucket: Bucket
    is_whole: bool = False


async def bring_up(tx: Transaction, errand: Errand, now: datetime) -> Bucket:
    """Bring the files of one bucket up to date; return it as it is now.

    ``tx`` is a snapshot that was taken at ``now`` or later. The new files are
    durable, and nobody reads them before the manifest names them.
    """
    kinds = frozenset(errand.layout.kinds) | await kinds_of_events(tx)
    errand = replace(errand, layout=replace(errand.layout, kinds=tuple(sorted(kinds))))
    seen_at = microseconds(now)
    bucket, there = errand.bucket, await members(tx, errand.bucket.span)
    stale: NDArray[np.int64] = there.roots
    is_gone = True
    if bucket.generation and not errand.is_whole:
        try:
            stale, is_gone = await _changed(tx, errand, there)
        except UNREADABLE:
            errand = replace(errand, is_whole=True)
    if not stale.size and not is_gone:
        return replace(bucket, seen_at=seen_at)
    files = BucketFiles(errand.folder, bucket.number, bucket.generation + 1)
    merging = _Merging(tx, errand, there, stale)
    with BucketWriter(files, errand.layout) as writer:
        async for part in merging.parts():
            await asyncio.to_thread(writer.add, part)
    return replace(
        bucket,
        generation=files.generation,
        seen_at=seen_at,
        persons=merging.persons,
        events=merging.events,
    )


async def _changed(
    tx: Transaction, errand: Errand, there: Members
) -> tuple[NDArray[np.int64], bool]:
    """Return whose histories are others than the files hold, and whether anybody is gone."""
    bucket, path = errand.bucket, errand.bucket.files(errand.folder).persons
    asked = ["root", "stamp", "events"]
    table = await asyncio.to_thread(pq.read_table, path, columns=asked)
    layout = Layout.of(table.schema.metadata)
    if not layout.holds(errand.layout):
        return there.roots, True
    roots, stamps, kept = (table[name].to_numpy() for name in asked)
    stale = there.differing(roots, stamps)
    # Events are only ever added, but for whole persons: as many are the same ones.
    counted = await _counts(tx, bucket.span, roots)
    miscounted = np.intersect1d(roots[counted != kept], there.roots)
    return np.union1d(stale, miscounted), bool(np.setdiff1d(roots, there.roots).size)


async def _counts(tx: Transaction, span: Span, roots: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many events the database holds of each root."""
    rows = await tx.fetch(_COUNTS, span.after, span.until)
    counted, found = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1))
    counts = np.zeros(roots.size, dtype=np.int64)
    _, mine, theirs = np.intersect1d(roots, counted, return_indices=True)
    counts[mine] = found[theirs]
    return counts


@dataclass(slots=True, eq=False)
class _Merging:
    """What the old files hold of those who did not change, and the others from the database."""

    tx: Transaction
    errand: Errand
    there: Members
    stale: NDArray[np.int64]
    persons: int = 0
    events: int = 0
    _waiting: list[Part] = field(default_factory=list)

    async def parts(self) -> AsyncIterator[Part]:
        """Yield parts that fill a row group, roots rising; the last may be smaller."""
        async for part in self._small():
            self.persons += part.roots.size
            self.events += part.columns.kind.size
            self._waiting.append(part)
            if sum(one.columns.kind.size for one in self._waiting) >= GROUP_EVENTS:
                yield self._whole()
        if self._waiting:
            yield self._whole()

    def _whole(self) -> Part:
        parts, self._waiting = self._waiting, []
        return Part(
            np.concatenate([part.roots for part in parts]),
            put_together([part.columns for part in parts]),
            np.concatenate([part.received for part in parts]),
            np.concatenate([part.stamps for part in parts]),
        )

    async def _small(self) -> AsyncIterator[Part]:
        after = -1
        for chunk in self._old():
            last = int(chunk.roots[-1]) if chunk.roots.size else after
            kept = of_roots(chunk, np.setdiff1d(self.there.roots, self.stale))
            fresh = self.stale[(self.stale > after) & (self.stale <= last)]
            async for part in self._mixed(kept, fresh):
                yield part
            after = last
        async for part in self._mixed(None, self.stale[self.stale > after]):
            yield part

    def _old(self) -> Iterator[Chunk]:
        errand = self.errand
        if errand.bucket.generation and not errand.is_whole:
            yield from read_bucket(errand.bucket.files(errand.folder))

    async def _mixed(self, kept: Chunk | None, fresh: NDArray[np.int64]) -> AsyncIterator[Part]:
        """Yield fresh persons page by page, the last page together with who is kept."""
        pages = [fresh[start : start + SPAN].tolist() for start in range(0, fresh.size, SPAN)]
        layout = self.errand.layout
        wish = Wish(layout.zone, layout.interactions, frozenset(layout.properties))
        found = [await histories(self.tx, page, wish) for page in pages] if kept else []
        if kept is not None:
            if kept.roots.size or found:
                yield self._part([*found, Histories(kept.roots, kept.columns, kept.received)])
            return
        for page in pages:
            yield self._part([await histories(self.tx, page, wish)])

    def _part(self, found: list[Histories]) -> Part:
        roots = np.concatenate([one.roots for one in found])
        order = np.argsort(roots)
        columns = taken(put_together([one.columns for one in found]), order)
        received = np.concatenate([one.received for one in found])[order]
        stamps = self.there.stamps[np.searchsorted(self.there.roots, roots[order])]
        return Part(roots[order], columns, received, stamps)


def drop_unnamed(folder: Path, *manifests: Manifest) -> int:
    """Drop files that no manifest names; return how many there were.

    Whoever read the manifest before the last may still open what it names.
    """
    named = {
        path
        for manifest in manifests
        for bucket in manifest.buckets
        for path in (bucket.files(folder).events, bucket.files(folder).persons)
    }
    dropped = 0
    for path in [*folder.glob("*.parquet"), *folder.glob("*.partial")]:
        if path not in named:
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped
