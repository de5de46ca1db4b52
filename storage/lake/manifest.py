"""What the folder holds: one small file that names the buckets in force.

It is replaced at once, so a reader sees all of a refresh of a bucket or nothing; files
that no manifest names any more are left to be dropped by the next refresh.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from storage.lake.layout import BucketFiles
from storage.marks import LINEAGE, mark_of
from storage.population.whose import Span

if TYPE_CHECKING:
    from storage.protocols import Transaction

_NAME = "lake.json"
#: Changes when files of before can no longer be read.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """The persons whose roots lie in ``span``, as the database had them at a moment.

    ``seen_at`` is the microsecond since 1970 at which the snapshot was taken.
    """

    number: int
    generation: int
    span: Span
    seen_at: int
    persons: int
    events: int

    def files(self, folder: Path) -> BucketFiles:
        """Return where it is kept."""
        return BucketFiles(folder, self.number, self.generation)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All buckets; together their spans are everybody.

    ``lineage`` is the number of the database that the files are of
    (:data:`storage.marks.LINEAGE`), ``refreshed_at`` the microsecond since 1970 at which
    the last refresh that came to its end began.
    """

    lineage: int
    refreshed_at: int = 0
    buckets: tuple[Bucket, ...] = ()
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Return the manifest of a folder; None when there is none that this program can read."""
        try:
            found = msgspec.json.decode((folder / _NAME).read_bytes(), type=cls)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
            return None
        return found if found.format == FORMAT else None

    def write(self, folder: Path) -> None:
        """Put it in the place of the one before, durably."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = folder / f"{_NAME}.partial"
        with partial.open("wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / _NAME)

    def with_bucket(self, bucket: Bucket) -> Manifest:
        """Return it with a bucket in the place of the one of its number."""
        found = {one.number: one for one in self.buckets} | {bucket.number: bucket}
        return replace(self, buckets=tuple(found[number] for number in sorted(found)))

    @property
    def persons(self) -> int:
        """How many persons the files hold."""
        return sum(bucket.persons for bucket in self.buckets)

    @property
    def events(self) -> int:
        """How many events the files hold."""
        return sum(bucket.events for bucket in self.buckets)


@dataclass(frozen=True, slots=True)
class Lake:
    """A folder of files with the manifest that was in force when somebody looked."""

    folder: Path
    manifest: Manifest


async def lake_in(folder: Path, tx: Transaction) -> Lake | None:
    """Return what a folder holds of the database, None when that is nothing."""
    manifest = await asyncio.to_thread(Manifest.read, folder)
    if manifest is None or manifest.lineage != await mark_of(tx, LINEAGE):
        return None
    return Lake(folder, manifest)
