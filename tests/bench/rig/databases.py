"""A database per run: a SQLite file, or a PostgreSQL of our own that syncs to disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.postgres import execute, started_server


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a service under test keeps its data; without an address in files in ``folder``."""

    prefix: str
    folder: Path
    url: str = ""


@contextmanager
def sqlite_ground() -> Iterator[Ground]:
    """Yield a new folder."""
    with tempfile.TemporaryDirectory(prefix="clew-bench-") as folder:
        yield Ground("sqlite", Path(folder))


@contextmanager
def postgres_ground() -> Iterator[Ground]:
    """Yield a new database on a server of its own, which runs where this process runs."""
    with (
        tempfile.TemporaryDirectory(prefix="clew-bench-") as folder,
        started_server("-c", "fsync=on") as address,
    ):
        execute(address, "create database clew_bench")
        yield Ground("pg", Path(folder), f"{address}/clew_bench")
