"""Invented histories: leads × 100 events of 30 kinds over 180 days, as sorted Parquet buckets."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from domain.columns.days import days_of, microseconds
from domain.columns.persons import Columns
from domain.columns.values import Texts, Value, Words
from domain.events.registry import PropertyType
from domain.values import BUSINESS_ZONE
from storage.lake.layout import BucketFiles, Layout
from storage.lake.writing import write_bucket

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EVENTS = 100
KINDS = tuple(f"k{number}" for number in range(30))
#: Kinds that carry an amount, and kinds that carry a category.
PAID, SORTED = (20, 21, 22), (2, 20, 22, 23)
CATEGORIES = tuple(f"c{number}" for number in range(6))
SPAN_US = 180 * 86_400_000_000
LAYOUT = Layout(
    zone=BUSINESS_ZONE,
    kinds=KINDS,
    interactions=frozenset(KINDS[:24]),
    properties={"amount": PropertyType.NUMBER, "category": PropertyType.TEXT},
    facts={},
)


@dataclass(frozen=True)
class Size:
    """How many leads, in how many buckets."""

    leads: int
    buckets: int

    @property
    def events(self) -> int:
        return self.leads * EVENTS


def histories(leads: int, seed: int) -> Columns:
    """Return random histories; no two events of a lead happen at the same moment."""
    rng = np.random.default_rng(seed)
    rows = leads * EVENTS
    # The slot keeps moments apart, the rest is chance.
    ago = np.sort(rng.integers(0, SPAN_US // 128, (leads, EVENTS)), axis=1) * 128
    ago += np.arange(EVENTS)
    at = np.int64(microseconds(NOW)) - ago[:, ::-1].ravel() - 1
    kind = rng.integers(0, len(KINDS), rows).astype(np.int16)
    amount = np.where(np.isin(kind, PAID), rng.integers(100, 100_000, rows) / 100, np.nan)
    code = np.where(np.isin(kind, SORTED), rng.integers(0, len(CATEGORIES), rows), -1)
    return Columns(
        offsets=np.arange(leads + 1, dtype=np.int64) * EVENTS,
        kind=kind,
        at=at,
        day=days_of(at, BUSINESS_ZONE).astype(np.int32),
        kinds=KINDS,
        is_interaction=np.array([name in LAYOUT.interactions for name in KINDS]),
        properties={
            "amount": Value(numbers=amount),
            "category": Value(texts=Texts(code.astype(np.int32), Words(CATEGORIES))),
        },
        facts={},
        tags={},
        zone=BUSINESS_ZONE,
    )


def write(folder: Path, size: Size) -> None:
    """Write all buckets, in two processes."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(write_one, folder, size), range(size.buckets)))


def write_one(folder: Path, size: Size, number: int) -> None:
    """Write one bucket."""
    roots = np.arange(number, size.leads, size.buckets, dtype=np.int64)
    columns = histories(roots.size, seed=number)
    write_bucket(BucketFiles(folder, number), roots, columns, LAYOUT)
