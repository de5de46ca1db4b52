"""``python -m tests.crash [KILLS] [sqlite|postgres|replicas] [SEED]``: 1 = a broken promise."""

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
from tests.services import postgres, redis


def main(kills: int, mode: str, seed: int) -> int:
    """Play and print one line per promise."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="clew-crash-") as folder, ground(mode) as urls:
        database_url, redis_url = urls
        plan = Plan(kills, Path(folder), database_url, redis_url, seed)
        report = asyncio.run(play(plan, tell))
    show(report, time.monotonic() - started)
    return 1 if report.wrong else 0


def tell(line: str) -> None:
    """Print how far it is, at once."""
    print(line, flush=True)


@contextmanager
def ground(mode: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of an empty database and of a Redis; empty ones for SQLite.

    Raises:
        SystemExit: there is no such mode.
    """
    match mode:
        case "sqlite":
            yield "", ""
        case "postgres":
            with postgres.postgres_server() as address, fresh_database(address) as url:
                yield url, ""
        case "replicas":
            with (
                postgres.postgres_server() as address,
                fresh_database(address) as url,
                redis.redis_server() as redis_url,
            ):
                yield url, redis_url
        case _:
            sys.exit(f"no such mode: {mode}; there are sqlite, postgres and replicas")


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
    struck = ", ".join(f"{kind} {number}" for kind, number in report.strikes.items())
    print(f"faults: {struck or 'none'}")
    for finding in report.findings:
        print(f"{'✗' if finding.wrong else '✓'} {finding.promise}: {finding.counted}")
        for wrong in finding.wrong[:20]:
            print(f"    {wrong}")


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("200", "sqlite", "1")[len(sys.argv) - 1 :]]
    sys.exit(main(int(arguments[0]), arguments[1], int(arguments[2])))
