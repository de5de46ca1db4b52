"""Scores, tags and segments of the bench, small: the kernel and DuckDB's SQL agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bench.kernel import differences
from tests.bench.kernel_rig import data, duck, ours


def test_the_kernel_and_duckdb_agree_on_every_lead(tmp_path: Path) -> None:
    size = data.Size(leads=600, buckets=2)
    for number in range(size.buckets):
        data.write_one(tmp_path, size, number)
    mine = ours.joined([ours.of_bucket(files) for files in ours.files_of(tmp_path, range(2))])
    theirs = duck.compute(tmp_path, size, threads=1)
    assert mine["root"].tolist() == list(range(size.leads))
    assert differences(mine, theirs) == []
    told_apart = [name for name, column in mine.items() if np.unique(column).size > 1]
    assert told_apart == list(mine), "a column that is the same for everybody compares nothing"
