"""What a backup says about itself."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

import msgspec

#: Form of the archive; a newer one is refused by older programs.
FORMAT = 1
#: Version where the program runs from its source folder.
UNPACKED = "unpacked"


class Content(msgspec.Struct, frozen=True):
    """A file of the archive: its size, its SHA-256, and the columns of its rows if it has any."""

    size: int
    sha256: str
    columns: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """The first file of every backup, as JSON.

    ``rows`` counts the rows of each table, ``migrations`` is the schema they were
    in. ``keys`` are the fingerprints, by number, of the master keys without
    which the rows cannot be read; the keys themselves are nowhere in a backup.
    """

    format: int
    clew: str
    made_at: datetime
    database: str
    server: str
    migrations: tuple[str, ...]
    rows: dict[str, int]
    keys: dict[int, str]
    files: dict[str, Content]


def program_version() -> str:
    """Return the version of this program."""
    try:
        return version("clew")
    except PackageNotFoundError:
        return UNPACKED
