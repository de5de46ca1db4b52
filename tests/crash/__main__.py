"""``python -m tests.crash [KILLS] [sqlite|postgres] [SEED]``: exits 1 when a promise was broken."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.play import Plan, Report, play
from tests.services import postgres


def main(kills: int, database: str, seed: int) -> int:
    """Play and print one line per promise."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clew-crash-") as folder:
        if database == "postgres":
            with postgres.postgres_server() as address, fresh_database(address) as url:
                report = asyncio.run(play(Plan(kills, Path(folder), url, seed), print))
        else:
            report = asyncio.run(play(Plan(kills, Path(folder), seed=seed), print))
    show(report, time.monotonic() - started)
    return 1 if report.wrong else 0


@contextmanager
def fresh_database(address: str) -> Iterator[str]:
    """Yield the address of an empty database, dropped afterwards."""
    name = f"clew_crash_{os.getpid()}"
    postgres.execute(address, f"create database {name}")
    yield f"{address}/{name}"
    postgres.execute(address, f"drop database {name} with (force)")


def show(report: Report, seconds: float) -> None:
    """Print what was counted and what is wrong."""
    print(f"{report.kills} kills, {report.acts} acts, {seconds:.0f} s")
    for finding in report.findings:
        print(f"{'✗' if finding.wrong else '✓'} {finding.promise}: {finding.counted}")
        for wrong in finding.wrong[:20]:
            print(f"    {wrong}")


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("200", "sqlite", "1")[len(sys.argv) - 1 :]]
    sys.exit(main(int(arguments[0]), arguments[1], int(arguments[2])))
