from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.behaviour import syntax as tree
from domain.behaviour.kernel import evaluate
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.columns.values import Item
from domain.events.registry import PropertyType
from domain.values import BUSINESS_ZONE
from storage.lake.layout import BucketFiles, Layout, files_of
from storage.lake.reading import read_bucket
from storage.lake.running import over_buckets
from storage.lake.spark import on_buckets
from storage.lake.writing import write_bucket
from tests.factories import NOW, event
from tests.unit.domain.behaviour import cases

LAYOUT = Layout(
    zone=BUSINESS_ZONE,
    kinds=(*cases.KINDS, "never"),
    interactions=cases.INTERACTIONS,
    properties={
        "amount": PropertyType.NUMBER,
        "subject": PropertyType.TEXT,
        "is_new": PropertyType.FLAG,
        "mixed": PropertyType.TEXT,
    },
    facts={"city": PropertyType.TEXT, "children": PropertyType.NUMBER},
)
SUM = tree.Aggregate(tree.Function.SUM, tree.EventPattern("pay"), "amount")


def written(folder: Path, persons: list[Behaviour], layout: Layout = LAYOUT) -> BucketFiles:
    files = BucketFiles(folder, 0)
    roots = np.arange(len(persons), dtype=np.int64) * 4
    write_bucket(files, roots, columns_of(persons, cases.INTERACTIONS), layout)
    return files


def from_files(expression: tree.Expression, files: BucketFiles, now: datetime) -> dict[int, Item]:
    found: dict[int, Item] = {}
    for chunk in read_bucket(files):
        (value,) = evaluate([expression], chunk.columns, Moments.at(now, BUSINESS_ZONE))
        found.update({root: value.item(row) for row, root in enumerate(chunk.roots.tolist())})
    return found


def plain(node: object) -> bool:
    """Tell whether an expression asks only for what the files hold."""
    left_out = ("is_member", "born_at", "likes", "Tag(")
    return not any(name in repr(node) for name in left_out)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(
    cases.expressions.filter(plain),
    st.lists(cases.persons, min_size=1, max_size=4),
    cases.moments,
    st.integers(1, 12),
)
def test_files_say_what_memory_says(
    tmp_path: Path,
    expression: tree.Expression,
    persons: list[Behaviour],
    now: datetime,
    group: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.lake.writing.GROUP_EVENTS", group)
        files = written(tmp_path, persons)
    (value,) = evaluate(
        [expression], columns_of(persons, cases.INTERACTIONS), Moments.at(now, BUSINESS_ZONE)
    )
    wanted = {row * 4: value.item(row) for row in range(len(persons))}
    assert from_files(expression, files, now) == wanted


def test_only_what_the_layout_names_is_written(tmp_path: Path) -> None:
    chatty = Behaviour(
        [event("pay", properties={"phone": "13900139000", "amount": 3.0})],
        facts={"name": "张三", "city": "上海"},
    )
    files = written(tmp_path, [chatty])
    names = {*pq.read_schema(files.events).names, *pq.read_schema(files.persons).names}
    assert names == {
        *("root", "kind", "at", "day", "p.amount", "p.subject", "p.is_new"),
        *("p.amount:text", "p.amount:flag", "p.subject:number", "p.subject:flag"),
        *("p.is_new:number", "p.is_new:text"),
        *("p.mixed", "p.mixed:number", "p.mixed:flag"),
        *("events", "received", "stamp", "f.city", "f.children"),
    }
    content = files.events.read_bytes() + files.persons.read_bytes()
    assert b"13900139000" not in content
    assert "张三".encode() not in content


def test_only_the_columns_that_are_asked_for_are_read(tmp_path: Path) -> None:
    files = written(tmp_path, [Behaviour([event("pay", properties={"amount": 1.0})])])
    (chunk,) = read_bucket(files, {"subject"})
    assert chunk.columns.properties == {}


def test_row_groups_hold_whole_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.lake.writing.GROUP_EVENTS", 5)
    persons = [Behaviour([event("pay") for _ in range(events)]) for events in (2, 2, 9, 0, 3)]
    files = written(tmp_path, persons)
    sizes = [chunk.columns.kind.size for chunk in read_bucket(files)]
    assert sizes == [4, 9, 3]
    assert [chunk.roots.tolist() for chunk in read_bucket(files)] == [[0, 4], [8, 12], [16]]


def test_persons_without_any_event_are_persons_too(tmp_path: Path) -> None:
    files = written(tmp_path, [Behaviour(), Behaviour(facts={"city": "上海"})])
    assert from_files(tree.Attribute("city"), files, NOW) == {0: None, 4: "上海"}


def sum_of(expression: tree.Expression, files: BucketFiles) -> float:
    return sum(value for value in from_files(expression, files, NOW).values() if value)  # type: ignore[misc]


def test_processes_share_the_buckets_and_answers_keep_their_order(tmp_path: Path) -> None:
    for number in range(3):
        paid = [event("pay", properties={"amount": float(number + 1)})]
        roots = np.array([number], dtype=np.int64)
        write_bucket(BucketFiles(tmp_path, number), roots, columns_of([Behaviour(paid)]), LAYOUT)
    files = files_of(tmp_path, range(3))
    assert over_buckets(partial(sum_of, SUM), files, processes=2) == [1.0, 2.0, 3.0]


def test_an_error_in_a_process_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        over_buckets(partial(sum_of, SUM), files_of(tmp_path, [0]), processes=1)


def test_a_layout_comes_back_from_its_metadata() -> None:
    assert Layout.of(LAYOUT.metadata()) == LAYOUT


def sums(expression: tree.Expression, files: BucketFiles) -> pa.Table:
    found = from_files(expression, files, NOW)
    return pa.table({"root": list(found), "value": list(found.values())})


def test_what_spark_calls_answers_buckets_by_their_persons(tmp_path: Path) -> None:
    for number in range(3):
        paid = [event("pay", properties={"amount": float(number + 1)})]
        roots = np.array([number], dtype=np.int64)
        write_bucket(BucketFiles(tmp_path, number), roots, columns_of([Behaviour(paid)]), LAYOUT)
    asked = [
        pa.record_batch({"bucket": buckets, "generation": [0] * len(buckets)})
        for buckets in ([2, 0], [1])
    ]
    answers = on_buckets(tmp_path, partial(sums, SUM))(iter(asked))
    assert [row for batch in answers for row in batch.to_pylist()] == [
        {"root": 2, "value": 3.0},
        {"root": 0, "value": 1.0},
        {"root": 1, "value": 2.0},
    ]
