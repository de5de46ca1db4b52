"""Windows beside another event: the kernel and DuckDB's SQL agree on the same files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np

from domain.behaviour.kernel import evaluate
from domain.behaviour.syntax import (
    Aggregate,
    Anchored,
    End,
    EventPattern,
    Expression,
    Function,
    Side,
)
from domain.columns.days import MICROSECOND, Moments
from domain.values import BUSINESS_ZONE
from storage.lake.layout import files_of
from storage.lake.reading import read_bucket
from tests.bench.kernel_rig import data, duck

SPAN = timedelta(days=30)
US = SPAN // MICROSECOND
SIZE = data.Size(leads=600, buckets=1)


def beside(end: End, kind: str, side: Side) -> Anchored:
    return Anchored(end, EventPattern(kind), SPAN, side)


AFTER_FIRST = beside(End.FIRST, "k20", Side.AFTER)
BEFORE_LAST = beside(End.LAST, "k20", Side.BEFORE)
EXPRESSIONS: dict[str, tuple[Expression, str]] = {
    "counted": (
        Aggregate(Function.COUNT, EventPattern("k1"), None, AFTER_FIRST),
        f"count(*) filter (kind = 1 and us > first and us <= first + {US})",
    ),
    "summed": (
        Aggregate(Function.SUM, EventPattern("k20"), "amount", AFTER_FIRST),
        f"coalesce(sum(amount) filter (kind = 20 and us > first and us <= first + {US}), 0)",
    ),
    "before": (
        Aggregate(Function.COUNT, EventPattern("k3"), None, BEFORE_LAST),
        f"count(*) filter (kind = 3 and us < last and us >= last - {US})",
    ),
    "active": (
        Aggregate(Function.DAYS, EventPattern("k5"), None, BEFORE_LAST),
        f"count(distinct day) filter (kind = 5 and us < last and us >= last - {US})",
    ),
}
WHOLE = f"""
with anchors as (
  select root, min(us) first, max(us) last from e where kind = 20 group by root
)
select e.root, {", ".join(f"({sql})::double {name}" for name, (_, sql) in EXPRESSIONS.items())}
from e left join anchors using (root) group by e.root order by e.root
"""


def test_windows_beside_an_event_agree_with_sql(tmp_path: Path) -> None:
    data.write_one(tmp_path, SIZE, 0)
    (files,) = files_of(tmp_path, range(1))
    found: dict[int, list[float]] = {}
    for chunk in read_bucket(files, {"amount"}):
        trees = [tree for tree, _ in EXPRESSIONS.values()]
        values = evaluate(trees, chunk.columns, Moments.at(data.NOW, BUSINESS_ZONE))
        rows = np.stack([value.numbers for value in values if value.numbers is not None], axis=1)
        found |= dict(zip(chunk.roots.tolist(), rows.tolist(), strict=True))
    with duckdb.connect() as connection:
        connection.execute(duck.EVENTS.format(path=files.events, now=duck.NOW_US))
        rows_of_sql = connection.execute(WHOLE).fetchall()
    theirs = {root: list(row) for root, *row in rows_of_sql}
    assert len(theirs) == SIZE.leads
    mine = np.array([found[root] for root in theirs])
    assert np.allclose(mine, np.array(list(theirs.values())), rtol=0, atol=1e-9)
    assert (mine.max(axis=0) > mine.min(axis=0)).all(), "a column alike for all compares nothing"
