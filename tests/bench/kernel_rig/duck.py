"""The same rules in DuckDB's SQL, from the same files, bucket by bucket, two threads."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from domain.columns.days import day_number, microseconds
from domain.values import BUSINESS_ZONE
from storage.lake.layout import BucketFiles
from tests.bench.kernel_rig import data, rules

Table = dict[str, NDArray[np.generic]]
NOW_US = microseconds(data.NOW)
TODAY = day_number(data.NOW, BUSINESS_ZONE)
DAY_US = 86_400_000_000

EVENTS = """
create or replace temp table e as
select root, kind, "at" us, day, "p.amount" amount, "p.category" category
from read_parquet('{path}') where "at" <= {now}
"""

#: Day caps first where a rule has one, then the total of each rule, then all rules.
SCORE = f"""
with weighed as (
  select e.root, e.kind, e.day, r.points, r.per_day, r.total,
    pow(0.5, ({NOW_US} - e.us) / {DAY_US}.0 / r.days) w
  from e join r using (kind)
), parts as (
  select root, kind, any_value(total) total,
    least(sum(points * w), any_value(per_day) * max(w)) p
  from weighed where per_day is not null group by root, kind, day
  union all
  select root, kind, any_value(total) total, sum(points * w) p
  from weighed where per_day is null group by root, kind
), rules as (
  select root, least(sum(p), coalesce(any_value(total), 1e300)) p
  from parts group by root, kind
)
select root, sum(p) score from rules group by root
"""

#: Days as bits: twice as fast here as count(distinct day).
NUMBERS = f"""
select root,
  coalesce(sum(amount) filter (kind = 20 and day > {TODAY} - 90), 0) paid_90,
  coalesce(sum(amount) filter (kind = 20 and day > {TODAY} - 30), 0) paid_30,
  count(*) filter (kind = 1 and day > {TODAY} - 30) k1_30,
  count(*) filter (kind = 1 and day > {TODAY} - 90) k1_90,
  count(*) filter (kind = 1 and day > {TODAY} - 14) k1_14,
  count(*) filter (kind = 3 and day > {TODAY} - 7)::double viewed_7,
  {TODAY} - min(day) filter (kind = 20) first_paid,
  arg_max(category, us) filter (kind = 22) last_category,
  (coalesce(bit_count(bit_or(1::bigint << least({TODAY} - day, 60))
      filter (kind = 5 and day > {TODAY} - 60)), 0)
    + coalesce(bit_count(bit_or(1::bigint << least(greatest({TODAY} - day - 60, 0), 60))
      filter (kind = 5 and day <= {TODAY} - 60 and day > {TODAY} - 90)), 0))::double days_k5_90,
  count(*) filter (kind = 2 and category = 'c1' and day > {TODAY} - 120) c1,
  count(*) filter (kind = 2 and day > {TODAY} - 120) k2,
  count(*) filter (kind = 4 and day > {TODAY} - 30) k4,
  count(*) filter (kind = 6 and day > {TODAY} - 90) k6,
  bit_count(bit_or(1::bigint << least({TODAY} - day, 40))
    filter (kind < 24 and day > {TODAY} - 30))::double days_active_30
from e group by root
"""

PREFERENCE = """
with n as (
  select root, category, {score} score, max(us) last
  from e where kind = {kind} and category is not null {window} group by root, category
), ranked as (
  select root, category,
    row_number() over (partition by root order by round(score, 6) desc, last desc) place
  from n
)
select root,
  sum((substr(category, 2)::bigint + 1) * (100 ** (place - 1))::bigint)::bigint {name}
from ranked where place <= 3 group by root
"""

TWO_STEPS = f"""
select distinct a.root
from (select root, us from e where kind = 6 and day > {TODAY} - 60) a
asof join (select root, us from e where kind = 7 and day > {TODAY} - 60) b
  on a.root = b.root and b.us > a.us
where b.us - a.us <= 3 * {DAY_US}
"""

THREE_STEPS = f"""
with ab as (
  select a.root, a.us first, b.us last
  from (select root, us from e where kind = 8) a
  asof join (select root, us from e where kind = 9) b on a.root = b.root and b.us > a.us
)
select distinct ab.root
from ab asof join (select root, us from e where kind = 10) c
  on ab.root = c.root and c.us > ab.last
where c.us - ab.first <= 14 * {DAY_US}
"""

WHOLE = f"""
select n.root, coalesce(s.score, 0) score,
  case when round(paid_90, 6) >= 1500 then 2 when round(paid_90, 6) >= 500 then 1 else 0 end
    ::tinyint "value",
  case when k1_30 >= 2 then 2 when k1_90 >= 2 then 1 else 0 end::tinyint activity,
  paid_30, viewed_7, first_paid::double first_paid, coalesce(days_active_30, 0) days_active_30,
  days_k5_90,
  coalesce(substr(last_category, 2)::tinyint, -1)::tinyint last_category,
  coalesce(top_by_count, 0) top_by_count, coalesce(top_by_sum, 0) top_by_sum,
  k1_14 >= 1 and round(paid_30, 6) >= 300 buyers,
  coalesce(round(c1 / nullif(k2, 0), 6) >= 0.3, false) share,
  k4 = 0 and k6 >= 1 quiet,
  two.root is not null two_steps, three.root is not null three_steps
from ({NUMBERS}) n
left join ({SCORE}) s using (root)
left join ({
    PREFERENCE.format(score="count(*)", kind=23, window="", name="top_by_count")
}) p using (root)
left join ({
    PREFERENCE.format(
        score="sum(amount)", kind=22, window=f"and day > {TODAY} - 120", name="top_by_sum"
    )
}) q using (root)
left join ({TWO_STEPS}) two on two.root = n.root
left join ({THREE_STEPS}) three on three.root = n.root
order by n.root
"""


def compute(folder: Path, size: data.Size, threads: int = 2) -> Table:
    """Return score, tags and segments of everybody, sorted by root."""
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}")
        connection.execute(
            "create table r (kind smallint, points double, days double,"
            " per_day double, total double)"
        )
        connection.executemany(
            "insert into r values (?, ?, ?, ?, ?)",
            [(kind, *rule) for kind, rule in enumerate(rules.RULES[: rules.SCORED])],
        )
        parts = []
        for number in range(size.buckets):
            path = BucketFiles(folder, number).events
            connection.execute(EVENTS.format(path=path, now=NOW_US))
            parts.append(connection.execute(WHOLE).fetchnumpy())
    whole = {
        name: np.concatenate(
            [
                np.ma.filled(part[name], np.nan) if np.ma.isMaskedArray(part[name]) else part[name]
                for part in parts
            ]
        )
        for name in parts[0]
    }
    order = np.argsort(whole["root"], kind="stable")
    return {name: column[order] for name, column in whole.items()}
