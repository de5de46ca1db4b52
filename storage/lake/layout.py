"""How histories lie in Parquet: buckets of roots, each a file of events and a file of persons.

A bucket is a span of roots (:mod:`storage.lake.manifest`). In ``events-0007-g3.parquet``
the events are sorted by (root, event order), and each row group holds whole persons;
``persons-0007-g3.parquet`` has one row per person in the same order, with the number of
events, a stamp of the rows in the database that it stands for, and facts. Events
have ``root``, ``kind`` (position in the list of kinds, kept in the metadata), ``at``
(microseconds since 1970), ``day`` (ordinal in the zone of the metadata) and columns
for each property that a kind declares: one of its type, and one for each other type, where
values of events stand whose kind does not declare it. Nothing personal is in them: no
name, no key, no text that somebody wrote; facts are those that the caller names.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.events.registry import PropertyType

#: Events of a row group at most, but for a person who alone has more. It is also what
#: the kernel computes at once, so it is a size whose columns stay near the processor.
GROUP_EVENTS = 1 << 18
#: Prefixes that keep properties and facts apart from our own columns.
PROPERTY, FACT = "p.", "f."
_META = b"clew"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the files hold, the same for all buckets."""

    zone: ZoneInfo
    kinds: tuple[str, ...]
    interactions: frozenset[str]
    properties: Mapping[str, PropertyType]
    facts: Mapping[str, PropertyType]

    def holds(self, other: Layout) -> bool:
        """Tell whether files of this layout hold all that files of another one would.

        Kinds do not matter: those that are not among ours have not happened yet, and
        whoever does something new is read anew.
        """
        return self.zone.key == other.zone.key and all(
            self.properties.get(name) is kind for name, kind in other.properties.items()
        )

    def metadata(self) -> dict[bytes, bytes]:
        """Return the layout as metadata of a Parquet file."""
        plain = {
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
            ZoneInfo(plain["zone"]),
            tuple(plain["kinds"]),
            frozenset(plain["interactions"]),
            {name: PropertyType(kind) for name, kind in plain["properties"].items()},
            {name: PropertyType(kind) for name, kind in plain["facts"].items()},
        )


def column_of(name: str, declared: PropertyType, stored: PropertyType) -> str:
    """Return the column for values of a type under a property that is declared as another."""
    return PROPERTY + name if stored is declared else f"{PROPERTY}{name}:{stored}"


@dataclass(frozen=True, slots=True)
class BucketFiles:
    """The two files of a bucket; each time it is rewritten they are of the next generation."""

    folder: Path
    number: int
    generation: int = 0

    @property
    def events(self) -> Path:
        """The file of events."""
        return self.folder / f"events-{self._name}.parquet"

    @property
    def persons(self) -> Path:
        """The file of persons."""
        return self.folder / f"persons-{self._name}.parquet"

    @property
    def _name(self) -> str:
        return f"{self.number:04}" + (f"-g{self.generation}" if self.generation else "")


def files_of(folder: Path, numbers: Collection[int]) -> tuple[BucketFiles, ...]:
    """Return the files of some buckets."""
    return tuple(BucketFiles(folder, number) for number in sorted(numbers))
