"""Scores, tags and segments of everybody from Parquet, beside DuckDB; and of one lead."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.events.event import Event
from domain.scoring.bulk import raw_scores
from domain.scoring.history import Subject
from domain.scoring.score import rate
from domain.values import BUSINESS_ZONE
from tests.bench.kernel_rig import data, duck, ours, rules
from tests.bench.measure import figure
from tests.factories import event

#: Leads of the largest size; each has 100 events.
LEADS = int(os.environ.get("CLEW_BENCH_LEADS", "1000000"))
PROCESSES = 2
_LEADS_PER_BUCKET = 31_250
_GIB = 1 << 30


@dataclass(frozen=True)
class Run:
    """What one run brought, in seconds of the wall and of the processors."""

    table: ours.Table
    wall: float
    processor: float


def main() -> None:
    """Print the figures as JSON lines."""
    one_lead()
    with TemporaryDirectory(prefix="clew-bench-") as folder:
        for share in (100, 10, 1):
            leads = LEADS // share
            size = data.Size(leads, max(leads // _LEADS_PER_BUCKET, PROCESSES))
            here = Path(folder) / str(leads)
            data.write(here, size)
            mine = timed(lambda here=here, size=size: ours.compute(here, size, PROCESSES))
            print_size(size, mine)
            if share == 1:
                beside_duckdb(here, size, mine)


def print_size(size: data.Size, mine: Run) -> None:
    """Print the cost of one size, to see that it grows in line."""
    millions = f"{size.events / 1e6:g}m_events"
    figure("kernel", f"clew_s_{millions}", mine.wall, "s")
    figure("kernel", f"clew_cpu_s_{millions}", mine.processor, "s")


def beside_duckdb(folder: Path, size: data.Size, mine: Run) -> None:
    """Print both engines on the same files, and that they agree."""
    figure("kernel", "clew_s", mine.wall, "s")
    figure("kernel", "peak_rss_gib", peak_bytes() / _GIB, "GiB")
    theirs = timed(lambda: duck.compute(folder, size, PROCESSES))
    figure("kernel", "duckdb_s", theirs.wall, "s")
    figure("kernel", "ratio", theirs.wall / mine.wall, "×")
    figure("kernel", "cpu_ratio", theirs.processor / mine.processor, "×")
    wrong = differences(mine.table, theirs.table)
    figure("kernel", "columns_compared", len(mine.table), "columns")
    figure("kernel", "columns_that_differ", len(wrong), "columns")
    for name in wrong:
        print(f"differs from DuckDB: {name}", file=sys.stderr)


def differences(mine: ours.Table, theirs: ours.Table) -> list[str]:
    """Return the columns in which any lead differs by more than 1e-9."""
    return [
        name
        for name, column in mine.items()
        if not np.allclose(
            column.astype(np.float64),
            theirs[name].astype(np.float64),
            rtol=0,
            atol=1e-9,
            equal_nan=True,
        )
    ]


def timed(call: Callable[[], ours.Table]) -> Run:
    """Run once; processor time is of this process and of all children that ended."""
    wall, processor = time.perf_counter(), sum(os.times()[:4])
    table = call()
    return Run(table, time.perf_counter() - wall, sum(os.times()[:4]) - processor)


def peak_bytes() -> int:
    """Return at most how much memory was in use: ours, and the largest child as often as it ran."""
    own, child = (
        resource.getrusage(who).ru_maxrss * 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own + PROCESSES * child


def one_lead() -> None:
    """Print what one lead with 100 events costs, from events in memory."""
    rng = Random(7)
    history = [random_event(rng) for _ in range(data.EVENTS)]
    person, plan = Behaviour(history), ours.plan()
    none, start = np.zeros(1), np.zeros(1, dtype=np.int64)

    def everything() -> None:
        columns = columns_of([person], data.LAYOUT.interactions)
        scene = Scene(columns, Moments.at(data.NOW, BUSINESS_ZONE))
        raw_scores(scene, rules.CARD, none, start, start)
        plan.run_in(scene)

    subject = Subject({}, history, data.NOW)
    figure("kernel", "one_lead_ms", milliseconds(everything), "ms")
    scored = milliseconds(lambda: rate(subject, rules.CARD_30, data.NOW))
    figure("kernel", "one_lead_score_30_rules_ms", scored, "ms")


def random_event(rng: Random) -> Event:
    properties = {"amount": rng.randrange(100_000) / 100, "category": rng.choice(data.CATEGORIES)}
    at = data.NOW - timedelta(microseconds=rng.randrange(data.SPAN_US))
    return event(rng.choice(data.KINDS), event_at=at, properties=properties)


def milliseconds(call: Callable[[], object]) -> float:
    """Return the median of the processor time of a call."""
    call()
    times = []
    for _ in range(300):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1e3
