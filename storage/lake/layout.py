"""How histories lie in Parquet: buckets of roots, each a file of events and a file of persons.

Bucket ``hash(root) mod N``. In ``events-0007.parquet`` the events are sorted by
(root, event order), and each row group holds whole persons; ``persons-0007.parquet``
has one row per person in the same order, with the number of events, what the database
held when it was written, and facts. Events
have ``root``, ``kind`` (position in the list of kinds, kept in the metadata), ``at``
(microseconds since 1970), ``day`` (ordinal in the zone of the metadata) and a column
for each property that a kind declares. Nothing personal is in them: no name, no key,
no text that somebody wrote; facts are those that the caller names.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.events.registry import PropertyType

#: Events of a row group at most, but for a person who alone has more. It is also what
#: the kernel computes at once, so it is a size whose columns stay near the processor.
GROUP_EVENTS = 1 << 18
#: Prefixes that keep properties and facts apart from our own columns.
PROPERTY, FACT = "p.", "f."
_META = b"clew"
#: An odd number near 2**64 divided by the golden ratio: neighbouring ids go far apart.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the files hold, the same for all buckets."""

    buckets: int
    zone: ZoneInfo
    kinds: tuple[str, ...]
    interactions: frozenset[str]
    properties: Mapping[str, PropertyType]
    facts: Mapping[str, PropertyType]

    def metadata(self) -> dict[bytes, bytes]:
        """Return the layout as metadata of a Parquet file."""
        plain = {
            "buckets": self.buckets,
            "zone": self.zone.key,
            "kinds": list(self.kinds),
            "interactions": sorted(self.interactions),
            "properties": {name: kind.value for name, kind in self.properties.items()},
            "facts": {name: kind.value for name, kind in self.facts.items()},
        }
        return {_META: json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()}

    @classmethod
    def of(cls, metadata: Mapping[bytes, bytes]) -> Layout:
        """Read a layout from the metadata of a file."""
        plain = json.loads(metadata[_META])
        return cls(
            plain["buckets"],
            ZoneInfo(plain["zone"]),
            tuple(plain["kinds"]),
            frozenset(plain["interactions"]),
            {name: PropertyType(kind) for name, kind in plain["properties"].items()},
            {name: PropertyType(kind) for name, kind in plain["facts"].items()},
        )


def bucket_of(roots: NDArray[np.int64], buckets: int) -> NDArray[np.int64]:
    """Return the bucket of each root; the same on every machine."""
    mixed = (roots.astype(np.uint64) * _SPREAD) >> np.uint64(32)
    return (mixed % np.uint64(buckets)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class BucketFiles:
    """The two files of a bucket."""

    folder: Path
    number: int

    @property
    def events(self) -> Path:
        """The file of events."""
        return self.folder / f"events-{self.number:04}.parquet"

    @property
    def persons(self) -> Path:
        """The file of persons."""
        return self.folder / f"persons-{self.number:04}.parquet"


def files_of(folder: Path, numbers: Collection[int]) -> tuple[BucketFiles, ...]:
    """Return the files of some buckets."""
    return tuple(BucketFiles(folder, number) for number in sorted(numbers))
